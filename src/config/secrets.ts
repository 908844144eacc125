import type { EnvironmentVariables } from "./environment.js";

/** The secrets in the environment, so that nothing that is printed shows one. Knows also a configuration with mistakes. */
export function secretsOf(env: EnvironmentVariables): string[] {
  const urls = [env.DATABASE_URL, env.DATABASE_DIRECT_URL, env.AMQP_URL, ...(env.REDIS_URL ?? "").split(",")];
  const headers = (env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split(",").map((pair) => pair.slice(pair.indexOf("=") + 1));
  return [env.JWT_SECRET ?? "", ...urls.flatMap((url) => passwordsIn(url?.trim() ?? "")), ...headers].filter(
    (text) => text !== "",
  );
}

/** A URL's password, as it is written there and as it is used. */
function passwordsIn(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { password } = new URL(url);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
