import type { Crypto, SoftwareKey } from './crypto.ts';
import { prepareFindingKept, type KeptTask } from './kept-jobs.ts';
import { prepareSigning, type SigningTask } from './signing-jobs.ts';
import { prepareVerification, type VerificationTask } from './verify/signature-jobs.ts';
import type { StretchReaders } from '../zone/parse-stretches.ts';
import { preparePrinting, type PrintTask } from '../zone/print-jobs.ts';

/** Work that is rows over shared memory: any thread can do any range of them, in any order. */
export type Task = SigningTask | VerificationTask | PrintTask | KeptTask;

/** Does the rows `[first, last)` of a task. */
export type RangeWork = (first: number, last: number) => void;

/** Makes a thread ready for a task. */
export async function prepareTask(task: Task, crypto: Crypto): Promise<RangeWork> {
  switch (task.kind) {
    case 'sign':
      return prepareSigning(task, crypto);
    case 'verify':
      return prepareVerification(task, crypto);
    case 'print':
      return preparePrinting(task);
    case 'find-kept':
      return prepareFindingKept(task);
  }
}

/** A task whose rows come bit by bit. Whoever begins one must finish or abandon it. */
export interface RunningTask {
  /** Says that the rows before `last` are there. Other threads may begin with them; the calling one goes on with what it does. */
  extend(last: number): void;
  /** Does with the calling thread what is left; `report` is told now and then how many rows are done. No row may come any more. */
  finish(report?: (done: number) => void): Promise<void>;
  /** Lets no further row be done. Does nothing once the task is finished. */
  abandon(): void;
}

/** Threads that share the rows of a task. */
export interface WorkPool {
  /** Those beside the calling one that read a part of a large zone file; none by default. */
  readonly readers?: StretchReaders | undefined;
  /** Gets ready beside other work, as about so many rows will come. Resolves once threads are starting. */
  expect(rows: number): Promise<void>;
  /** Lets the other threads, where there are any, get ready to make thousands of signatures of keys. */
  readonly prepareSigners?: ((keys: readonly SoftwareKey[]) => void) | undefined;
  /** Begins with a task that has no rows yet; `first` will be its first row. */
  begin(task: Task, first: number): RunningTask;
}

/** Does the rows `[first, last)` of a task. */
export async function runTask(
  pool: WorkPool,
  task: Task,
  first: number,
  last: number,
  report?: (done: number) => void,
): Promise<void> {
  const running = pool.begin(task, first);
  running.extend(last);
  await running.finish(report);
}

/** Rows that one thread does between two looks at the world: few enough that all finish together, many enough that taking them costs nothing. */
const ROWS_AT_ONCE = 256;
/** Signatures, where there are so many that a larger batch of them costs nobody a wait. */
const SIGNATURES_AT_ONCE = 512;
const MANY_SIGNATURES = 64 * SIGNATURES_AT_ONCE;

/** How many rows of a task a thread takes at once. */
export function rowsAtOnce(task: Task): number {
  return task.kind === 'sign' && task.expected >= MANY_SIGNATURES ? SIGNATURES_AT_ONCE : ROWS_AT_ONCE;
}

/** A pool of the calling thread alone. */
export function singleThreadPool(crypto: Crypto): WorkPool {
  return {
    expect: () => Promise.resolve(),
    begin(task, first) {
      let last = first;
      return {
        extend: (rows) => void (last = rows),
        abandon: () => undefined,
        async finish(report) {
          const work = await prepareTask(task, crypto);
          const atOnce = rowsAtOnce(task);
          for (let row = first; row < last; row += atOnce) {
            const end = Math.min(row + atOnce, last);
            work(row, end);
            report?.(end - first);
          }
        },
      };
    },
  };
}
