import { signal } from "@preact/signals";
import { type ClaimNames, developmentTokens } from "./auth.ts";
import { reached } from "./reach.ts";

/** How one signs in here. */
export type SignInFacts =
  /** By choosing a role. */
  | { readonly development: true }
  /** With a token of this issuer, whose claims have these names. */
  | { readonly development: false; readonly issuer: string; readonly claims: ClaimNames };

/** What the server says of signing in; undefined until it has said it. */
export const signInFacts = signal<SignInFacts | undefined>(undefined);

/** The last try to ask for it failed. */
export const signInTrouble = signal(false);

const AGAIN_MS = 3_000;

/** Asks how one signs in, until the server has said it. Returns how to stop. */
export function awaitSignInFacts(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = async () => {
    try {
      const response = await fetch("/sign-in.json", { cache: "no-store", signal: AbortSignal.timeout(8_000) });
      if (!response.ok) throw new Error(String(response.status));
      const facts = (await response.json()) as SignInFacts; // as cli/roles/pages.ts answers
      reached();
      signInFacts.value = facts;
      developmentTokens.value = facts.development;
      signInTrouble.value = false;
    } catch {
      signInTrouble.value = true;
      if (!stopped) timer = setTimeout(ask, AGAIN_MS);
    }
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
