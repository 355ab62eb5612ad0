import { inputError, type ZonewrightError } from '../errors.ts';
import { readTimestamp } from '../dns/time.ts';

/** One `Name: value` of a BIND key file. */
export interface BindField {
  readonly name: string;
  readonly value: string;
  /** From 1; absent before the field was in a file. */
  readonly line?: number;
}

/** The `Name: value` lines of a BIND key file. Blank lines and `;` comments are passed over. */
export function readBindLines(text: string, file: string): BindField[] {
  const lines: BindField[] = [];
  text.split(/\r?\n/).forEach((content, index) => {
    if (/^\s*(;|$)/.test(content)) return;
    const parts = /^([A-Za-z][\w-]*):(.*)$/.exec(content);
    if (parts === null) throw damagedKey(file, index + 1, 'this line is not of the form "Name: value"');
    lines.push({ name: parts[1]!, value: parts[2]!.trim(), line: index + 1 });
  });
  return lines;
}

/** The timestamp of a line. A human reading in parentheses may follow it. */
export function timestampOf({ name, value, line }: BindField, file: string): number {
  const time = readTimestamp(value.split(/\s/, 1)[0]!);
  if (time === undefined) throw damagedKey(file, line, `${name} is not a time of the form YYYYMMDDHHMMSS`);
  return time;
}

/** A key file that cannot be used. The message must not quote it: what stands there may be a secret. */
export function damagedKey(file: string, line: number | undefined, message: string): ZonewrightError {
  return inputError('key/damaged', message, {
    location: line === undefined ? { file } : { file, line },
    hint: 'restore the file from a backup, or make a new key with "zonewright keygen"',
  });
}
