import type { Argument, Command, Option } from "commander";

/** What can stand at one place of a command line. */
export interface Words {
  /** The commands that lead there, such as `event-node check`; empty for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly Described[];
  readonly options: readonly OptionWords[];
  /** Values of the arguments, where they are known beforehand. */
  readonly values: readonly string[];
}

/** A word with what it means, in one line. */
export interface Described {
  readonly word: string;
  readonly what: string;
}

export interface OptionWords extends Described {
  readonly takesValue: boolean;
  /** The values, where they are known beforehand; else a file's name is as good a guess as any. */
  readonly values: readonly string[];
}

/** Values that the program's declarations do not list: by the name of an argument, or by an option's flag. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

/** Every place of a program's command lines, the program itself first. Hidden commands are left out. */
export function wordsOf(program: Command, known: KnownValues): Words[] {
  const walk = (command: Command, path: readonly string[]): Words[] => {
    const commands = command
      .createHelp()
      .visibleCommands(command)
      .filter((one) => one.name() !== "help");
    return [
      {
        path,
        commands: commands.map((one) => ({ word: one.name(), what: firstLine(one.description()) })),
        options: command
          .createHelp()
          .visibleOptions(command)
          .map((option) => optionWords(option, known)),
        values: command.registeredArguments.flatMap((argument) => argumentValues(argument, known)),
      },
      ...commands.flatMap((one) => walk(one, [...path, one.name()])),
    ];
  };
  return walk(program, []);
}

const optionWords = (option: Option, known: KnownValues): OptionWords => {
  const word = option.long ?? option.short ?? "";
  return {
    word,
    what: firstLine(option.description),
    takesValue: option.required || option.optional,
    values: option.argChoices ?? known[word] ?? [],
  };
};

const argumentValues = (argument: Argument, known: KnownValues): readonly string[] =>
  argument.argChoices ?? known[argument.name()] ?? [];

const firstLine = (text: string): string => text.split("\n")[0] ?? "";
