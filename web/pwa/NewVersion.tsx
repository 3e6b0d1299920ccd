import { messages } from "../messages/catalogue.ts";
import { newVersion, takeNewVersion } from "./install.ts";

/** Offers a newer version; nothing happens to the open page until it is wanted. */
export function NewVersion() {
  if (!newVersion.value) return null;
  const words = messages.value.common;
  return (
    <div class="new-version" role="status">
      <span>{words.newVersion}</span>
      <span class="acts">
        <button type="button" class="button main small-button" onClick={takeNewVersion}>
          {words.takeVersion}
        </button>
        <button
          type="button"
          class="button small-button"
          onClick={() => {
            newVersion.value = false;
          }}
        >
          {words.later}
        </button>
      </span>
    </div>
  );
}
