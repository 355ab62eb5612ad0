/** Where in an input something is wrong. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** A place as messages begin with it: `file:line:column`. */
export function printLocation({ file, line, column }: SourceLocation): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** What kind of failure it is; the command line maps each kind to one exit status. */
export type ErrorKind = 'usage' | 'input' | 'environment' | 'internal';

export interface ErrorDetails {
  /** What the user can do next, as one sentence or one command. */
  readonly hint?: string | undefined;
  readonly location?: SourceLocation | undefined;
  readonly cause?: unknown;
  /** What else is wrong with the same input. */
  readonly further?: readonly ZonewrightError[];
}

/**
 * The one error that the program throws on purpose.
 *
 * `code` is stable and meant for scripts (`zone/no-soa`); `message` is lower case, without the location and without a final period.
 */
export class ZonewrightError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly further: readonly ZonewrightError[];

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(readable(message), { cause: details.cause });
    this.name = 'ZonewrightError';
    this.kind = kind;
    this.code = code;
    this.hint = details.hint;
    this.location = details.location;
    this.further = details.further ?? [];
  }
}

/** Characters of a message; a token that is quoted in it may have millions. */
const MAX_MESSAGE = 500;

/** One line that is safe on a terminal: input that is quoted in a message may have anything in it. */
function readable(message: string): string {
  const short = message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
  return short.replace(/\p{Cc}/gu, (character) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`);
}

/** The command line or the configuration is wrong (exit status 2). */
export function usageError(code: string, message: string, details?: ErrorDetails): ZonewrightError {
  return new ZonewrightError('usage', code, message, details);
}

/** A zone, key or state file cannot be used (exit status 3). */
export function inputError(code: string, message: string, details?: ErrorDetails): ZonewrightError {
  return new ZonewrightError('input', code, message, details);
}

/** The machine failed us: files, locks, network (exit status 4). */
export function environmentError(code: string, message: string, details?: ErrorDetails): ZonewrightError {
  return new ZonewrightError('environment', code, message, details);
}

/** A defect of this program (exit status 70). */
export function internalError(code: string, message: string, details?: ErrorDetails): ZonewrightError {
  return new ZonewrightError('internal', code, message, details);
}

/** The same error with its place in an input, if it is one of ours and has none yet. */
export function locatedAt(error: unknown, location: () => SourceLocation): unknown {
  if (!(error instanceof ZonewrightError) || error.location !== undefined) return error;
  const { kind, code, message, hint, cause } = error;
  return new ZonewrightError(kind, code, message, { hint, cause, location: location() });
}

/** The first of several errors about the same input; it carries the others in `further`. */
export function withFurther(errors: readonly ZonewrightError[]): ZonewrightError {
  const [first, ...further] = errors;
  if (first === undefined) return internalError('internal/unexpected', 'there is no error to tell');
  const { kind, code, message, hint, location, cause } = first;
  return new ZonewrightError(kind, code, message, { hint, location, cause, further });
}

/** Compares errors by their lines and columns in the same file. */
export function byPlace({ location: a }: ZonewrightError, { location: b }: ZonewrightError): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
