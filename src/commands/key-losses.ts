import { ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';

/** The keys whose private half cannot be used, by their base names. */
export interface KeyLosses {
  readonly lost: ReadonlySet<string>;
  /** Those of them whose `.private` file is there, and leads to an HSM that does not answer. */
  readonly silent: ReadonlySet<string>;
}

/**
 * Looks for the private halves of a zone's keys, in the HSM that has them where they are in one.
 * @param elsewhere base names of the KSKs that are in a safe
 */
export async function findKeyLosses(
  state: RotationState,
  zone: Uint8Array,
  keyDirectory: string,
  elsewhere: ReadonlySet<string>,
  { files, keyAccess, warn }: Environment,
): Promise<KeyLosses> {
  const directory = new KeyDirectory(keyDirectory, files);
  const found = (await directory.listKeys(zone)).filter(({ hasPrivate }) => hasPrivate);
  const silent = new Set<string>();
  for (const { base } of found) {
    const inUse = state.keys.some((key) => key.base === base && (key.use.signsKeys || key.use.signsZone));
    const token = inUse ? await directory.tokenKey(base) : undefined;
    try {
      if (token !== undefined) await keyAccess.tokens.open(token);
    } catch (error) {
      if (!(error instanceof ZonewrightError)) throw error;
      silent.add(base);
      warn(`the private key of ${base} cannot be used: ${error.message}`, error.hint);
    }
  }
  const usable = new Set(
    [...elsewhere, ...found.map(({ base }) => base)].filter((base) => !silent.has(base)),
  );
  return { lost: basesWithout(state, usable), silent };
}

/**
 * The keys that `rotate` would find lost, without asking an HSM: what came of it when a run asked last counts.
 * @param present base names of the keys whose `.private` files are there, or that are in a safe
 */
export function knownLostKeys(state: RotationState, present: ReadonlySet<string>): ReadonlySet<string> {
  const silent = new Set(state.keys.filter((key) => key.silent !== undefined).map(({ base }) => base));
  return basesWithout(state, new Set([...present].filter((base) => !silent.has(base))));
}

function basesWithout({ keys }: RotationState, usable: ReadonlySet<string>): ReadonlySet<string> {
  const lost = keys.filter(({ base, removed }) => removed === undefined && !usable.has(base));
  return new Set(lost.map(({ base }) => base));
}

/** The state that says of which keys the HSM does not answer, and since when. */
export function withSilence(state: RotationState, silent: ReadonlySet<string>, now: number): RotationState {
  const keys = state.keys.map(({ silent: since, ...key }): ManagedKey =>
    silent.has(key.base) ? { ...key, silent: since ?? now } : key,
  );
  return { ...state, keys };
}
