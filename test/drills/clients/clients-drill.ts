import { setTimeout as sleep } from "node:timers/promises";
import { randomFrom } from "../../../cli/simulate/random.ts";
import { tokenFor } from "../../system.ts";
import type { DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { Stage } from "../stage.ts";
import { type CuttingProxy, cuttingProxy } from "./cutting-proxy.ts";
import { Watcher } from "./watcher.ts";

const CLIENTS = 8;
const CUTS = 50;
const LONGEST_PAUSE_MS = 250;
const KEPT_UNDER_WAY = 20;
const BOUND_MS = 180_000;
const TOPICS = ["kitchen.sweet-crumbs", "kitchen.trattoria-lina"];

/** Clients whose connection is cut 50 times each while orders flow: no gap, no repeat, nothing backwards on a screen. */
export const clientsDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY });
    const proxies: CuttingProxy[] = [];
    const watchers: Watcher[] = [];
    const { url } = stage.system;
    try {
      const token = await tokenFor(url, "admin", { id: "drill-screens" });
      const watch = (name: string, at: string) => {
        const watcher = new Watcher(name, { url: `${at.replace("http", "ws")}/ws`, token, topics: TOPICS });
        watchers.push(watcher);
        return watcher;
      };
      const steady = watch("the client that nobody cut", url);
      const cut = await Promise.all(
        Array.from({ length: CLIENTS }, async (_, n) => {
          const proxy = await cuttingProxy(Number(new URL(url).port));
          proxies.push(proxy);
          watch(`client ${n}`, `http://127.0.0.1:${proxy.port}`);
          return await cutOften(proxy, randomFrom(seed * 31 + n));
        }),
      );
      say(`  ${CLIENTS} clients were cut ${Math.min(...cut)} times each`);
      await until(`${orders} orders are placed`, BOUND_MS, () => stage.record.size >= orders);
      const judgement = await stage.settleAndJudge();
      const behind = () =>
        watchers.flatMap(({ shown }, n) =>
          TOPICS.filter((topic) => shown.get(topic) !== steady.shown.get(topic)).map((topic) => `${n}: ${topic}`),
        );
      await until("every client shows what the others show", BOUND_MS, () => behind().length === 0).catch(
        () => undefined,
      );
      const sum = (of: (watcher: Watcher) => number) => watchers.reduce((all, watcher) => all + of(watcher), 0);
      return {
        name: "clients",
        figures: {
          clients: CLIENTS,
          "least cuts of a client": Math.min(...cut),
          "snapshots shown": sum(({ snapshots }) => snapshots),
          "changes shown": sum(({ deltas }) => deltas),
          "changes shown to who was not cut": steady.deltas,
          ...judgement.figures,
        },
        breaches: [
          ...watchers.flatMap(({ breaches }) => breaches),
          ...behind().map((one) => `a client shows another version at the end: ${one}`),
          ...(steady.deltas === 0 ? ["nothing was shown: the drill proves nothing"] : []),
          ...judgement.breaches,
        ],
      };
    } finally {
      for (const watcher of watchers) watcher.close();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await stage.close();
    }
  },
};

/** Cuts whatever goes through, until so many connections were cut. */
async function cutOften(proxy: CuttingProxy, random: () => number): Promise<number> {
  let cut = 0;
  const giveUpAt = performance.now() + BOUND_MS;
  while (cut < CUTS && performance.now() < giveUpAt) {
    await sleep(random() * LONGEST_PAUSE_MS);
    cut += proxy.cut();
  }
  return cut;
}
