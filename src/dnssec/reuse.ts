import type { Zone } from '../zone/zone.ts';
import { KeptOwners, keptTask } from './kept-owners.ts';
import type { KeptTask } from './kept-jobs.ts';
import type { PreparedKey } from './prepared-keys.ts';
import { PreviousSignatures } from './previous-signatures.ts';
import { PrintedOutput } from './printed-output.ts';
import type { ReusableSignatures } from './reusable-signatures.ts';
import type { SignRequest } from './sign-request.ts';
import { verifiedSignatures } from './verified-signatures.ts';
import type { RunningTask, WorkPool } from './work-pool.ts';

/** What a signing takes over from a previous output. */
export interface Reusable {
  readonly previous?: ReusableSignatures | undefined;
  /** Owners whose text stays. */
  readonly stayed?: KeptOwners | undefined;
  /** The same where nobody needs their NSEC records and signatures. */
  readonly kept?: KeptOwners | undefined;
}

/** The finding of what can be used again. Other threads begin with it at once; who made it must finish or abandon it. */
export class ReuseSearch {
  readonly #content: Zone;
  readonly #request: SignRequest;
  readonly #keys: readonly PreparedKey[];
  readonly #pool: WorkPool;
  readonly #task: KeptTask | undefined;
  readonly #running: RunningTask | undefined;

  constructor(content: Zone, request: SignRequest, keys: readonly PreparedKey[], pool: WorkPool) {
    this.#content = content;
    this.#request = request;
    this.#keys = keys;
    this.#pool = pool;
    const zone = request.previous?.zone;
    if (!(zone instanceof PrintedOutput)) return;
    this.#task = keptTask(zone.text, content, request, keys);
    this.#running = this.#task && pool.begin(this.#task, 0);
    this.#running?.extend(content.ownerCount);
  }

  async finish(): Promise<Reusable> {
    const { previous, now, zonemd, wholeZone } = this.#request;
    if (previous === undefined) return {};
    const { zone, trusted, refresh } = previous;
    const content = this.#content;
    if (!(zone instanceof PrintedOutput)) {
      const isGood = trusted ? undefined : await verifiedSignatures(zone, this.#keys, this.#pool);
      return { previous: new PreviousSignatures(zone, content, now, refresh, isGood) };
    }
    await this.#running?.finish();
    const stayed = this.#task && new KeptOwners(content, this.#task);
    return {
      previous: zone.signatures(content, now, refresh, stayed),
      stayed,
      // The digest of a zone is over all records.
      kept: wholeZone === true || zonemd !== undefined ? undefined : stayed,
    };
  }

  abandon(): void {
    this.#running?.abandon();
  }
}
