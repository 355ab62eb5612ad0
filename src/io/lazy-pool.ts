import type { Crypto } from '../dnssec/crypto.ts';
import type { RunningTask, WorkPool } from '../dnssec/work-pool.ts';

/** A pool of worker threads (`workerPool`) whose code is loaded when somebody first needs it. */
export function lazyPool(crypto: Crypto, threads: number | undefined, isOwnProcess = false): WorkPool {
  let pool: WorkPool | undefined;
  let loading: Promise<WorkPool> | undefined;
  const load = (): Promise<WorkPool> =>
    (loading ??= import('./worker-pool.ts').then(
      ({ workerPool }) => (pool = workerPool(crypto, threads, isOwnProcess)),
    ));
  return {
    get readers() {
      return pool?.readers;
    },
    expect: async (rows) => (await load()).expect(rows),
    prepareSigners: (keys) => pool?.prepareSigners?.(keys),
    begin: (task, first) =>
      pool?.begin(task, first) ?? postponed(load, (loaded) => loaded.begin(task, first)),
  };
}

/** A task of a pool that is not loaded yet: nothing is done before the end. */
function postponed(load: () => Promise<WorkPool>, begin: (pool: WorkPool) => RunningTask): RunningTask {
  let rows: number | undefined;
  return {
    extend: (last) => void (rows = last),
    abandon: () => undefined,
    async finish(report) {
      const task = begin(await load());
      if (rows !== undefined) task.extend(rows);
      await task.finish(report);
    },
  };
}
