import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Pool } from "pg";
import { createPool } from "../../infra/postgres/pool.ts";
import { type LargeTables, largeTables } from "./data/large-tables.ts";
import { type Question, questions, sampled } from "./questions.ts";
import { CpuWatch, describeShares, describeWork } from "./report/cpu.ts";
import { type BenchOptions, type Figure, rounded } from "./report/figure.ts";
import { quantile } from "./report/quantiles.ts";

const MOST_P99_MS = 50;
/** Questions in flight at once. */
const ASKING = 4;
const WARM_UP_MS = 500;
/** Longest time that one question is measured. */
const MOST_SECONDS = 5;

/** The read API's own queries against very many rows, warm, several at once; with `plans`, their plans into a file. */
export async function run({ seconds, rows, plans, progress }: BenchOptions): Promise<Figure[]> {
  const tables = await largeTables(rows, (line) => progress(`queries: ${line}`));
  const pool = createPool(tables.server.url, { applicationName: "bench-queries", max: ASKING });
  try {
    const asked = questions(tables, await sampled(pool, tables));
    const figures: Figure[] = [];
    for (const question of asked) {
      const figure = await measured(pool, tables, question, Math.min(seconds, MOST_SECONDS));
      progress(`  ${figure.name}: p99 ${figure.value} ms; ${figure.note}`);
      figures.push(figure);
    }
    if (plans !== undefined) {
      await mkdir(dirname(plans), { recursive: true });
      await writeFile(plans, await plansOf(pool, tables, asked, figures));
      progress(`queries: plans are in ${plans}`);
    }
    return figures;
  } finally {
    await pool.end();
    await tables.server.stop();
  }
}

async function measured(
  pool: Pool,
  { server, rows }: LargeTables,
  question: Question,
  seconds: number,
): Promise<Figure> {
  await askFor(WARM_UP_MS, pool, question);
  const cpu = new CpuWatch({ Postgres: server.pid });
  const { times, found } = await askFor(seconds * 1_000, pool, question);
  const shares = cpu.lap();
  const each = (found / times.length).toFixed(1);
  const note = `p50 ${rounded(quantile(times, 0.5))} ms, ${Math.round(times.length / seconds)}/s with ${ASKING} at once, ${each} rows each of ${rows.toLocaleString("en")} events; ${describeWork(shares, times.length)}; ${describeShares(shares)}`;
  return {
    name: `query: ${question.name}, p99`,
    value: rounded(quantile(times, 0.99)),
    unit: "ms",
    note,
    goal: { most: MOST_P99_MS },
  };
}

async function askFor(ms: number, pool: Pool, { ask }: Question): Promise<{ times: number[]; found: number }> {
  const times: number[] = [];
  let found = 0;
  const until = performance.now() + ms;
  const lane = async () => {
    while (performance.now() < until || times.length === 0) {
      const begun = performance.now();
      const rows = await ask(pool);
      times.push(performance.now() - begun);
      found += rows;
    }
  };
  await Promise.all(Array.from({ length: ASKING }, lane));
  return { times, found };
}

/** Every statement that each question sends, with how the database answers it. */
async function plansOf(
  pool: Pool,
  { rows }: LargeTables,
  asked: readonly Question[],
  figures: readonly Figure[],
): Promise<string> {
  const parts = [
    "# Query plans",
    "",
    `\`npm run bench -- --only queries --rows ${rows} --plans\` wrote this: the statements of the read API against a`,
    `timeline of ${rows.toLocaleString("en")} events, each as \`EXPLAIN (ANALYZE, BUFFERS)\` shows it when it is asked alone.`,
  ];
  for (const [n, question] of asked.entries()) {
    const figure = figures[n];
    parts.push("", `## ${question.name}`, "", `p99 ${figure?.value} ms; ${figure?.note?.split(";")[0]}`);
    for (const { text, values } of await statementsOf(pool, question)) {
      const { rows: lines } = await pool.query<{ "QUERY PLAN": string }>(
        `EXPLAIN (ANALYZE, BUFFERS, COSTS off) ${text}`,
        values,
      );
      parts.push("", "```", ...lines.map((line) => line["QUERY PLAN"]), "```");
    }
  }
  return `${parts.join("\n")}\n`;
}

/** What a question sends to the database. */
async function statementsOf(pool: Pool, { ask }: Question): Promise<{ text: string; values: unknown[] }[]> {
  const sent: { text: string; values: unknown[] }[] = [];
  const listening = {
    query: (text: string, values: unknown[] = []) => {
      sent.push({ text, values });
      return pool.query(text, values);
    },
  };
  await ask(listening as unknown as Pool); // queries of the read API ask a pool for nothing else
  return sent;
}
