import type { Page } from "playwright-core";
import { cityLife } from "../city-life.ts";
import { DESK, german } from "../looks.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const ANALYST: Person = { role: "analyst", id: "anna" };

interface Job {
  readonly jobId: string;
  readonly state: string;
}

/** The analyst's pages: read models, questions, charts. */
export function analyst(stage: Stage): Area {
  const jobs = new Map<string, string>();
  let orderId = "";
  const shot = (
    page: string,
    phase: Shot["phase"],
    path: Shot["path"],
    ready: string | Shot["ready"],
    more: Partial<Shot> = {},
  ): Shot => ({
    page: `analyst-${page}`,
    phase,
    as: ANALYST,
    path,
    ready: typeof ready === "string" ? (shown: Page) => shown.locator(ready).first().waitFor() : ready,
    ...more,
  });
  const ask = async (name: string, body: object, until: RegExp) => {
    const { jobId } = await stage.post<Job>(ANALYST, "/api/replay/jobs", body, `job-${name}`);
    jobs.set(name, jobId);
    await stage.until<Job>(ANALYST, `/api/replay/jobs/${jobId}`, ({ state }) => until.test(state));
  };
  const job = (name: string) => () => `/analyst/jobs/${jobs.get(name)}`;
  const few = { looks: [DESK, german(DESK)] };
  return {
    name: "analyst",
    title: "Analyst",
    fill: {
      many: async () => {
        await cityLife(stage);
        await ask("rebuild", { kind: "rebuild", projection: "orders" }, /compared|done|ready|failed/);
        await ask(
          "as-of",
          { kind: "as-of", projection: "orders", time: new Date(Date.now() + stage.aheadMs()).toISOString() },
          /done|failed/,
        );
        const { orders } = await stage.get<{ orders: { orderId: string }[] }>(
          { role: "support", id: "sam" },
          "/api/orders?status=delivered&limit=1",
        );
        orderId = orders[0]?.orderId ?? "";
      },
    },
    shots: [
      shot("projections", "nothing", "/analyst", "tr[data-projection]"),
      shot("projections", "many", "/analyst", "tr[data-projection]"),
      shot("projection", "many", "/analyst/projections/orders", "main h1", few),
      shot("rebuild", "many", job("rebuild"), "main h1", few),
      shot("as-of", "nothing", "/analyst/as-of?projection=orders", "main form", few),
      shot("as-of", "many", job("as-of"), "table.rows tbody tr", few),
      shot("what-if", "nothing", "/analyst/what-if?projection=orders", ".no-handlers", few),
      shot("explain", "nothing", "/analyst/explain", "main form", few),
      shot(
        "explain",
        "many",
        () =>
          `/analyst/explain?projection=orders&table=orders&key=${encodeURIComponent(JSON.stringify({ order_id: orderId }))}`,
        ".events tbody tr",
      ),
      shot("charts", "nothing", "/analyst/charts", drawn),
      shot("charts", "many", "/analyst/charts", drawn),
    ],
  };
}

/** Every figure has read what it shows. */
async function drawn(page: Page): Promise<void> {
  await page.locator("[data-figure]").nth(3).waitFor();
  await page.locator("[data-figure] .coming, [data-figure] [aria-busy=true]").first().waitFor({ state: "detached" });
}
