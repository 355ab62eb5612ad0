import type { Command, Option } from './commander.ts';
import { ALGORITHMS } from '../dnssec/algorithms.ts';
import { DIGEST_TYPES } from '../dnssec/ds.ts';
import { ROLES } from '../keys/roles.ts';

/** Something that the word at the cursor may become. */
export interface Candidate {
  readonly value: string;
  readonly meaning?: string | undefined;
}

/** What a value may be that is not known from the definitions of the commands. */
export type ValueSource = 'zones' | 'keys' | 'tags';

/** What may stand at the cursor. */
export interface Completion {
  /** Whether names of files or of directories may stand there as well, which the shell knows best. */
  readonly paths?: 'files' | 'directories';
  readonly candidates: readonly Candidate[];
  /** What may stand there beside the candidates, and has to be looked up. */
  readonly sources: readonly ValueSource[];
}

type Values = Partial<Completion>;

const words = (values: readonly string[]): readonly Candidate[] => values.map((value) => ({ value }));

/**
 * What completes a value, by the name that it has in the help: `--algorithm <ALGORITHM>`. A name that is not here is free text, and a test has
 * the list of those.
 */
export const VALUES_BY_NAME: Readonly<Record<string, Values>> = {
  ALGORITHM: {
    candidates: words(
      ALGORITHMS.filter(({ status }) => status === 'recommended').map(({ mnemonic }) => mnemonic),
    ),
  },
  BASE: { sources: ['keys'] },
  DIGEST: { candidates: words(DIGEST_TYPES.map(({ digest }) => digest)) },
  DIR: { paths: 'directories' },
  DS: { paths: 'files' },
  FILE: { paths: 'files' },
  KEYFILE: { paths: 'files', sources: ['keys'] },
  OLDZONE: { paths: 'files' },
  ROLE: { candidates: words(ROLES) },
  SIGNEDZONE: { paths: 'files' },
  SOURCE: { paths: 'files', sources: ['zones', 'keys'] },
  TAG: { sources: ['tags'] },
  ZONE: { sources: ['zones'] },
  ZONEFILE: { paths: 'files' },
};

/** A command line up to the cursor, as far as it matters. */
export interface TypedLine {
  readonly command: Command;
  /** The options that were given, with their values. */
  readonly options: ReadonlyMap<Option, string | undefined>;
  readonly operands: readonly string[];
  /** The option whose value stands at the cursor. */
  readonly pending: Option | undefined;
  /** Whether `--` was typed: nothing is an option any more. */
  readonly isOver: boolean;
  readonly current: string;
}

/**
 * Understands the words of a command line as far as it is typed.
 * @param typed what stands behind the program's name; the last word is that at the cursor
 */
export function readTyped(program: Command, typed: readonly string[]): TypedLine {
  // bash breaks words at "=": --format=js comes as three words.
  const line = typed.filter((word, i) => word !== '=' || i === typed.length - 1);
  const current = line.at(-1) ?? '';
  let command = program;
  let isOver = false;
  let pending: Option | undefined;
  const options = new Map<Option, string | undefined>();
  const operands: string[] = [];
  for (const word of line.slice(0, -1)) {
    if (pending !== undefined) {
      options.set(pending, word);
      pending = undefined;
    } else if (isOver || !word.startsWith('-') || word === '-') {
      const named = command === program ? program.commands.find((sub) => sub.name() === word) : undefined;
      if (named === undefined) operands.push(word);
      else command = named;
    } else if (word === '--') {
      isOver = true;
    } else {
      const [name, value] = splitOption(word);
      const option = optionsOf(command, program).find(({ long, short }) => long === name || short === name);
      if (option === undefined) continue;
      options.set(option, value);
      if (option.required && value === undefined) pending = option;
    }
  }
  return { command, options, operands, pending, isOver, current: current === '=' ? '' : current };
}

/** What may stand at the cursor of a command line. */
export function completionOf(program: Command, line: TypedLine): Completion {
  const { command, pending, isOver, current, operands, options } = line;
  if (pending !== undefined) return completionOfOption(pending);
  if (!isOver && current.startsWith('-')) {
    const [name, value] = splitOption(current);
    const option = optionsOf(command, program).find(({ long }) => long === name);
    if (value !== undefined && option !== undefined) return behind(`${name}=`, completionOfOption(option));
    return { candidates: optionNames(optionsOf(command, program), options), sources: [] };
  }
  if (command === program) {
    const isNext = operands.length === 0 || (operands.length === 1 && operands[0] === 'help');
    return { candidates: isNext ? commandNames(program) : [], sources: [] };
  }
  const { registeredArguments } = command;
  const argument =
    registeredArguments[operands.length] ??
    (registeredArguments.at(-1)?.variadic === true ? registeredArguments.at(-1) : undefined);
  if (argument === undefined) return { candidates: [], sources: [] };
  return complete(argument.argChoices, argument.name());
}

function commandNames(program: Command): readonly Candidate[] {
  const commands = program.createHelp().visibleCommands(program);
  return commands.map((command) => ({
    value: command.name(),
    meaning: command.summary() || command.description(),
  }));
}

/** The name of a value in an option's definition: `TIME` of `--at <TIME>`. */
export function valueName({ flags }: Option): string | undefined {
  return /[<[]([^>\]]+?)(?:\.{3})?[>\]]/.exec(flags)?.[1];
}

function optionsOf(command: Command, program: Command): readonly Option[] {
  const help = program.createHelp();
  help.showGlobalOptions = true;
  return [...new Set([...help.visibleOptions(command), ...help.visibleOptions(program)])];
}

function completionOfOption(option: Option): Completion {
  return complete(option.argChoices, valueName(option) ?? '');
}

function complete(choices: readonly string[] | undefined, name: string): Completion {
  if (choices !== undefined) return { candidates: words(choices), sources: [] };
  return { candidates: [], sources: [], ...VALUES_BY_NAME[name] };
}

/** What follows `--option=` in one word; only the shell could complete a path there, and none does. */
function behind(prefix: string, { candidates, sources }: Completion): Completion {
  return { candidates: candidates.map(({ value }) => ({ value: prefix + value })), sources };
}

function optionNames(
  all: readonly Option[],
  given: ReadonlyMap<Option, string | undefined>,
): readonly Candidate[] {
  const names = new Map<string, Candidate>();
  for (const option of all) {
    const name = option.long ?? option.short;
    const isRepeatable = option.description.includes('repeatable');
    if (name === undefined || (given.has(option) && !isRepeatable)) continue;
    names.set(name, { value: name, meaning: option.description });
  }
  return [...names.values()];
}

function splitOption(word: string): [name: string, value: string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/**
 * The answer to a shell: in the first line `words`, or what else it shall offer, `files` or `directories`; then a candidate a line, its meaning
 * behind a tab.
 */
export function printCompletions(paths: Completion['paths'], candidates: readonly Candidate[]): string {
  const lines = candidates.map(({ value, meaning }) => (meaning ? `${value}\t${meaning}` : value));
  return [paths ?? 'words', ...lines, ''].join('\n');
}
