import { may } from "../../infra/auth/permissions.ts";
import { courierVersions, findCourier } from "../../projections/couriers/queries.ts";
import type { ReadServices } from "../services.ts";
import type { Topics } from "../topics.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREFIX = "courier.";

/** Topics `courier.<courierId>`: shift and claimed order of one courier, for that courier alone. */
export function courierTopics({ pool, schemas }: Pick<ReadServices, "pool" | "schemas">): Topics {
  const idOf = (topic: string): string | undefined => {
    const id = topic.slice(PREFIX.length);
    return UUID.test(id) ? id : undefined;
  };
  return {
    prefix: PREFIX,
    async authorize(principal, topic) {
      const courierId = idOf(topic);
      return courierId !== undefined && may(principal, "topic.courier", { courierId });
    },
    async snapshot(topic) {
      const courierId = idOf(topic);
      if (courierId === undefined) return undefined;
      const { schema, epoch } = await schemas.of("couriers");
      const found = await findCourier(pool, schema, courierId);
      return found && { epoch, version: found.version.toString(), data: found.courier };
    },
    async heads(topics) {
      const { schema, epoch } = await schemas.of("couriers");
      const ids = topics.flatMap((topic) => idOf(topic) ?? []);
      const versions = await courierVersions(pool, schema, ids);
      return new Map([...versions].map(([id, version]) => [PREFIX + id, { epoch, version }]));
    },
  };
}
