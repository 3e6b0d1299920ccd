import { Client } from "pg";

/** A row that somebody changed: who, where, and when in the order of all changes. */
export interface WriteCount {
  readonly application: string;
  readonly table: string;
  readonly rows: number;
}

const TABLES = `
  SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'drill') AND schemaname NOT LIKE 'pg_%'`;

/**
 * A trigger on every table of the system that notes which connection has changed a row. What is rolled back leaves no
 * trace, just as it leaves none in the table. It notes as its own maker, for the system's roles may write nothing here.
 */
export class WriteAudit {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async install(databaseUrl: string): Promise<WriteAudit> {
    const client = new Client({ connectionString: databaseUrl, application_name: "drill" });
    await client.connect();
    await client.query(`
      CREATE SCHEMA drill;
      CREATE TABLE drill.writes (n bigserial PRIMARY KEY, application text NOT NULL, tab text NOT NULL);
      CREATE FUNCTION drill.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        INSERT INTO drill.writes (application, tab)
        VALUES (current_setting('application_name'), TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME);
        RETURN NULL;
      END $$;`);
    const { rows } = await client.query<{ name: string }>(TABLES);
    for (const { name } of rows) {
      await client.query(
        `CREATE TRIGGER drill_note AFTER INSERT OR UPDATE OR DELETE ON ${name} FOR EACH ROW EXECUTE FUNCTION drill.note()`,
      );
    }
    return new WriteAudit(client);
  }

  /** Where the notes stand now. A transaction that is open may still add notes below it. */
  async mark(): Promise<number> {
    const { rows } = await this.#client.query<{ mark: string }>("SELECT coalesce(max(n), 0) AS mark FROM drill.writes");
    return Number(rows[0]?.mark);
  }

  /** Forgets everything noted so far. */
  async forget(): Promise<void> {
    await this.#client.query("DELETE FROM drill.writes");
  }

  /** What was changed, by connection name and table; only what is committed. */
  async counts(): Promise<WriteCount[]> {
    const { rows } = await this.#client.query<{ application: string; tab: string; rows: string }>(
      "SELECT application, tab, count(*) AS rows FROM drill.writes GROUP BY application, tab ORDER BY application, tab",
    );
    return rows.map(({ application, tab, rows: count }) => ({ application, table: tab, rows: Number(count) }));
  }

  /** Owner and epoch of every lease, and whether the position carries that epoch. */
  async owners(): Promise<
    { readonly name: string; readonly owner: string; readonly epoch: string; readonly claimed: boolean }[]
  > {
    const { rows } = await this.#client.query<{ name: string; owner: string; epoch: string; claimed: boolean }>(
      `SELECT l.name, l.owner, l.epoch, p.epoch = l.epoch AS claimed
       FROM runner.leases AS l JOIN runner.positions AS p USING (name) ORDER BY l.name`,
    );
    return rows;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
