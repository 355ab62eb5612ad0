import type { SignOptions } from '../commands/signing-options.ts';
import type { SignResult } from '../commands/signing-result.ts';
import { ZonewrightError, type ErrorKind, type SourceLocation } from '../errors.ts';

/** What is the same for all zones that a thread signs. */
export interface ThreadRun {
  /** As in the environment of a command. */
  readonly now: number;
  readonly simulated: boolean;
}

/** A zone to be signed; passes between threads as it is. */
export interface ThreadOrder {
  readonly id: number;
  readonly options: SignOptions;
}

export interface ThreadAnswer {
  readonly id: number;
  readonly warnings: readonly { readonly message: string; readonly hint: string | undefined }[];
  readonly outcome:
    | { readonly kind: 'signed'; readonly result: SignResult }
    /** A passphrase or an HSM is needed, which only the main thread has. Nothing was done. */
    | { readonly kind: 'not-here' }
    | { readonly kind: 'failed'; readonly failure: CarriedError };
}

/** The code of the error by which a thread says that it has no means to open a key. */
export const NOT_HERE = 'thread/not-here';

/** An error on its way between threads, where objects lose their class. */
export interface CarriedError {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly further: readonly CarriedError[];
  readonly stack: string | undefined;
}

/** The error as a plain object. */
export function carryError(error: ZonewrightError): CarriedError {
  const { kind, code, message, hint, location, further, stack } = error;
  return { kind, code, message, hint, location, further: further.map(carryError), stack };
}

/** The error that a plain object was made from. */
export function carriedError({
  kind,
  code,
  message,
  further,
  stack,
  ...details
}: CarriedError): ZonewrightError {
  const error = new ZonewrightError(kind, code, message, { ...details, further: further.map(carriedError) });
  if (stack !== undefined) error.stack = stack;
  return error;
}
