import type { CommanderError } from './commander.ts';
import { counterpartOf } from './dnssec-options.ts';
import { environmentError, internalError, printLocation, usageError, ZonewrightError } from '../errors.ts';
import { closestWord } from '../io/closest-word.ts';

/** Whatever was thrown, as an error of ours. */
export function describeFailure(error: unknown): ZonewrightError {
  if (error instanceof ZonewrightError) return error;
  const systemCode = property(error, 'code');
  if (systemCode !== undefined && /^E[A-Z0-9]+$/.test(systemCode)) return systemFailure(systemCode, error);
  return internalError('internal/unexpected', property(error, 'message') ?? String(error), {
    hint: 'this is a bug of zonewright: please report it, with the output of the same command under ZONEWRIGHT_DEBUG=1',
    cause: error,
  });
}

/**
 * What commander found wrong, in our own words. Its messages have the form `error: unknown option '--jsno'`, with `(Did you mean --json?)` on a
 * second line.
 * @param command the command that was not understood: `zonewright ds`
 */
export function usageFailure({ code, message }: CommanderError, command: string): ZonewrightError {
  const help = helpHint(command);
  if (code === 'commander.help') return usageError('usage/no-command', 'no command is given', { hint: help });
  const choice = CHOICE.exec(message)?.groups;
  if (choice !== undefined) return unknownChoice(choice);
  const [first = '', second] = message.replace(/^error: /, '').split('\n');
  const suggestion =
    first === "unknown command 'version'"
      ? '--version'
      : /\(Did you mean (?:one of )?(.+?)\?\)/.exec(second ?? '')?.[1];
  const option = /^unknown option '(.+)'$/.exec(first)?.[1];
  if (option !== undefined && suggestion === undefined) return unknownOption(option, command);
  const kind = code.replace(/^commander\./, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return usageError(`usage/${kind}`, first.replaceAll("'", '"').replace(/\.$/, ''), {
    hint: suggestion === undefined ? help : `did you mean ${suggestion}?`,
  });
}

/** commander's words where an option or an argument has one of some values only. */
const CHOICE =
  /^error: (?:option '(?<option>\S+).*' argument|command-argument value) '(?<value>.*)' is invalid(?: for argument '(?<argument>.*)')?\. Allowed choices are (?<choices>.*)\.$/s;

function unknownChoice({
  option,
  argument,
  value = '',
  choices = '',
}: Readonly<Record<string, string | undefined>>): ZonewrightError {
  const name = option?.replace(/,$/, '') ?? argument?.toUpperCase() ?? '';
  const closest = closestWord(value, choices.split(', '));
  const lead = closest === undefined ? 'choose from' : `did you mean ${closest}? The choices are:`;
  return usageError('usage/invalid-argument', `${name}: "${value}" is none of the choices`, {
    hint: `${lead} ${choices}`,
  });
}

/** An option that the command has not; it may be one of BIND's tools. */
export function unknownOption(option: string, command: string): ZonewrightError {
  const name = command.replace(/^.* /, '');
  return usageError('usage/unknown-option', `unknown option "${option}"`, {
    hint: counterpartOf(name, option) ?? helpHint(command),
  });
}

function helpHint(command: string): string {
  return `${command} --help lists what there is`;
}

const SYSTEM_MESSAGES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of this path is no directory',
  EISDIR: 'this is a directory',
  EEXIST: 'the file exists already',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open',
  ENOMEM: 'memory is used up',
};

function systemFailure(systemCode: string, error: unknown): ZonewrightError {
  const file = property(error, 'path');
  const message = SYSTEM_MESSAGES[systemCode] ?? `the operation failed (${systemCode})`;
  return environmentError(`system/${systemCode.toLowerCase()}`, message, {
    location: file === undefined ? undefined : { file },
    cause: error,
  });
}

/** Errors of Node's own modules need not be of our realm's Error class. */
function property(error: unknown, name: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value = (error as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** An error on one line: `file:line:column: what is wrong`. */
export function failureLine({ location, message, kind }: ZonewrightError): string {
  const text = kind === 'internal' ? `internal error: ${message}` : message;
  return location === undefined ? text : `${printLocation(location)}: ${text}`;
}

/** An error as JSON has it, `schemas/error.schema.json`. */
export interface FailureObject {
  readonly code: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string | undefined;
  /** What else is wrong with the same input. */
  readonly further?: readonly FailureObject[];
}

/** A failure as `--json` shows it. */
export function failureObject({ code, message, location, hint, further }: ZonewrightError): FailureObject {
  const others = further.length === 0 ? {} : { further: further.map(failureObject) };
  return { code, message, ...location, hint, ...others };
}

/** The chain of causes with their stacks, for those who look for a bug. */
export function failureTrace(error: unknown): string {
  const { stack, message, cause } = error as { stack?: string; message?: string; cause?: unknown };
  const own = stack ?? message ?? String(error);
  return cause === undefined ? own : `${own}\ncaused by: ${failureTrace(cause)}`;
}
