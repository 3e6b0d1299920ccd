import { z } from "zod";

/** The body of every answer that is not success, as the API's description shows it: what `Problem.body` makes. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.string(),
    detail: z.string(),
    instance: z.string(),
  })
  .loose()
  .describe("a problem after RFC 9457");
