import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ROLES, type Role } from "../../api/roles.ts";
import { shellWords } from "../../messages/shell.ts";
import { takeRole } from "../../state/auth.ts";
import { awaitSites, sites } from "../../state/shop/sites.ts";
import { Notice } from "../../ui/Notice.tsx";
import { navigate, parseRoute } from "../router.ts";
import { screenOf } from "../screens.ts";

/** In development: every role, to be taken with one press. */
export function RoleList({ to }: { to: string | undefined }) {
  const taken = useSignal<Role | undefined>(undefined);
  const failed = useSignal(false);
  const site = useSignal<string | undefined>(undefined);
  const who = useSignal("");
  useEffect(awaitSites, []);
  const words = shellWords.value;
  const siteId = site.value ?? sites.value?.[0]?.siteId;
  const take = async (role: Role) => {
    failed.value = false;
    const id = who.value.trim();
    const got = await takeRole(role, role === "kitchen" && siteId !== undefined ? [siteId] : [], id || undefined);
    failed.value = !got;
    taken.value = got ? role : undefined;
    if (got && to !== undefined && maySee(role, to)) navigate(to, true);
  };
  return (
    <>
      {failed.value && <Notice kind="bad">{words.failed}</Notice>}
      <ul class="roles">
        {ROLES.map((role) => (
          <li key={role} class="card" data-taken={taken.value === role}>
            <div class="what">
              <strong>{words.roles[role]}</strong>
              <span class="quiet small">{words.what[role]}</span>
              {role === "kitchen" && (
                <label class="field">
                  <span>{words.page.site}</span>
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
              <a class="button main" href="/">
                {words.page.goOn}
              </a>
            ) : (
              <button type="button" class="button" onClick={() => void take(role)}>
                {words.page.take}
                <span class="unseen">: {words.roles[role]}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <details>
        <summary>{words.page.somebodyElse}</summary>
        <label class="field">
          <span>{words.page.who}</span>
          <input
            value={who.value}
            placeholder={words.page.whoHint}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => {
              who.value = event.currentTarget.value;
            }}
          />
        </label>
      </details>
    </>
  );
}

function maySee(role: Role, to: string): boolean {
  const [path = "/", query = ""] = to.split("?");
  const screen = screenOf(parseRoute(path, query).page);
  return screen === undefined || screen.roles.includes(role);
}
