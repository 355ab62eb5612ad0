import type { Command, Option } from '../src/cli/commander.ts';
import { valueName } from '../src/cli/completion-candidates.ts';

/** What each exit status means, as the manual and the README have it. */
export const EXIT_STATUS_MEANINGS: readonly (readonly [status: number, meaning: string])[] = [
  [0, 'Done, or the answer is yes.'],
  [1, 'The answer is no: verify found an error, a --check a difference, status trouble.'],
  [2, 'The command line or the configuration is wrong.'],
  [3, 'An input cannot be used: an error in a zone file, a damaged key or state file.'],
  [4, 'The environment failed: files, locks, the network.'],
  [10, 'rotate --detailed-exitcode: something was done.'],
  [70, 'A bug of zonewright.'],
];

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ['NO_COLOR', 'If it is set and not empty, there is no colour and no progress.'],
  ['ZONEWRIGHT_CONFIG', 'The configuration file, where --config is not given.'],
  ['ZONEWRIGHT_DEBUG', 'If it is 1, errors come with stack traces.'],
  ['ZONEWRIGHT_KEY_DIRECTORY', 'The directory of the keys, where --key-directory is not given.'],
  ['ZONEWRIGHT_NOW', 'The time of the run, where --now is not given.'],
  ['ZONEWRIGHT_PASSPHRASE', 'The passphrase of encrypted private keys.'],
  ['ZONEWRIGHT_PASSPHRASE_COMMAND', 'A program that prints it, where --passphrase-command is not given.'],
  ['ZONEWRIGHT_PASSPHRASE_FILE', 'The file whose first line it is, where --passphrase-file is not given.'],
  ['ZONEWRIGHT_PKCS11_MODULE', 'The PKCS#11 library of keys in an HSM, where their URI names none.'],
  ['ZONEWRIGHT_PKCS11_PIN', 'The PIN of the HSM, where the URI has no pin-source.'],
];

const FILES: readonly (readonly [path: string, meaning: string])[] = [
  [
    '.zonewrightrc.yaml',
    'The configuration, in the working directory or one above. "zonewright status --show-config" prints every setting in force, and schemas/config.schema.json of the package describes them.',
  ],
  ['keys/K<zone>+<algorithm>+<tag>.key', 'A public key, in the form of BIND.'],
  ['keys/K<zone>+<algorithm>+<tag>.private', 'Its private key. Only its owner may read it.'],
  ['keys/<zone>.state.json', 'What rotate knows of the zone: keys, rollovers, caches, audit trail.'],
  ['keys/<zone>.outputs.json', 'Digests of the last signed zones, by which sign knows its own work.'],
];

/** An example of a command's help. */
export interface Example {
  readonly command: string;
  readonly meaning: string;
}

/** The examples at the end of a command's help, which goes nowhere else from now on. */
export function examplesOf(command: Command): readonly Example[] {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  const [, text = ''] = help.split('\nExamples:\n');
  return [...text.matchAll(/^ {2}(\S.*?) {2,}(\S.*)$/gm)].map(([, line, meaning]) => ({
    command: line!,
    meaning: meaning!,
  }));
}

/** The commands that have a manual page: those of the help. */
export function documentedCommands(program: Command): readonly Command[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help');
}

/**
 * The manual pages, in mdoc, by the names of their files.
 * @param date `November 22, 2026`
 */
export function manualPages(program: Command, date: string): ReadonlyMap<string, string> {
  const commands = documentedCommands(program);
  const pages = new Map([['zonewright.1', programPage(program, commands, date)]]);
  for (const command of commands) {
    pages.set(`zonewright-${command.name()}.1`, commandPage(program, command, date));
  }
  return pages;
}

function programPage(program: Command, commands: readonly Command[], date: string): string {
  return page('zonewright', 'DNSSEC zone toolkit', date, [
    ['.Sh SYNOPSIS', '.Nm', '.Op Ar options', '.Ar command', '.Op Ar arguments'],
    ['.Sh DESCRIPTION', ...text(program.description())],
    [
      '.Pp',
      'The commands are:',
      ...list(commands.map((each) => [`.Ic ${each.name()}`, sentence(each.summary())])),
    ],
    ['.Pp', 'The options below go with every command.', ...optionList(visibleOptions(program))],
    ...common(),
    ['.Sh EXAMPLES', ...exampleLines(commands.flatMap((each) => examplesOf(each).slice(0, 1)))],
    seeAlso(commands.map((each) => `zonewright-${each.name()}`).sort()),
  ]);
}

