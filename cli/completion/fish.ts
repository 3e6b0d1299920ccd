import type { Words } from "./tree.ts";

/** The script for fish. */
export function fishScript(places: readonly Words[]): string {
  const paths = places.filter(({ path }) => path.length > 0).map(({ path }) => `'${at(path)}'`);
  const lines = places.flatMap(({ path, commands, options, values }) => {
    const here = `complete -c ordertrail -n "__ordertrail_at '${at(path)}'"`;
    return [
      ...commands.map(({ word, what }) => `${here} -f -a ${word} -d ${quoted(what)}`),
      ...values.map((word) => `${here} -f -a ${word}`),
      ...options.map(({ word, what, takesValue, values: of }) => {
        const value = !takesValue ? "" : of.length === 0 ? " -r -F" : ` -x -a ${quoted(of.join(" "))}`;
        return `${here} -l ${word.replace(/^--/, "")}${value} -d ${quoted(what)}`;
      }),
    ];
  });
  return `# fish completion of ordertrail; made by "ordertrail completion fish"
function __ordertrail_at
    set -l at ''
    set -l given (commandline -opc)
    for word in $given[2..-1]
        switch "$at $word"
            case ${paths.join(" ")}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}

const at = (path: readonly string[]): string => path.map((one) => ` ${one}`).join("");

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
