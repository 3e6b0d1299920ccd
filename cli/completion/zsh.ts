import type { Described, Words } from "./tree.ts";

/** The script for zsh: sourced, or as the file _ordertrail in a folder of fpath. */
export function zshScript(places: readonly Words[]): string {
  const paths = places.filter(({ path }) => path.length > 0).map(({ path }) => `"${at(path)}"`);
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ word, values }) => {
        const offered = values.length === 0 ? "_files" : `compadd -- ${values.join(" ")}`;
        return `    "${at(path)}:${word}") ${offered}; return ;;`;
      }),
  );
  const words = places.map(({ path, commands, options, values }) => {
    const all = [...commands, ...values.map((word) => ({ word, what: "" })), ...options];
    return `    "${at(path)}") words_here=(${all.map(quoted).join(" ")}) ;;`;
  });
  return `#compdef ordertrail
# zsh completion of ordertrail; made by "ordertrail completion zsh"
_ordertrail() {
  local at="" i
  local -a words_here
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${paths.join(" | ")}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at:\${words[CURRENT - 1]}" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  _describe ordertrail words_here || _files
}
if [ "\${funcstack[1]}" = "_ordertrail" ]; then _ordertrail "$@"; else compdef _ordertrail ordertrail; fi
`;
}

const at = (path: readonly string[]): string => path.map((one) => ` ${one}`).join("");

/** `word:what` in single quotes; a colon within the word would end it. */
const quoted = ({ word, what }: Described): string => {
  const text = `${word.replaceAll(":", "\\:")}${what === "" ? "" : `:${what}`}`;
  return `'${text.replaceAll("'", "'\\''")}'`;
};
