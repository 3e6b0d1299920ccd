import { type JobRequest, postJob } from "../../api/replay.ts";
import { navigate } from "../../app/router.ts";
import { toJob } from "./links.ts";

/** Starts a job and goes to its page. */
export async function startJob(body: JobRequest, key: string): Promise<void> {
  const { data } = await postJob(body, key);
  navigate(toJob(data.jobId));
}
