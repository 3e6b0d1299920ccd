import type { Projection } from "../runner/projection.ts";

interface Sale {
  readonly site: string;
  readonly amount: number;
}

/**
 * A read model for tests that has what real ones have: rows that are made and changed, values that depend on the order
 * of a stream, sums across streams, versions of topics and messages about them.
 */
export const salesProjection: Projection = {
  name: "sales",
  version: 1,
  tables: ["orders", "sites"],
  create: (schema) => `
    CREATE TABLE ${schema}.orders (stream text PRIMARY KEY, changes int NOT NULL, last text NOT NULL, version text NOT NULL);
    CREATE TABLE ${schema}.sites (site text PRIMARY KEY, amount bigint NOT NULL);`,
  handles: (type) => type.startsWith("sale."),
  async handle(batch, { tx, schema, epoch, outbox }) {
    const orders = new Map<string, { changes: number; last: string; version: string; at: string }>();
    const sites = new Map<string, number>();
    for (const { stream, type, data, position, metadata } of batch) {
      if (type === "sale.poisonous") throw new TypeError(`no sale: ${JSON.stringify(data)}`);
      const sale = data as Sale;
      const changes = (orders.get(stream)?.changes ?? 0) + 1;
      orders.set(stream, { changes, last: type, version: position.commit.toString(), at: metadata.at });
      sites.set(sale.site, (sites.get(sale.site) ?? 0) + sale.amount);
    }
    const rows = [...orders];
    const before = await tx.query<{ stream: string; version: string }>(
      `SELECT stream, version FROM ${schema}.orders WHERE stream = ANY($1)`,
      [[...orders.keys()]],
    );
    await tx.query(
      `INSERT INTO ${schema}.orders AS o SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[])
       ON CONFLICT (stream) DO UPDATE SET changes = o.changes + excluded.changes, last = excluded.last,
         version = excluded.version`,
      [
        rows.map(([stream]) => stream),
        rows.map(([, row]) => row.changes),
        rows.map(([, row]) => row.last),
        rows.map(([, row]) => row.version),
      ],
    );
    await tx.query(
      `INSERT INTO ${schema}.sites AS s SELECT * FROM unnest($1::text[], $2::bigint[])
       ON CONFLICT (site) DO UPDATE SET amount = s.amount + excluded.amount`,
      [[...sites.keys()], [...sites.values()]],
    );
    const versions = new Map(before.rows.map((row) => [row.stream, row.version]));
    await outbox?.publish(
      rows.map(([stream, { last, version, at }]) => ({
        topic: `sale.${stream}`,
        epoch,
        version,
        prev: versions.get(stream) ?? null,
        at,
        data: { stream, last },
      })),
    );
  },
};
