import { chooseLanguage, language, messages } from "../../messages/catalogue.ts";
import { shellWords } from "../../messages/shell.ts";
import { developmentTokens, principalAt, signOut, whoIsHere } from "../../state/auth.ts";
import type { Seat } from "../../state/seats.ts";
import { chooseTheme, type ThemeChoice, themeChoice } from "../../state/theme.ts";
import { Icon } from "../../ui/Icon.tsx";
import { askForHelp } from "../../ui/PageHelp.tsx";
import { navigate, route, toSignIn } from "../router.ts";
import { screenOf, screensOf } from "../screens.ts";
import { shortId } from "../short-id.ts";
import { Choice } from "./Choice.tsx";
import { RoleSwitch } from "./RoleSwitch.tsx";

/** What the menu holds. */
export function MenuPanel({ close }: { close: () => void }) {
  const words = shellWords.value;
  const shown = screenOf(route.value.page);
  const seat = shown?.seat ?? whoIsHere().seat;
  const principal = principalAt(seat);
  const isKitchen = route.value.page === "kitchen";
  return (
    <>
      <Who seat={seat} />
      <section>
        <h2>{words.screens}</h2>
        <ul class="menu-screens">
          {seat !== "shop" && (
            <li>
              <a href="/" aria-current={route.value.page === "start" ? "page" : undefined}>
                {messages.value.common.page.start}
              </a>
            </li>
          )}
          {screensOf(principal?.role).map(({ name, path }) => (
            <li key={name}>
              <a href={path} aria-current={shown?.name === name ? "page" : undefined}>
                {messages.value.common.page[name === "kitchen" ? "kitchens" : name]}
              </a>
            </li>
          ))}
        </ul>
      </section>
      {developmentTokens.value && <RoleSwitch seat={seat} onDone={close} />}
      <Choice
        title={words.language}
        name="language"
        value={language.value}
        options={[
          { value: "en", label: "English", lang: "en" },
          { value: "de", label: "Deutsch", lang: "de" },
        ]}
        onChoose={chooseLanguage}
      />
      <Choice<ThemeChoice>
        title={words.theme}
        name="theme"
        value={themeChoice(isKitchen)}
        options={(["system", "light", "dark"] as const).map((value) => ({ value, label: words.themes[value] }))}
        onChoose={(choice) => chooseTheme(isKitchen, choice)}
      />
      <button
        type="button"
        class="button plain"
        aria-keyshortcuts="?"
        onClick={() => {
          close();
          askForHelp();
        }}
      >
        <Icon name="keys" />
        {messages.value.common.keys}
      </button>
    </>
  );
}

/** Who sits at this page, and how to leave or to come. */
function Who({ seat }: { seat: Seat }) {
  const words = shellWords.value;
  const principal = principalAt(seat);
  const known = principal !== undefined && principal.role !== "guest";
  return (
    <section class="menu-who">
      <div>
        <strong>{principal ? words.roles[principal.role] : words.signedOut}</strong>
        {known && (
          <span class="small quiet">
            {principal.sites.length > 0 ? words.at(principal.sites.join(", ")) : shortId(principal.id)}
          </span>
        )}
      </div>
      {known ? (
        <button type="button" class="button small-button" onClick={() => leave(seat)}>
          {words.signOut}
        </button>
      ) : (
        <a class="button small-button" href={seat === "shop" ? "/account" : toSignIn()}>
          {words.signIn}
        </a>
      )}
    </section>
  );
}

function leave(seat: Seat): void {
  signOut(seat);
  // Nobody is left in front of what only they might see.
  navigate(seat === "shop" ? "/" : "/sign-in");
}
