import type { ErrorKind } from '../errors.ts';

/** What scripts rely on. */
export const ExitStatus = {
  /** Done, or the answer is yes. */
  Success: 0,
  /** The answer is no. */
  No: 1,
  Usage: 2,
  Input: 3,
  Environment: 4,
  /** Something was done, where that was asked for (`--detailed-exitcode`). */
  Changed: 10,
  /** A defect of this program. */
  Internal: 70,
} as const;

const OF_KIND: Readonly<Record<ErrorKind, number>> = {
  usage: ExitStatus.Usage,
  input: ExitStatus.Input,
  environment: ExitStatus.Environment,
  internal: ExitStatus.Internal,
};

/** The exit status that stands for a kind of failure. */
export function exitStatusOf(kind: ErrorKind): number {
  return OF_KIND[kind];
}

/** The exit status of a run over several zones. That something was done in one says nothing against a failure in another. */
export function worstOf(one: number, other: number): number {
  if (one === ExitStatus.Changed && other !== ExitStatus.Success) return other;
  if (other === ExitStatus.Changed && one !== ExitStatus.Success) return one;
  return Math.max(one, other);
}
