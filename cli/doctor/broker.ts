import { connect } from "nats";
import { withoutPassword } from "../up/addresses.ts";
import { ok, type Probe, problem, reasonOf, warning } from "./finding.ts";

const OLDEST = [2, 9] as const;
const CONNECT_MS = 3_000;

/** The broker between relay and gateways of different processes, where one is configured. */
export const brokerProbe: Probe = {
  area: "nats",
  withinMs: 6_000,
  async look({ config }) {
    const { NATS_URL: url } = config;
    if (url === undefined) {
      return [ok("not configured: relay and gateway share the api process; gateways in other processes would need it")];
    }
    try {
      const connection = await connect({
        servers: url,
        timeout: CONNECT_MS,
        reconnect: false,
        name: "ordertrail doctor",
      });
      const roundTrip = await connection.rtt();
      const version = connection.info?.version ?? "unknown";
      await connection.close();
      const what = `nats-server ${version} at ${withoutPassword(url)}, answers in ${roundTrip} ms`;
      const [major = 0, minor = 0] = version.split(".").map(Number);
      const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
      return [old ? warning(`${what}; tested from ${OLDEST.join(".")}`, "upgrade it") : ok(what)];
    } catch (error) {
      return [
        problem(
          `${withoutPassword(url)} cannot be asked: ${reasonOf(error)}`,
          "start it, or correct NATS_URL; screens are repaired from Postgres meanwhile, some seconds late",
        ),
      ];
    }
  },
};
