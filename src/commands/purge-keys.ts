import { ZonewrightError } from '../errors.ts';
import { KeyDirectory, type TokenKeyFate } from '../keys/key-directory.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import { keyLabel } from './rotation-keys.ts';

/** The keys that left the zone `purgeDelay` seconds before `now` or earlier, and are still there. */
export function keysToPurge({ keys }: RotationState, purgeDelay: number, now: number): ManagedKey[] {
  return keys.filter(
    ({ removed, purged }) => removed !== undefined && purged === undefined && removed + purgeDelay <= now,
  );
}

/** A key whose files were deleted, and what became of it in the HSM that it was in. */
export interface PurgedKey {
  readonly key: ManagedKey;
  readonly inToken: TokenKeyFate | undefined;
}

/**
 * Deletes the files of keys that left the zone `purgeDelay` seconds ago or longer, and what they refer to in an HSM, and says so in the state. What
 * cannot be deleted now is left for the next run: nothing else has to wait for it.
 */
export async function purgeKeys(
  state: RotationState,
  purgeDelay: number,
  keyDirectory: string,
  { files, keyAccess, now, warn }: Environment,
): Promise<{ readonly state: RotationState; readonly purged: readonly PurgedKey[] }> {
  const due = keysToPurge(state, purgeDelay, now);
  const directory = new KeyDirectory(keyDirectory, files);
  const purged: PurgedKey[] = [];
  for (const key of due) {
    try {
      purged.push({ key, inToken: await directory.removeKey(key.base, keyAccess) });
    } catch (error) {
      if (!(error instanceof ZonewrightError) || error.kind === 'internal') throw error;
      warn(`${keyLabel(key)} cannot be deleted now: ${error.message}`, error.hint);
    }
  }
  const gone = purged.map(({ key }) => key);
  const keys = state.keys.map((key) => (gone.includes(key) ? { ...key, purged: now } : key));
  return { state: { ...state, keys }, purged };
}
