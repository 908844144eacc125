import { z } from "zod";

/** The part of OpenTelemetry's standard variables that this service itself reads. The exporter reads its others. */
const url = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    "must be an http:// or https:// URL",
  );

/** `name=value,name=value`, with percent-encoded values. */
const pairs = z.string().transform((text, context) => {
  try {
    return Object.fromEntries(
      text
        .split(",")
        .filter((pair) => pair.trim() !== "")
        .map((pair) => {
          const at = pair.indexOf("=");
          const name = pair.slice(0, at).trim();
          if (at < 0 || name === "") throw new Error("no name");
          return [name, decodeURIComponent(pair.slice(at + 1).trim())];
        }),
    );
  } catch {
    context.addIssue("must be a list of name=value, separated by commas, with percent-encoded values");
    return z.NEVER;
  }
});

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const ratio = z
  .string()
  .refine((text) => text.trim() !== "" && Number(text) >= 0 && Number(text) <= 1, "must be a number from 0 to 1")
  .transform(Number);

const milliseconds = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number of milliseconds")
  .transform(Number);

export const tracesVariables = {
  OTEL_SDK_DISABLED: z.enum(["true", "false"], "must be true or false").default("false"),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"], "must be otlp or none").default("otlp"),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(["http/protobuf", "http/json"], "must be http/protobuf or http/json; collectors take both on port 4318")
    .default("http/protobuf"),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds.default(10_000),
  OTEL_SERVICE_NAME: z.string().default("standings"),
  OTEL_RESOURCE_ATTRIBUTES: pairs.optional(),
  OTEL_TRACES_SAMPLER: z.enum(samplers, `must be one of ${samplers.join(", ")}`).default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: ratio.default(1),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds.default(5_000),
};

type Variables = z.output<z.ZodObject<typeof tracesVariables>>;

export type TracesConfig = NonNullable<ReturnType<typeof toTracesConfig>>;

/** @returns undefined when there is nowhere to send traces to, or when they are turned off */
export function toTracesConfig(env: Variables) {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/$/, "");
  const target = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (endpoint && `${endpoint}/v1/traces`);
  if (target === undefined || env.OTEL_SDK_DISABLED === "true" || env.OTEL_TRACES_EXPORTER === "none") return undefined;
  return {
    url: target,
    protocol: env.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: env.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    timeoutMs: env.OTEL_EXPORTER_OTLP_TIMEOUT,
    serviceName: env.OTEL_SERVICE_NAME,
    resourceAttributes: env.OTEL_RESOURCE_ATTRIBUTES ?? {},
    sampler: env.OTEL_TRACES_SAMPLER,
    samplerRatio: env.OTEL_TRACES_SAMPLER_ARG,
    delayMs: env.OTEL_BSP_SCHEDULE_DELAY,
  };
}
