import type { Pool, PoolClient } from "pg";
import type { Item, ItemDetails } from "../../domain/catalogue/item.ts";
import type { Site, SiteDetails } from "../../domain/site/site.ts";
import { relation } from "../relation.ts";

/** A site or an item with the place of its last event. */
export interface Versioned<State> {
  readonly state: State;
  readonly revision: bigint;
  readonly version: bigint;
}

interface StoredSite {
  readonly site_id: string;
  readonly status: Site["status"];
  readonly details: Omit<SiteDetails, "menu">;
  readonly menu: readonly string[];
  readonly revision: string;
  readonly version: string;
}

interface StoredItem {
  readonly sku: string;
  readonly withdrawn: boolean;
  readonly details: ItemDetails;
  readonly revision: string;
  readonly version: string;
}

/** These sites with their menus, by id. */
export async function loadSites(
  db: Pool | PoolClient,
  schema: string,
  siteIds: readonly string[],
): Promise<Map<string, Versioned<Site>>> {
  const { rows } = await db.query<StoredSite>(
    `SELECT site_id, status, details, menu, revision, version FROM ${schema}.sites WHERE site_id = ANY($1::text[])`,
    [siteIds],
  );
  return new Map(
    rows.map(({ site_id: siteId, status, details, menu, revision, version }) => [
      siteId,
      {
        state: { siteId, status, ...details, menu },
        revision: BigInt(revision),
        version: BigInt(version),
      },
    ]),
  );
}

/** These items, by SKU; withdrawn ones too. */
export async function loadItems(
  db: Pool | PoolClient,
  schema: string,
  skus: readonly string[],
): Promise<Map<string, Versioned<Item>>> {
  const { rows } = await db.query<StoredItem>(
    `SELECT sku, withdrawn, details, revision, version FROM ${schema}.items WHERE sku = ANY($1::text[])`,
    [skus],
  );
  return new Map(
    rows.map(({ sku, withdrawn, details, revision, version }) => [
      sku,
      { state: { sku, ...details, withdrawn }, revision: BigInt(revision), version: BigInt(version) },
    ]),
  );
}

// The text of a row must not depend on whether the state was just folded or read back, which have their keys in
// different places: details are written in one sequence.

const siteDetails = ({
  kind,
  name,
  city,
  region,
  timeZone,
  position,
  hours,
  stations,
  currency,
  deliveryFee,
}: Site) => ({
  kind,
  name,
  city,
  region,
  timeZone,
  position,
  hours,
  stations,
  currency,
  deliveryFee,
});

const itemDetails = ({
  name,
  description,
  price,
  taxBasisPoints,
  unit,
  allergens,
  emoji,
  picture,
}: Item): ItemDetails => ({
  name,
  description,
  price,
  taxBasisPoints,
  unit,
  allergens,
  emoji,
  picture,
});

/** Writes sites as they are now. */
export async function saveSites(tx: PoolClient, schema: string, sites: readonly Versioned<Site>[]): Promise<void> {
  if (sites.length === 0) return;
  const { from, parameters } = relation([
    { name: "site_id", type: "text", values: sites.map(({ state }) => state.siteId) },
    { name: "city", type: "text", values: sites.map(({ state }) => state.city) },
    { name: "status", type: "text", values: sites.map(({ state }) => state.status) },
    { name: "details", type: "json", values: sites.map(({ state }) => JSON.stringify(siteDetails(state))) },
    { name: "menu", type: "json", values: sites.map(({ state }) => JSON.stringify(state.menu)) },
    { name: "revision", type: "bigint", values: sites.map(({ revision }) => revision.toString()) },
    { name: "version", type: "bigint", values: sites.map(({ version }) => version.toString()) },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.sites (site_id, city, status, details, menu, revision, version) SELECT * FROM ${from}
     ON CONFLICT (site_id) DO UPDATE SET city = excluded.city, status = excluded.status, details = excluded.details,
       menu = excluded.menu, revision = excluded.revision, version = excluded.version`,
    parameters,
  );
}

/** Writes items as they are now. */
export async function saveItems(tx: PoolClient, schema: string, items: readonly Versioned<Item>[]): Promise<void> {
  if (items.length === 0) return;
  const { from, parameters } = relation([
    { name: "sku", type: "text", values: items.map(({ state }) => state.sku) },
    { name: "withdrawn", type: "boolean", values: items.map(({ state }) => (state.withdrawn ? "t" : "f")) },
    { name: "details", type: "json", values: items.map(({ state }) => JSON.stringify(itemDetails(state))) },
    { name: "revision", type: "bigint", values: items.map(({ revision }) => revision.toString()) },
    { name: "version", type: "bigint", values: items.map(({ version }) => version.toString()) },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.items (sku, withdrawn, details, revision, version) SELECT * FROM ${from}
     ON CONFLICT (sku) DO UPDATE SET withdrawn = excluded.withdrawn, details = excluded.details,
       revision = excluded.revision, version = excluded.version`,
    parameters,
  );
}
