import { vi } from "vitest";
import { buildProgram } from "./program.ts";

/** What a command has printed, and the exit code that it asked for. */
export interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** Runs `ordertrail <parts>` in this process, with these settings. Rejects with what the command rejects with. */
export async function runHere(env: Readonly<Record<string, string>>, parts: readonly string[]): Promise<Ran> {
  const printed = { out: "", err: "" };
  const into = (stream: keyof typeof printed) => (text: unknown) => {
    printed[stream] += String(text);
    return true;
  };
  const program = await buildProgram(parts[0]);
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(into("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(into("err")),
  ];
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  process.exitCode = undefined;
  try {
    await program.parseAsync(["node", "ordertrail", ...parts]);
    return { ...printed, code: process.exitCode ?? 0 };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
    process.exitCode = undefined;
  }
}
