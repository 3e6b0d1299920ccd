import type { Page } from "playwright-core";
import type { OrderView } from "../../../projections/views.ts";
import { cityLife } from "../city-life.ts";
import { DESK, dark, german, HAND } from "../looks.ts";
import { BAKERY, cookAt, fault, place, SUPPORT } from "../orders.ts";
import { person } from "../people.ts";
import { refuse } from "../refusals.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const OPERATOR: Person = { role: "operator", id: "olga" };
const PARKED = 24;
const IN_THE_OUTAGE = 12;
const HALF_AN_HOUR_MS = 1_800_000;

interface Letters {
  readonly letters: readonly { readonly id: string }[];
  readonly total: number;
}

/** Operations: whether all is well, dead letters, the runbook. */
export function operations(stage: Stage): Area {
  const shot = (
    page: string,
    phase: Shot["phase"],
    path: Shot["path"],
    ready: Shot["ready"],
    more: Partial<Shot> = {},
  ): Shot => ({ page: `operations${page}`, phase, as: OPERATOR, path, ready, ...more });
  const letter = async () => {
    const { letters } = await stage.get<Letters>(OPERATOR, "/api/dead-letters?limit=1");
    return `/operations/dead-letters/${letters[0]?.id}`;
  };
  let stopped = false;
  const stopHeart = async () => {
    if (stopped) return;
    stopped = true;
    await stage.system.signal("workers", "SIGSTOP");
    await stage.system.signal("events", "SIGSTOP");
  };
  const trouble = { looks: [DESK, dark(DESK), german(DESK)] };
  return {
    name: "operations",
    title: "Operations",
    fill: {
      many: async () => {
        await cityLife(stage);
        await park(stage);
        await stage.pass(HALF_AN_HOUR_MS);
      },
      trouble: async () => {
        const { paymentUrl, restaurantUrl, courierUrl, smtpUrl: _, emailControlUrl } = stage.system.addresses;
        await Promise.all([restaurantUrl, courierUrl, emailControlUrl].map((url) => fault(url, { down: true })));
        for (let n = 0; n < IN_THE_OUTAGE; n++) await place(stage, { ...person(100 + n), key: `outage-${n}` });
        await fault(paymentUrl, { down: true });
        await place(stage, { ...person(140), key: "outage-paying" });
        await stage.until<{ followers: unknown }>(OPERATOR, "/api/operations", (all) =>
          JSON.stringify(all.followers).includes('"open"'),
        );
      },
    },
    shots: [
      shot("", "nothing", "/operations", compared),
      shot("", "many", "/operations", isSeen),
      shot("", "many", "/operations", isSeen, { state: "on-a-phone", looks: [HAND] }),
      shot("-dead-letters", "nothing", "/operations/dead-letters", (page) => page.locator("main .blank").waitFor()),
      shot("-dead-letters", "many", "/operations/dead-letters", (page) => page.locator("[data-row]").nth(4).waitFor()),
      shot("-dead-letter", "many", letter, previewed, { looks: [DESK, german(DESK)] }),
      shot("-dead-letters", "many", "/operations/dead-letters", redriving, {
        state: "redriving",
        looks: [DESK, german(DESK)],
      }),
      shot(
        "-runbook",
        "one",
        "/operations/runbook/a-circuit-is-open",
        (page) => page.locator(".runbook h1").waitFor(),
        {
          looks: [DESK, german(DESK), HAND],
        },
      ),
      shot("", "trouble", "/operations", isSeen, { state: "outside-down", ...trouble }),
      shot("", "trouble", "/operations", untilDark, { state: "heart-stopped", before: stopHeart, ...trouble }),
    ],
    close: async () => {
      if (!stopped) return;
      await stage.system.signal("workers", "SIGCONT");
      await stage.system.signal("events", "SIGCONT");
    },
  };
}

const isSeen = (page: Page) => page.locator(".headline").waitFor();

/** Money has been compared, so that it can be said to be safe. */
async function compared(page: Page): Promise<void> {
  await isSeen(page);
  await page.keyboard.press("c");
  await page.locator("dialog[open] button").first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator('.headline[data-severity="good"]').filter({ hasText: "Money is safe." }).waitFor();
}

const untilDark = (page: Page) => page.locator('.headline[data-severity="bad"]').waitFor();

async function previewed(page: Page): Promise<void> {
  await page.locator(".preview button").click();
  await page.locator(".preview > :not(button, .quiet)").first().waitFor();
}

async function redriving(page: Page): Promise<void> {
  await page.locator("[data-row]").first().waitFor();
  await page.keyboard.press("r");
  await page.locator("dialog[open]").waitFor();
}

/** Orders of which events cannot be taken in. */
async function park(stage: Stage): Promise<void> {
  const ids: string[] = [];
  for (let n = 0; n < PARKED; n++) ids.push(await place(stage, { ...person(60 + n), key: `parked-${n}` }));
  const orders: OrderView[] = [];
  for (const id of ids) {
    const isTold = ({ status }: OrderView) => status === "restaurant_notified";
    orders.push(await stage.until<OrderView>(SUPPORT, `/api/orders/${id}`, isTold));
  }
  await refuse(stage, ids);
  for (const { orderId, fulfilments } of orders) {
    const at = `/api/orders/${orderId}/fulfilments/${fulfilments[0]?.fulfilmentId}`;
    await stage.post(cookAt(BAKERY), `${at}/accept`, {}, `${orderId}-accept`);
  }
  await stage.until<Letters>(OPERATOR, "/api/dead-letters", ({ total }) => total >= PARKED);
}
