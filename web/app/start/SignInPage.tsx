import { useEffect } from "preact/hooks";
import { messages } from "../../messages/catalogue.ts";
import { shellWords } from "../../messages/shell.ts";
import { principalAt, signOut } from "../../state/auth.ts";
import type { Seat } from "../../state/seats.ts";
import { awaitSignInFacts, signInFacts, signInTrouble } from "../../state/sign-in.ts";
import { Header } from "../../ui/Header.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { shortId } from "../short-id.ts";
import { RoleList } from "./RoleList.tsx";
import { TokenForm } from "./TokenForm.tsx";

const SEATS: readonly Exclude<Seat, "guest">[] = ["shop", "kitchen", "courier", "desk"];

/** Sign in: in development by choosing a role, elsewhere with what the issuer gave. `to`: where to go on to. */
export function SignInPage({ to }: { to: string | undefined }) {
  useEffect(awaitSignInFacts, []);
  const words = shellWords.value.page;
  const facts = signInFacts.value;
  return (
    <>
      <Header title={messages.value.common.page.signIn} />
      <main class="page narrow sign-in">
        <h1>{words.title}</h1>
        <HeldHere />
        {facts === undefined && (
          <p class="quiet" role="status">
            {signInTrouble.value ? words.notAsked : words.asking}
          </p>
        )}
        {facts?.development === true && (
          <>
            <p class="quiet">{words.hint}</p>
            <RoleList to={to} />
          </>
        )}
        {facts?.development === false && (
          <>
            <Notice icon="lock" title={words.issuer(facts.issuer)}>
              <p>{words.issuerHint}</p>
            </Notice>
            <TokenForm to={to} claims={facts.claims} />
          </>
        )}
      </main>
    </>
  );
}

/** Who sits where in this browser. */
function HeldHere() {
  const words = shellWords.value;
  const held = SEATS.flatMap((seat) => {
    const principal = principalAt(seat);
    return principal && (seat === "desk" || !["support", "admin"].includes(principal.role))
      ? [{ seat, principal }]
      : [];
  });
  if (held.length === 0) return null;
  return (
    <section class="held" aria-label={words.page.held}>
      <h2>{words.page.held}</h2>
      <ul>
        {held.map(({ seat, principal }) => (
          <li key={seat}>
            <span>
              {words.page.seats[seat]}: <strong>{words.roles[principal.role]}</strong>{" "}
              <span class="small quiet">{principal.sites.join(", ") || shortId(principal.id)}</span>
            </span>
            {principal.role !== "guest" && (
              <button type="button" class="button small-button" onClick={() => signOut(seat)}>
                {words.signOut}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
