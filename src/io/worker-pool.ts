import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Crypto, SoftwareKey } from '../dnssec/crypto.ts';
import { prepareTask, rowsAtOnce, type RunningTask, type Task, type WorkPool } from '../dnssec/work-pool.ts';
import { environmentError } from '../errors.ts';
import type { ReadStretch, Stretches, StretchReaders } from '../zone/parse-stretches.ts';
import { SharedRows } from './shared-rows.ts';
import { workerFile } from './worker-file.ts';

/** Fewer rows than this are done sooner than a worker starts. */
const ROWS_WORTH_A_WORKER = 1500;
/** Fewer than this are done sooner than workers that are there hear of them. */
const ROWS_WORTH_SHARING = 500;

/** What a worker is given. Its answer has the same number. */
export type WorkerOrder = RowsOrder | StretchOrder | SignersOrder;

/** A task, and what all threads know of its rows. It is answered when there is no more to do. */
export interface RowsOrder {
  readonly id: number;
  readonly task: Task;
  readonly shared: Int32Array;
}

/** A zone file to be read by all threads. */
export interface StretchOrder {
  readonly id: number;
  readonly stretches: Stretches;
}

/** Keys that thousands of signatures will be made with. */
export interface SignersOrder {
  readonly id: number;
  readonly signers: readonly SoftwareKey[];
}

export interface WorkerAnswer {
  readonly id: number;
  readonly read?: readonly ReadStretch[];
}

/**
 * Does ranges of rows until none is left and none will come. A worker that is faster than the rows sleeps; the thread that makes them calls
 * this once it has made the last.
 */
export async function doRows(
  { task, shared }: RowsOrder,
  crypto: Crypto,
  afterEach?: (taken: number) => void,
): Promise<void> {
  const work = await prepareTask(task, crypto);
  const rows = new SharedRows(shared);
  for (let taken = rows.take(); taken !== undefined; taken = rows.take()) {
    work(taken.first, taken.end);
    afterEach?.(taken.end);
  }
}

/** A pool that has threads of its own. */
export interface ThreadPool extends WorkPool {
  readonly readers: StretchReaders;
  close(): Promise<void>;
}

/**
 * A pool of the calling thread and, for large tasks, of workers beside it. Workers live until `close`, and keep no process alive.
 * @param threads how many threads at the most, the calling one counted; all cores by default
 * @param isOwnProcess whether nobody else minds how code is compiled
 */
export function workerPool(
  crypto: Crypto,
  threads = availableParallelism(),
  isOwnProcess = false,
): ThreadPool {
  const workers: Worker[] = [];
  const start = (): readonly Worker[] => {
    while (workers.length < threads - 1) {
      const worker = new Worker(workerFile('pool-worker.js', import.meta.url), {
        workerData: { isOwnProcess },
      });
      worker.unref();
      workers.push(worker);
    }
    return workers;
  };
  return {
    expect(rows) {
      if (rows >= ROWS_WORTH_A_WORKER) start();
      return Promise.resolve();
    },
    prepareSigners(signers) {
      for (const worker of workers) worker.postMessage({ id: nextOrder++, signers } satisfies SignersOrder);
    },
    begin(task, first) {
      const isWorth = (rows: number): boolean =>
        rows >= (workers.length > 0 ? ROWS_WORTH_SHARING : ROWS_WORTH_A_WORKER);
      return new PooledTask(task, first, crypto, start, isWorth);
    },
    readers: {
      count: threads - 1,
      async read(stretches) {
        const id = nextOrder++;
        const read = await Promise.all(
          start().map(async (worker) => {
            worker.ref();
            const answer = answerOf(worker, id);
            worker.postMessage({ id, stretches } satisfies StretchOrder);
            return (await answer.finally(() => worker.unref())).read ?? [];
          }),
        );
        return read.flat();
      },
    },
    async close() {
      await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
    },
  };
}

let nextOrder = 0;

class PooledTask implements RunningTask {
  readonly #rows: SharedRows;
  readonly #order: RowsOrder;
  readonly #first: number;
  readonly #crypto: Crypto;
  readonly #start: () => readonly Worker[];
  readonly #isWorthWorkers: (rows: number) => boolean;
  #workers: readonly Worker[] = [];
  #answers: Promise<unknown> = Promise.resolve();

  constructor(
    task: Task,
    first: number,
    crypto: Crypto,
    start: () => readonly Worker[],
    isWorthWorkers: (rows: number) => boolean,
  ) {
    this.#rows = SharedRows.from(first, rowsAtOnce(task));
    this.#order = { id: nextOrder++, task, shared: this.#rows.shared };
    this.#first = first;
    this.#crypto = crypto;
    this.#start = start;
    this.#isWorthWorkers = isWorthWorkers;
  }

  extend(last: number): void {
    this.#rows.extend(last);
    if (this.#workers.length > 0 || !this.#isWorthWorkers(last - this.#first)) return;
    this.#workers = this.#start();
    this.#answers = Promise.all(this.#workers.map((worker) => answerOf(worker, this.#order.id)));
    // Where the calling thread fails, so do they for the same reason, which its own error tells.
    this.#answers.catch(() => undefined);
    for (const worker of this.#workers) worker.postMessage(this.#order);
  }

  async finish(report?: (done: number) => void): Promise<void> {
    for (const worker of this.#workers) worker.ref();
    this.#rows.close();
    try {
      await doRows(this.#order, this.#crypto, report && ((taken) => report(taken - this.#first)));
      await this.#answers;
    } finally {
      for (const worker of this.#workers) worker.unref();
    }
  }

  abandon(): void {
    this.#rows.extend(0);
    this.#rows.close();
  }
}

/** Resolves with the answer of the worker to this order; answers to others, that were abandoned, may come first. */
function answerOf(worker: Worker, order: number): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    const onMessage = (answer: WorkerAnswer): void => {
      if (answer.id !== order) return;
      stop();
      resolve(answer);
    };
    const onError = (cause: unknown): void => {
      stop();
      const hint = 'try again with --jobs 1; if it stays, report it';
      reject(environmentError('worker/failed', 'a worker thread failed', { hint, cause }));
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
  });
}
