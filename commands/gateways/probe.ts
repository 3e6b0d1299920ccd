import { type Answer, answered, failed } from "./answer.ts";
import { nameOfFailure } from "./failures/network-failures.ts";
import { endpoint } from "./post-json.ts";

/**
 * Asks a system whether it answers, at `GET <base>/status?place=…`. Any answer but "later" is good: a system that does
 * not know that path works all the same.
 */
export async function probeHttp(base: string, place: string, timeoutMs: number): Promise<Answer<undefined>> {
  const url = endpoint(base, "status");
  if (place !== "") url.searchParams.set("place", place);
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    const later = response.status >= 500 || response.status === 429 || response.status === 408;
    if (!later) return answered(undefined);
    return failed(unavailable(`${url.host} answers ${response.status}`));
  } catch (error) {
    return failed(unavailable(`no answer from ${url.host}: ${nameOfFailure(error)}`));
  }
}

const unavailable = (message: string) => ({ class: "transient", type: "service_unavailable", message }) as const;
