import type { Words } from "./tree.ts";

/** The script for bash. */
export function bashScript(places: readonly Words[]): string {
  const paths = places
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `"${path.map((one) => ` ${one}`).join("")}"`);
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ word, values }) => `    "${at(path)}:${word}") ${offer(values)}; return ;;`),
  );
  const words = places.map(({ path, commands, options, values }) => {
    const all = [...commands.map(({ word }) => word), ...values, ...options.map(({ word }) => word)];
    return `    "${at(path)}") ${offer(all)} ;;`;
  });
  return `# bash completion of ordertrail; made by "ordertrail completion bash"
_ordertrail() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${paths.join(" | ")}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$at:$prev" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
}
complete -o default -F _ordertrail ordertrail
`;
}

const at = (path: readonly string[]): string => path.map((one) => ` ${one}`).join("");

/** With nothing to offer bash falls back to file names. */
const offer = (words: readonly string[]): string =>
  words.length === 0 ? ":" : `mapfile -t COMPREPLY < <(compgen -W "${words.join(" ")}" -- "$cur")`;
