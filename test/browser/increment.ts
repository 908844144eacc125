import type { TestApp } from "../helpers/app.js";

const mutation = `mutation ($userId: ID!, $by: SafeInt!) {
  incrementScore(userId: $userId, scoreIncrement: $by) { revision }
}`;

/** Changes a score as an application does, and fails the test when the service does not accept it. */
export async function increment(app: Pick<TestApp, "url" | "token">, userId: string, by: number): Promise<void> {
  const response = await fetch(`${app.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${app.token("browser-tests", "service")}` },
    body: JSON.stringify({ query: mutation, variables: { userId, by } }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors) throw new Error(`The increment was refused: ${JSON.stringify(errors)}`);
}
