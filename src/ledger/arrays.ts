/**
 * Arrays as PostgreSQL reads them. The driver writes them, too, but at several times the cost: it escapes each element
 * twice, numbers included.
 */

const special = /["\\]/;

export function numberArray(values: readonly number[]): string {
  return `{${values.join(",")}}`;
}

/** @param values undefined becomes NULL: a damaged outbox entry lacks fields, and PostgreSQL has to refuse it */
export function textArray(values: readonly (string | undefined)[]): string {
  return `{${values.map(quote).join(",")}}`;
}

function quote(text: string | undefined): string {
  if (text === undefined) return "NULL";
  return special.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `"${text}"`;
}
