import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Environment } from '../commands/environment.ts';
import { signZoneFile } from '../commands/sign-zone-file.ts';
import type { SignOptions } from '../commands/signing-options.ts';
import type { SignResult } from '../commands/signing-result.ts';
import { environmentError } from '../errors.ts';
import { workerFile } from '../io/worker-file.ts';
import { carriedError, type ThreadAnswer, type ThreadOrder, type ThreadRun } from './zone-thread.ts';

/** Signs one zone, somewhere. */
export type SignZoneFile = (options: SignOptions) => Promise<SignResult>;

/** Fewer zones than this are signed sooner than a thread has started. */
const ZONES_WORTH_A_THREAD = 64;

/**
 * Signs many small zones on all cores, each of them in one thread. Ends its threads with `close`.
 * @param count how many zones will come
 * @param jobs how many threads at the most; all cores without it
 */
export function zoneThreads(
  environment: Environment,
  count: number,
  jobs = availableParallelism(),
): {
  readonly sign: SignZoneFile;
  /** In this thread, which may use all cores for it. */
  readonly signHere: SignZoneFile;
  close(): Promise<void>;
} {
  const run = { now: environment.now, simulated: environment.simulated };
  const threads =
    count < ZONES_WORTH_A_THREAD ? [] : Array.from({ length: jobs - 1 }, () => new ZoneThread(run));
  let here = 0;
  const signHere: SignZoneFile = (options) => signZoneFile(options, environment);
  return {
    signHere,
    async sign(options) {
      const thread = threads.find(({ waiting }) => waiting <= here);
      const signed = await thread?.sign(options, environment);
      if (signed !== undefined) return signed;
      here++;
      try {
        return await signHere(options);
      } finally {
        here--;
      }
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

class ZoneThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: ThreadAnswer) => void; reject: (error: Error) => void }
  >();
  #orders = 0;

  constructor(run: ThreadRun) {
    this.#worker = new Worker(workerFile('zone-worker.js', import.meta.url), { workerData: run });
    this.#worker.on('message', (answer: ThreadAnswer) => {
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#waiting.delete(answer.id);
    });
    this.#worker.on('error', (cause) => {
      const hint = 'try again with --jobs 1; if it stays, report it';
      const failure = environmentError('worker/failed', 'a worker thread failed', { hint, cause });
      for (const { reject } of this.#waiting.values()) reject(failure);
      this.#waiting.clear();
    });
  }

  /** How many zones it has not answered for yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Undefined where the zone needs something that threads do not have. */
  async sign(options: SignOptions, { warn }: Environment): Promise<SignResult | undefined> {
    const id = this.#orders++;
    const { warnings, outcome } = await new Promise<ThreadAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const order: ThreadOrder = { id, options };
      this.#worker.postMessage(order);
    });
    for (const { message, hint } of warnings) warn(message, hint);
    switch (outcome.kind) {
      case 'signed':
        return outcome.result;
      case 'not-here':
        return undefined;
      case 'failed':
        throw carriedError(outcome.failure);
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
