import { CommanderError } from 'commander';
import { environmentError, internalError, usageError, ZonewrightError } from '../errors.ts';

/** Whatever was thrown, as an error of ours. */
export function describeFailure(error: unknown): ZonewrightError {
  if (error instanceof ZonewrightError) return error;
  if (error instanceof CommanderError) return usageFailure(error);
  const systemCode = property(error, 'code');
  if (systemCode !== undefined && /^E[A-Z0-9]+$/.test(systemCode)) return systemFailure(systemCode, error);
  return internalError('internal/unexpected', property(error, 'message') ?? String(error), {
    hint: 'this is a bug of zonewright: please report it with the output of the same command under ZONEWRIGHT_DEBUG=1',
    cause: error,
  });
}

/** Commander's messages have the form `error: unknown option '--jsno'`, with `(Did you mean --json?)` on a second line. */
function usageFailure({ code, message }: CommanderError): ZonewrightError {
  const [first = '', second] = message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(second ?? '')?.[1];
  const kind = code.replace(/^commander\./, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return usageError(`usage/${kind}`, first.replaceAll("'", '"').replace(/\.$/, ''), {
    hint: suggestion === undefined ? 'zonewright --help lists what there is' : `did you mean ${suggestion}?`,
  });
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

/** The one line of an error, and a second where there is a next step; neither ends with a newline. */
export function failureLines({ location, message, hint, kind }: ZonewrightError): readonly string[] {
  const place =
    location === undefined
      ? []
      : [[location.file, location.line, location.column].filter((part) => part !== undefined).join(':')];
  const text = kind === 'internal' ? `internal error: ${message}` : message;
  return [[...place, text].join(': '), ...(hint === undefined ? [] : [`hint: ${hint}`])];
}

/** The same as an object, `schemas/error.schema.json`. */
export function failureDocument({ code, message, location, hint }: ZonewrightError): object {
  return { schema: 'zonewright/error/v1', error: { code, message, ...location, hint } };
}
