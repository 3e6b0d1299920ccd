import { useEffect } from "preact/hooks";
import { accountWords } from "../messages/account.ts";
import { messages } from "../messages/catalogue.ts";
import { account, customerId, loadAccount } from "../state/account/account.ts";
import { developmentTokens } from "../state/auth.ts";
import { Header, ShopLinks } from "../ui/Header.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { AccountForm } from "./AccountForm.tsx";
import { LastOrders } from "./LastOrders.tsx";
import { SignIn } from "./SignIn.tsx";
import { SignOut } from "./SignOut.tsx";
import "../theme/account.css";

interface AccountPageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** The account of a customer; for a guest the way to one. */
export function AccountPage(_: AccountPageProps) {
  const id = customerId.value;
  useEffect(() => {
    if (id !== undefined) void loadAccount();
  }, [id]);
  return (
    <>
      <Header>
        <ShopLinks />
      </Header>
      <main class="page narrow account">{id === undefined ? <AsGuest /> : <AsCustomer key={id} id={id} />}</main>
    </>
  );
}

function AsGuest() {
  const words = accountWords.value;
  return (
    <>
      <div>
        <h1>{words.guest}</h1>
        <p class="quiet">{words.guestHint}</p>
      </div>
      <SignIn />
      {/* Another issuer makes its accounts itself; whoever comes back from it finishes theirs here. */}
      {developmentTokens.value && (
        <AccountForm known={undefined} title={words.create} hint={words.createHint} act={words.create} />
      )}
      <LastOrders />
    </>
  );
}

function AsCustomer({ id }: { id: string }) {
  const words = accountWords.value;
  const at = account.value;
  const name = at.state === "there" ? at.form.name : "";
  return (
    <>
      <h1>{name === "" ? messages.value.common.page.account : words.hello(name)}</h1>
      {at.state === "loading" && (
        <p class="quiet" aria-busy="true">
          {messages.value.common.loading}
        </p>
      )}
      {at.state === "unknown" && (
        <Notice kind="bad">
          <p>{sentenceOf(at.why)}</p>
          <button type="button" class="button" onClick={() => void loadAccount()}>
            {messages.value.common.retry}
          </button>
        </Notice>
      )}
      {at.state === "new" && (
        <AccountForm known={undefined} title={words.finish} hint={words.finishHint} act={words.save} />
      )}
      {at.state === "there" && (
        <>
          {at.held && <Notice kind="warn">{words.held}</Notice>}
          <LastOrders />
          <AccountForm known={at.form} title={words.contact} act={words.save} />
        </>
      )}
      <SignOut id={id} />
    </>
  );
}
