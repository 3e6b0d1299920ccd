import { run } from "./orders.bench.ts";

const rows = await run({ seconds: Number(process.argv[2] ?? 20), progress: (l) => console.log(l) });
console.table(rows.map(({ name, value, unit }) => ({ name, value, unit })));
for (const r of rows) if (r.note) console.log(r.name, r.note);
