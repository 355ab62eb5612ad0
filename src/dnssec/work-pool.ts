import type { Crypto } from './crypto.ts';
import { prepareSigning, type SigningTask } from './signing-jobs.ts';
import { prepareVerification, type VerificationTask } from './verify/signature-jobs.ts';

/** Work that is rows over shared memory: any thread can do any range of them, in any order. */
export type Task = SigningTask | VerificationTask;

/** Does the rows `[first, last)` of a task. */
export type RangeWork = (first: number, last: number) => void;

/** Makes a thread ready for a task. */
export async function prepareTask(task: Task, crypto: Crypto): Promise<RangeWork> {
  return task.kind === 'sign' ? prepareSigning(task, crypto) : prepareVerification(task, crypto);
}

/** Threads that share the rows of a task. */
export interface WorkPool {
  /** Gets ready beside other work, as about so many rows will come. */
  expect(rows: number): void;
  /** Does the rows `[first, last)` of a task; `report` is told now and then how many of them are done. */
  run(task: Task, first: number, last: number, report?: (done: number) => void): Promise<void>;
}

/** Rows that one thread does between two looks at the world. */
const STRIDE = 256;

/** A pool of the calling thread alone. */
export function singleThreadPool(crypto: Crypto): WorkPool {
  return {
    expect: () => undefined,
    async run(task, first, last, report) {
      const work = await prepareTask(task, crypto);
      for (let row = first; row < last; row += STRIDE) {
        const end = Math.min(row + STRIDE, last);
        work(row, end);
        report?.(end - first);
      }
    },
  };
}
