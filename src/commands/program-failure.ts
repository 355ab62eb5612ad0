import type { ProgramOutcome } from './environment.ts';

/** Why a program did not do what it was run for: `ended with status 3: LAST LINE OF ITS STANDARD ERROR`; undefined where it did. */
export function programFailure({ status, stderr }: ProgramOutcome): string | undefined {
  if (status === 0) return undefined;
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  const end = status === undefined ? 'was ended by a signal' : `ended with status ${status}`;
  return reason === '' ? end : `${end}: ${reason}`;
}
