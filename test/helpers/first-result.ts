import type { Result } from "./socket-client.js";

/** What server-sent events and parts of a multipart answer put around a result. */
const resultForm = /data: (\{.*\})\n|\{"payload":(\{.*\})\}\r\n/;

/** Sends an operation to an endpoint that streams its results; returns the first one and leaves. */
export async function firstResult(
  url: string,
  request: { query: string; variables: unknown },
  headers: Record<string, string>,
): Promise<Result> {
  const left = new AbortController();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(request),
      signal: left.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let read = "";
    for (;;) {
      const [, event, part] = resultForm.exec(read) ?? [];
      const json = event ?? part;
      if (json !== undefined) return JSON.parse(json) as Result;
      const chunk = await reader?.read();
      if (!chunk || chunk.done) throw new Error(`the stream ended with ${JSON.stringify(read)}`);
      read += chunk.value;
    }
  } finally {
    left.abort();
  }
}
