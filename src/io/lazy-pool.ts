import type { Crypto } from '../dnssec/crypto.ts';
import type { WorkPool } from '../dnssec/work-pool.ts';

/** A pool of worker threads whose code is loaded when somebody first needs it. */
export function lazyPool(crypto: Crypto, threads: number | undefined): WorkPool {
  let loading: Promise<WorkPool> | undefined;
  const load = (): Promise<WorkPool> =>
    (loading ??= import('./worker-pool.ts').then(({ workerPool }) => workerPool(crypto, threads)));
  return {
    expect: (rows) => void load().then((pool) => pool.expect(rows)),
    run: async (...work) => (await load()).run(...work),
  };
}
