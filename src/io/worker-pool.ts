import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Crypto } from '../dnssec/crypto.ts';
import { prepareTask, singleThreadPool, type Task, type WorkPool } from '../dnssec/work-pool.ts';
import { environmentError } from '../errors.ts';

/** Fewer rows than this are done sooner than a worker starts. */
const ROWS_WORTH_A_WORKER = 1500;
/** Rows that a thread takes at once: few enough that all finish together, many enough that taking costs nothing. */
const STRIDE = 64;

/** What a worker is given: a task, its end, and the counter of rows taken that all threads share. */
export interface WorkerOrder {
  readonly task: Task;
  readonly last: number;
  readonly taken: Int32Array;
}

/** The next range of rows that nobody has taken: its first row, which is `last` or more when none is left. */
export function takeRows(taken: Int32Array): number {
  return Atomics.add(taken, 0, STRIDE);
}

/** Does ranges of rows until none is left. */
export async function doRows(
  { task, last, taken }: WorkerOrder,
  crypto: Crypto,
  afterEach?: () => void,
): Promise<void> {
  const work = await prepareTask(task, crypto);
  for (let row = takeRows(taken); row < last; row = takeRows(taken)) {
    work(row, Math.min(row + STRIDE, last));
    afterEach?.();
  }
}

/**
 * A pool of the calling thread and, for large tasks, of workers beside it. Workers live until `close`, and keep no process alive.
 * @param threads how many threads at the most, the calling one counted; all cores by default
 */
export function workerPool(
  crypto: Crypto,
  threads = availableParallelism(),
): WorkPool & { close(): Promise<void> } {
  const workers: Worker[] = [];
  const alone = singleThreadPool(crypto);
  const start = (): void => {
    while (workers.length < threads - 1) {
      const worker = new Worker(workerFile());
      worker.unref();
      workers.push(worker);
    }
  };
  return {
    expect(rows) {
      if (rows >= ROWS_WORTH_A_WORKER) start();
    },
    async run(task, first, last, report) {
      if (last - first < ROWS_WORTH_A_WORKER || threads === 1) {
        await alone.run(task, first, last, report);
        return;
      }
      start();
      const taken = new Int32Array(new SharedArrayBuffer(4));
      taken[0] = first;
      const order: WorkerOrder = { task, last, taken };
      const finished = Promise.all(workers.map((worker) => answerOf(worker)));
      // Where this thread fails, so do they for the same reason, which its own error tells.
      finished.catch(() => undefined);
      for (const worker of workers) worker.postMessage(order);
      await doRows(order, crypto, report && (() => report(Math.min(Atomics.load(taken, 0), last) - first)));
      await finished;
    },
    async close() {
      await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
    },
  };
}

async function answerOf(worker: Worker): Promise<void> {
  worker.ref();
  try {
    await once(worker, 'message');
  } catch (error) {
    throw environmentError('worker/failed', 'a worker thread failed', {
      hint: 'try again with --jobs 1; if it stays, report it',
      cause: error,
    });
  } finally {
    worker.unref();
  }
}

/** The worker's program stands beside this one once it is built; in the sources it is under `dist`. */
function workerFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../dist/pool-worker.js' : './pool-worker.js', here);
}
