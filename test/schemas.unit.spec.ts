import { describe, expect, test } from "vitest";
import { schemaBreaches } from "./schemas.ts";
import { projectSources } from "./sources.ts";

const found = (path: string, text: string) => schemaBreaches(new Map([[path, text]]));
const breach = (path: string, schema: string, line = 1) => [
  `${path}:${line}: SQL names the schema ${schema}, which belongs to another module`,
];

describe("each business process has a Postgres schema to itself", () => {
  test("no source names the schema of another module in SQL", () => {
    const tree = projectSources();
    expect([...tree.keys()]).toEqual(expect.arrayContaining(["realtime/relay.ts", "infra/keys/key-table.ts"]));
    expect(schemaBreaches(tree)).toEqual([]);
  });

  test.each([
    ["a query", "payment", 'db.query("SELECT 1 FROM payment.effects")'],
    ["a join", "courier", 'db.query("SELECT * FROM a JOIN courier.effects AS e USING (id)")'],
    ["a second table", "stock", 'db.query("SELECT * FROM a, stock.orders")'],
    ["an insert", "realtime", 'db.query("INSERT INTO realtime.outbox VALUES (1)")'],
    ["an update", "restaurant", "db.query(`UPDATE restaurant.effects AS e SET state = 'done'`)"],
    ["a delete", "keys", 'db.query("DELETE FROM keys.customer_keys")'],
    ["small letters", "keys", 'db.query("select wrapped from keys.customer_keys")'],
    ["quoted names", "keys", `db.query('SELECT * FROM "keys"."customer_keys"')`],
    ["a part of a statement", "payment", "const part = `JOIN payment.effects AS e ON e.id = x.id`"],
    ["a schema of its own", "stock", 'db.query("DROP SCHEMA IF EXISTS stock CASCADE")'],
    ["a search path", "payment", 'db.query("SET search_path TO payment, public")'],
    ["the query builder", "keys", 'db.withSchema("keys").table("customer_keys")'],
  ])("%s is found", (_what, schema, text) => {
    expect(found("projections/orders/x.ts", text)).toEqual(breach("projections/orders/x.ts", schema));
  });

  test("with the line on which it stands, behind values and expressions of several lines", () => {
    const text = "const q = `\n  SELECT '\n  x', $" + "{[\n  1].length}\n  FROM payment.effects`;";
    expect(found("read-api/x.ts", text)).toEqual(breach("read-api/x.ts", "payment", 5));
  });

  test("a process manager may not look into the schema of another", () => {
    const text = 'db.query("SELECT 1 FROM stock.effects")';
    expect(found("commands/processes/payment.ts", text)).toEqual(breach("commands/processes/payment.ts", "stock"));
    expect(found("commands/processes/stock.ts", text)).toEqual([]);
  });

  test.each([
    ["shared infrastructure", 'db.query("SELECT 1 FROM runner.positions")'],
    ["an event type", 'handles("payment.confirmed")'],
    ["an event type as a value", "db.query(`SELECT 1 FROM x WHERE type = 'payment.confirmed'`)"],
    ["an effect", `const id = "stock.release/1.1"`],
    ["a schema that is given", "db.query(`SELECT 1 FROM $" + "{schema}.effects`)"],
    ["a comment", "// SELECT 1 FROM payment.effects\nconst a = 1;"],
    ["a table of the same name", 'db.query("SELECT x.payment.y FROM x")'],
  ])("%s is no breach", (_what, text) => {
    expect(found("read-api/x.ts", text)).toEqual([]);
  });

  test("tests may look anywhere", () => {
    expect(found("commands/x.int.spec.ts", 'db.query("SELECT 1 FROM payment.effects")')).toEqual([]);
  });
});