function commandPage(program: Command, command: Command, date: string): string {
  const operands = command.registeredArguments.map((argument) => {
    const operand = `Ar ${argument.name()}${argument.variadic ? ' ...' : ''}`;
    return argument.required ? `.${operand}` : `.Op ${operand}`;
  });
  // Help is among the options of every command.
  const own = optionList(visibleOptions(command).filter(({ long }) => long !== '--help'));
  return page(`zonewright-${command.name()}`, command.summary(), date, [
    ['.Sh SYNOPSIS', `.Nm zonewright ${command.name()}`, '.Op Ar options', ...operands],
    ['.Sh DESCRIPTION', ...text(command.description())],
    ...(command.registeredArguments.length === 0
      ? []
      : [
          list(command.registeredArguments.map((each) => [`.Ar ${each.name()}`, sentence(each.description)])),
        ]),
    ...(own.length === 0 ? [] : [['.Pp', 'The options are:', ...own]]),
    ['.Pp', 'Those of every command are:', ...optionList(visibleOptions(program))],
    ...common(),
    ['.Sh EXAMPLES', ...exampleLines(examplesOf(command))],
    seeAlso(['zonewright']),
  ]);
}

type Section = readonly string[];

function page(name: string, summary: string, date: string, sections: readonly Section[]): string {
  const lines = [
    `.Dd ${date}`,
    `.Dt ${name.toUpperCase()} 1`,
    '.Os',
    '.Sh NAME',
    `.Nm ${name}`,
    `.Nd ${escaped(summary)}`,
    ...sections.flat(),
    '',
  ];
  return lines.join('\n');
}

function common(): readonly Section[] {
  return [
    ['.Sh ENVIRONMENT', ...list(ENVIRONMENT.map(([name, meaning]) => [`.Ev ${name}`, meaning]))],
    ['.Sh FILES', ...list(FILES.map(([path, meaning]) => [`.Pa ${path}`, meaning]))],
    ['.Sh EXIT STATUS', ...list(EXIT_STATUS_MEANINGS.map(([status, meaning]) => [String(status), meaning]))],
  ];
}

function visibleOptions(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function optionList(options: readonly Option[]): readonly string[] {
  return list(options.map((option) => [optionNames(option), sentence(described(option))]));
}

/** `.Fl z , -zone Ar ZONE` */
function optionNames(option: Option): string {
  const names = [option.short?.slice(1), option.long?.slice(1)].filter((name) => name !== undefined);
  const value = valueName(option);
  return `.Fl ${names.join(' , ')}${value === undefined ? '' : ` Ar ${value}`}`;
}

function described({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  const byDefault = typeof defaultValue === 'string' ? ` (default: ${defaultValue})` : '';
  return `${description}${choices}${byDefault}`;
}

/** A list of items, each with what it is about behind it. An item that starts with a period is a macro already. */
function list(items: readonly (readonly [item: string, meaning: string])[]): readonly string[] {
  if (items.length === 0) return [];
  return [
    '.Bl -tag -width Ds',
    ...items.flatMap(([item, meaning]) => [
      `.It ${item.startsWith('.') ? item.slice(1) : escaped(item)}`,
      ...text(meaning),
    ]),
    '.El',
  ];
}

function exampleLines(examples: readonly Example[]): readonly string[] {
  return examples
    .flatMap(({ command, meaning }) => [
      '.Pp',
      ...text(`${sentence(meaning).replace(/\.$/, '')}:`),
      '.Bd -literal -offset indent',
      escaped(command),
      '.Ed',
    ])
    .slice(1);
}

function seeAlso(names: readonly string[]): Section {
  return ['.Sh SEE ALSO', ...names.map((name, i) => `.Xr ${name} 1${i < names.length - 1 ? ' ,' : ''}`)];
}

function sentence(words: string): string {
  const ended = /[.!?)]$/.test(words) ? words : `${words}.`;
  // A name like sha256 stays as it is.
  const first = /^[a-z]+\b(?!\d)/.test(ended) ? ended.charAt(0).toUpperCase() : ended.charAt(0);
  return first + ended.slice(1).replace(/([^.])\)$/, '$1).');
}

/** Running text: a new line for each sentence, and none too long. */
function text(words: string): readonly string[] {
  return words.split(/(?<=[.!?]) +(?=[A-Z])/).flatMap((line) => wrapped(line).map(escaped));
}

const WIDTH = 76;

function wrapped(line: string): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + word.length >= WIDTH) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

/** Text that roff takes as it is. */
function escaped(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replace(/^['.]/, '\\&$&')
    .replaceAll(/(?<=^|\s)-/g, '\\-');
}
