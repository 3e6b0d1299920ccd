import type { Stage } from "./stage.ts";

/** Read models that refuse orders, by the table at which they do. */
const TABLES = ["orders_g1.orders", "kitchen_g1.orders"];

const prepared = new WeakMap<Stage, Promise<void>>();

/** From now on read models cannot take in what happens to these orders: it is set aside, as after a fault of a program. */
export async function refuse(stage: Stage, orderIds: readonly string[]): Promise<void> {
  const before = prepared.get(stage) ?? prepare(stage);
  prepared.set(stage, before);
  await before;
  await stage.sql("INSERT INTO public.refused SELECT unnest($1::uuid[])", [orderIds]);
}

async function prepare(stage: Stage): Promise<void> {
  await stage.sql("CREATE TABLE public.refused (order_id uuid)");
  await stage.sql(`
    CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      IF EXISTS (SELECT FROM public.refused r WHERE r.order_id = NEW.order_id) THEN
        RAISE EXCEPTION 'the row of this order does not add up in %', TG_TABLE_SCHEMA;
      END IF;
      RETURN NEW;
    END $$`);
  for (const table of TABLES) {
    await stage.sql(
      `CREATE TRIGGER refuses BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION public.refuse()`,
    );
  }
}
