import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { ANALYSTS, developmentTokens, principalAt, type Seat, takeRole } from "../state/auth.ts";
import { awaitSites, sites } from "../state/shop/sites.ts";
import { Header, ShopLinks } from "../ui/Header.tsx";
import { Notice } from "../ui/Notice.tsx";
import { ROLES, type Role } from "./roles.ts";

/** In development: takes a role, and leads to the page that fits. */
export function RolesPage() {
  const taken = useSignal<Role | undefined>(undefined);
  const failed = useSignal(false);
  const site = useSignal<string | undefined>(undefined);
  useEffect(awaitSites, []);
  const words = messages.value.roles;
  const siteId = site.value ?? sites.value?.[0]?.siteId;
  const take = async (role: Role) => {
    failed.value = false;
    const got = await takeRole(role, role === "kitchen" && siteId !== undefined ? [siteId] : []);
    failed.value = !got;
    taken.value = got ? role : undefined;
  };
  return (
    <>
      <Header>
        <ShopLinks />
      </Header>
      <main class="page narrow roles">
        <h1>{words.title}</h1>
        <p class="quiet">{words.hint}</p>
        {!developmentTokens.value ? (
          <Notice kind="warn">{words.off}</Notice>
        ) : (
          failed.value && <Notice kind="bad">{words.failed}</Notice>
        )}
        <Held seat="shop" />
        <Held seat="kitchen" />
        <Held seat="desk" />
        <ul>
          {ROLES.map((role) => (
            <li key={role} class="card" data-taken={taken.value === role}>
              <div class="what">
                <strong>{role}</strong>
                <span class="quiet small">{words.what[role]}</span>
                {role === "kitchen" && (
                  <label class="field">
                    <span>{words.site}</span>
                    <select
                      value={siteId}
                      onChange={(event) => {
                        site.value = event.currentTarget.value;
                      }}
                    >
                      {sites.value?.map(({ siteId: id, name }) => (
                        <option key={id} value={id}>
                          {name}
                        </option>
                      ))}
                    </select>
                  </label>
                )}
              </div>
              {taken.value === role ? (
                <Next role={role} siteId={siteId} />
              ) : (
                <button
                  type="button"
                  class="button"
                  disabled={!developmentTokens.value}
                  onClick={() => void take(role)}
                >
                  {words.take}
                </button>
              )}
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}

function pageOf(role: Role, siteId: string | undefined): string | undefined {
  if (role === "kitchen") return `/kitchen/${encodeURIComponent(siteId ?? "")}`;
  if (role === "guest" || role === "customer") return "/";
  return ANALYSTS.includes(role) ? "/analyst" : undefined;
}

/** Where a role goes on to. */
function Next({ role, siteId }: { role: Role; siteId: string | undefined }) {
  const words = messages.value.roles;
  const to = pageOf(role, siteId);
  return to === undefined ? (
    <p class="small quiet no-page">{words.noPage}</p>
  ) : (
    <a class="button main" href={to}>
      {words.goTo}
    </a>
  );
}

function Held({ seat }: { seat: Seat }) {
  const principal = principalAt(seat);
  const words = messages.value.roles;
  if (!principal) return null;
  return (
    <p class="small">
      {words.at[seat]}: {words.taken(principal.role, principal.id)}
      {principal.sites.length > 0 && ` (${principal.sites.join(", ")})`}
    </p>
  );
}
