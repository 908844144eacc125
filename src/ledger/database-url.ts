/** Where PostgreSQL is. */
export interface DatabaseAddress {
  readonly url: string;
  /** The schema that the URL names; undefined: the first one on the role's search path that exists. */
  readonly schema: string | undefined;
  /** Whether a pooler in transaction mode is in front, so that each statement may run in another session. */
  readonly pooled: boolean;
}

export interface DatabaseAddresses {
  /** For everyday statements. */
  readonly serving: DatabaseAddress;
  /** For migrations and the leader's lock, which need a session of their own. */
  readonly direct: DatabaseAddress;
}

/** A second URL means that the first one leads to a pooler in transaction mode. Both lead to the same schema. */
export function databaseAddresses(url: string, directUrl = url): DatabaseAddresses {
  const schema = schemaNamedBy(url) ?? schemaNamedBy(directUrl);
  return {
    serving: { url, schema, pooled: directUrl !== url },
    direct: { url: directUrl, schema, pooled: false },
  };
}

/** What a trace tells about the server. */
export function tracedAttributes({ url }: DatabaseAddress) {
  const { hostname, port, pathname } = new URL(url);
  return {
    "db.system.name": "postgresql",
    "db.namespace": pathname.slice(1),
    "server.address": hostname,
    "server.port": Number(port || 5432),
  };
}

/** Prisma's `?schema=`, a parameter that other programs don't know. */
function schemaNamedBy(url: string): string | undefined {
  const name = URL.canParse(url) ? new URL(url).searchParams.get("schema") : null;
  return name === null || name === "" ? undefined : name;
}
