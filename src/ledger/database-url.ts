/** Where PostgreSQL is. */
export interface DatabaseAddress {
  readonly url: string;
  /** The schema that the URL names; undefined: the first one on the role's search path that exists. */
  readonly schema: string | undefined;
  /** Behind a pooler in transaction mode, where each statement may run in another session. */
  readonly pooled: boolean;
}

export interface DatabaseAddresses {
  /** For everyday statements. */
  readonly serving: DatabaseAddress;
  /** For what needs a session of its own: migrations and the leader's lock. */
  readonly direct: DatabaseAddress;
}

/** A second URL says that the first one is a pooler in transaction mode. Both lead to the same schema. */
export function databaseAddresses(url: string, directUrl = url): DatabaseAddresses {
  const schema = schemaNamedBy(url) ?? schemaNamedBy(directUrl);
  return {
    serving: { url, schema, pooled: directUrl !== url },
    direct: { url: directUrl, schema, pooled: false },
  };
}

/** `?schema=` is Prisma's: other programs know no such parameter. */
function schemaNamedBy(url: string): string | undefined {
  const name = URL.canParse(url) ? new URL(url).searchParams.get("schema") : null;
  return name === null || name === "" ? undefined : name;
}
