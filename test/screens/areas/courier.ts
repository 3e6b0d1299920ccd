import type { Page } from "playwright-core";
import { dark, german, HAND } from "../looks.ts";
import { SUPPORT } from "../orders.ts";
import { courierNo, DRESDEN, guest, QuietCity, type Step } from "../quiet-city.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const ALL = [
  "off-shift",
  "waiting",
  "accepted",
  "at-the-site",
  "to-the-door",
  "sharing",
  "proof",
  "wrong-pin",
  "give-back",
  "tunnel",
  "refused-pin",
  "cancelled",
  "offer",
] as const;

type State = (typeof ALL)[number];

/** Every state has a courier of its own. */
const courierIn = (state: State): Person => courierNo(10 + ALL.indexOf(state));

/** The courier's page: a phone on a handlebar. */
export function courier(stage: Stage): Area {
  const city = new QuietCity(stage, DRESDEN);
  const orders = new Map<State, string>();

  /** An order that this courier has, up to a step. */
  const carried = async (state: State, upTo: Step, kitchen: "accepted" | "ready" = "ready"): Promise<void> => {
    if (orders.has(state)) return;
    const id = await city.order(`courier-${state}`);
    orders.set(state, id);
    await city.make(id, kitchen);
    await city.ride(id, courierIn(state), upTo);
  };
  const wrongPin = async (state: State): Promise<string> => {
    const path = `/api/orders/${orders.get(state)}/pin`;
    const { pin } = await stage.until<{ pin?: string }>(guest(`courier-${state}`), path, (told) => !!told.pin);
    return pin === "4711" ? "0815" : "4711";
  };
  const shot = (
    state: State,
    before: () => Promise<unknown>,
    ready: Shot["ready"],
    more: Partial<Shot> = {},
  ): Shot => ({
    page: "courier",
    phase: "one",
    state,
    as: courierIn(state),
    path: "/courier",
    looks: [HAND],
    before,
    ready,
    ...more,
  });
  const everyWay = { looks: [HAND, dark(HAND), german(HAND)] };
  const inGerman = { looks: [HAND, german(HAND)] };

  return {
    name: "courier",
    title: "Courier",
    shots: [
      shot("off-shift", () => city.open(), cityChosen),
      shot("waiting", () => city.startShift(courierIn("waiting")), shows(".on-shift"), inGerman),
      shot("accepted", () => freed(() => carried("accepted", "accept", "accepted")), atWork, inGerman),
      shot("at-the-site", () => carried("at-the-site", "arrive"), atWork),
      shot("to-the-door", () => carried("to-the-door", "pick-up"), atWork, everyWay),
      shot("sharing", () => carried("sharing", "pick-up"), shared),
      shot("proof", () => carried("proof", "pick-up"), askedForProof, inGerman),
      shot("wrong-pin", () => carried("wrong-pin", "pick-up"), wrongAtTheDoor, inGerman),
      shot("give-back", () => carried("give-back", "accept", "accepted"), givingBack),
      shot("tunnel", () => carried("tunnel", "accept"), inTunnel, everyWay),
      shot("refused-pin", () => carried("refused-pin", "pick-up"), refusedLater, inGerman),
      shot("cancelled", () => carried("cancelled", "accept", "accepted"), cancelledMeanwhile),
      shot("offer", offered, offerShown, everyWay),
    ],
  };

  /** Nobody else waits for an offer in the city. */
  async function freed(then: () => Promise<void>): Promise<void> {
    if (!orders.has("accepted")) await city.endShift(courierIn("waiting"));
    await then();
  }

  async function offered(): Promise<void> {
    if (!orders.has("offer")) await city.endShift(courierIn("cancelled"));
    await carried("offer", "offered", "accepted");
  }

  async function prove(page: Page, state: State): Promise<void> {
    await askProof(page);
    await page.locator("dialog[open] .digits").fill(await wrongPin(state));
    await page.locator("dialog[open] [type=submit]").click();
  }

  async function wrongAtTheDoor(page: Page): Promise<void> {
    await atWork(page);
    await prove(page, "wrong-pin");
    await page.locator("dialog[open] .wrong", { hasText: /./ }).waitFor();
  }

  async function refusedLater(page: Page): Promise<void> {
    await atWork(page);
    await cut(page);
    await prove(page, "refused-pin");
    await page.context().setOffline(false);
    await page.locator(".told .notice .button.main").waitFor();
    await isLive(page);
  }

  async function cancelledMeanwhile(page: Page): Promise<void> {
    await shows(".job, .told .notice")(page);
    const why = { reason: "The customer called" };
    await stage.post(SUPPORT, `/api/orders/${orders.get("cancelled")}/cancel`, why, "cancel-carried");
    await page.locator(".told .notice").waitFor();
  }
}

const shows = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** The cities are read. */
async function cityChosen(page: Page): Promise<void> {
  await page.locator(".off-shift select option").nth(1).waitFor({ state: "attached" });
}

async function offerShown(page: Page): Promise<void> {
  await shows(".offer")(page);
  await isLive(page);
}

async function isLive(page: Page): Promise<void> {
  await page.locator('.freshness[data-state="live"]').waitFor();
}

async function atWork(page: Page): Promise<void> {
  await shows(".job .address")(page);
  await isLive(page);
}

async function cut(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.locator('.freshness[data-state="stale"]').waitFor();
}

/** Presses the big button, once it can be. */
const press = (page: Page) => page.locator(".thumb .button.main:not([aria-disabled=true])").click();

async function askedForProof(page: Page): Promise<void> {
  await atWork(page);
  await askProof(page);
}

async function askProof(page: Page): Promise<void> {
  await press(page);
  await page.locator("dialog[open] .digits").waitFor();
}

async function shared(page: Page): Promise<void> {
  await atWork(page);
  await page.context().grantPermissions(["geolocation"]);
  await page.context().setGeolocation({ latitude: DRESDEN.door.lat / 1e6, longitude: DRESDEN.door.lon / 1e6 });
  await page.locator(".shared-way .links .button:last-child").click();
  await page.locator('.shared-way[data-state="on"]').waitFor();
}

async function givingBack(page: Page): Promise<void> {
  await atWork(page);
  await page.locator(".give-back").click();
  await page.locator("dialog[open]").waitFor();
}

async function inTunnel(page: Page): Promise<void> {
  await atWork(page);
  await cut(page);
  await press(page);
  await page.locator(".queue li").waitFor();
  await press(page);
  await page.locator(".queue li:nth-child(2)").waitFor();
}
