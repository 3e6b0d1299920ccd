import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ROLES, type Role } from "../../api/roles.ts";
import { shellWords } from "../../messages/shell.ts";
import { principalAt, takeRole } from "../../state/auth.ts";
import type { Seat } from "../../state/seats.ts";
import { awaitSites, sites } from "../../state/shop/sites.ts";
import { Notice } from "../../ui/Notice.tsx";
import { navigate, route } from "../router.ts";
import { screenOf } from "../screens.ts";

/** In development: become somebody else, and stay where one is if that one may see it. */
export function RoleSwitch({ seat, onDone }: { seat: Seat; onDone: () => void }) {
  const failed = useSignal(false);
  const busy = useSignal(false);
  useEffect(awaitSites, []);
  const words = shellWords.value;
  const principal = principalAt(seat);
  const kitchen = principalAt("kitchen");
  const ownSite = kitchen?.sites[0] ?? sites.value?.[0]?.siteId;
  const become = async (role: Role, site: string | undefined) => {
    busy.value = true;
    failed.value = false;
    const got = await takeRole(role, role === "kitchen" && site !== undefined ? [site] : []);
    busy.value = false;
    failed.value = !got;
    if (!got) return;
    goOn(role, site);
    onDone();
  };
  return (
    <section class="role-switch" aria-busy={busy.value}>
      <label class="field">
        <span>{words.switchRole}</span>
        <select
          value={principal?.role ?? "guest"}
          disabled={busy.value}
          onChange={(event) => void become(event.currentTarget.value as Role, ownSite)} // one of the options below
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {words.roles[role]}
            </option>
          ))}
        </select>
      </label>
      {principal?.role === "kitchen" && (
        <label class="field">
          <span>{words.sites}</span>
          <select
            value={siteHere() ?? ownSite}
            disabled={busy.value}
            onChange={(event) => void become("kitchen", event.currentTarget.value)}
          >
            {sites.value?.map(({ siteId, name }) => (
              <option key={siteId} value={siteId}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="small quiet">{busy.value ? words.switching : words.switchHint}</p>
      {failed.value && <Notice kind="bad">{words.failed}</Notice>}
    </section>
  );
}

const siteHere = (): string | undefined => (route.value.page === "kitchen" ? route.value.siteId : undefined);

/** Stays if the role may see this page, and goes to its own start otherwise. A kitchen's page is that of its site. */
function goOn(role: Role, site: string | undefined): void {
  const { page } = route.value;
  const screen = screenOf(page);
  if (page === "signIn") return;
  if (screen !== undefined && !screen.roles.includes(role)) navigate("/");
  else if (page === "kitchen" && role === "kitchen" && site !== undefined && site !== siteHere())
    navigate(`/kitchen/${encodeURIComponent(site)}`);
}
