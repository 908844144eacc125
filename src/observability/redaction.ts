type Replacement = readonly [pattern: RegExp, by: string];

const redacted = "[redacted]";
/** Shorter secrets could be a part of ordinary words; they are kept out by the patterns alone. */
const shortestKnown = 12;

/** The user and password of a URL. */
const userOfUrl: Replacement = [/:\/\/[^\s/@"]*@/g, `://${redacted}@`];
/** Redis repeats the arguments of an unknown command, to the end of its message. */
const unknownCommand: Replacement = [/with args beginning with:.*/gs, redacted];
const bearerToken: Replacement = [/\bBearer\s+[^\s"'\\,]+/gi, `Bearer ${redacted}`];
const jsonWebToken: Replacement = [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, redacted];
const storedToken: Replacement = [/\bst_[\w-]{16,}/g, redacted];
/** With DEBUG=ioredis:* the driver prints the arguments of every command: passwords of AUTH, callers' keys. */
const debuggedCommand: Replacement = [/((?:queue|write) command\[[^\]]*\]: \S+ -> [\w-]+\().*\)/gs, `$1${redacted})`];

/** Removes what looks like a secret from a message that is not ours. */
export function withoutSecrets(text: string): string {
  return replaceAll(text, [userOfUrl, unknownCommand]);
}

/**
 * Makes the last filter of what the process prints. It removes what looks like a secret, and the secrets that the
 * process knows, in the forms that they take in JSON and in URLs.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.filter((secret) => secret.length >= shortestKnown).flatMap(formsOf));
  // The longest first, because one secret may begin with another.
  const known = [...forms].sort((a, b) => b.length - a.length);
  const looks = [userOfUrl, bearerToken, jsonWebToken, storedToken, debuggedCommand];
  return (text) => known.reduce((rest, secret) => rest.replaceAll(secret, redacted), replaceAll(text, looks));
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  return replacements.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
}

function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}
