/** Posts JSON to a simulator and reads its answer. */
export async function post(url: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Record<string, unknown>; // simulators answer with objects
}

/** Asks the payment gateway at an address for something, with its default key. Fails when it refuses. */
export async function askGateway(
  url: string,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<{ readonly id: string }> {
  const answer = await fetch(`${url}/v1/${path}`, {
    method: "POST",
    headers: { authorization: "Bearer sk_test_ordertrail", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form),
  });
  if (!answer.ok) throw new Error(`the gateway answers ${answer.status} to ${path}`);
  return (await answer.json()) as { id: string }; // each of its objects has one
}
