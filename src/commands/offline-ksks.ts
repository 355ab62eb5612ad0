import { inputError, type ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { Key } from '../keys/key.ts';
import { spareKeys, type Due } from '../rollover/due.ts';
import type { RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import { unusedKey } from './rotation-keys.ts';

/**
 * The state with the KSKs that were made where KSKs are and whose `.key` files were brought here: spares for the rollovers to come. A `.key` file
 * alone is one of these if the KSK in use is elsewhere as well and the file says of times only when it was made, as `keygen --spare` leaves it.
 */
export async function withOfflineSpares(
  state: RotationState,
  zone: Uint8Array,
  keyDirectory: string,
  { files, now }: Environment,
): Promise<RotationState> {
  const found = await new KeyDirectory(keyDirectory, files).listKeys(zone);
  const isHere = (base: string): boolean => found.some((key) => key.base === base && key.hasPrivate);
  if (!state.keys.some(({ base, role, use }) => role === 'ksk' && use.signsKeys && !isHere(base)))
    return state;
  const known = new Set(state.keys.map(({ base }) => base));
  const spares = found.filter((key) => isOfflineSpare(key) && !known.has(key.base));
  return spares.length === 0
    ? state
    : { ...state, keys: [...state.keys, ...spares.map((key) => unusedKey(key, now))] };
}

function isOfflineSpare({ role, hasPrivate, timing }: Key): boolean {
  const times = Object.entries(timing).filter(([, time]: [string, number | undefined]) => time !== undefined);
  return role === 'ksk' && !hasPrivate && times.map(([name]) => name).join() === 'created';
}

/**
 * What stands in the way of a rollover whose new KSK can only be made where the KSKs are, and has to sign ahead there; undefined where nothing does.
 * @param elsewhere base names of the KSKs that are in a safe
 * @param lost base names of keys whose private halves are nowhere, and not signed for ahead
 */
export function lackOfOfflineKsk(
  { old, newRoles, algorithm, at }: Due,
  state: RotationState,
  elsewhere: ReadonlySet<string>,
  lost: ReadonlySet<string>,
  { zone, keyDirectory }: { readonly zone: Uint8Array; readonly keyDirectory: string },
): ZonewrightError | undefined {
  if (!newRoles.includes('ksk') || !old.some(({ base }) => elsewhere.has(base))) return undefined;
  const spares = spareKeys(state, 'ksk', algorithm);
  if (spares.some(({ base }) => !lost.has(base))) return undefined;
  const request = `zonewright rotate ${zoneLabel(zone)} --key-request FILE`;
  // Only what is due comes into a request.
  const lifetime = Number.isFinite(at) ? '' : 'set a kskLifetime by which it is due, ';
  if (spares.length > 0) {
    return inputError('rotate/offline-ksk', 'the new KSK for this rollover has signed nothing ahead yet', {
      hint: `have its signatures made, with a kskLifetime by which it is due: ${request}`,
    });
  }
  return inputError(
    'rotate/offline-ksk',
    'this rollover needs a new KSK, which has to be made where KSKs are',
    {
      hint: `make it there with "keygen --role ksk --spare", copy its .key file into ${keyDirectory}, ${lifetime}then: ${request}`,
    },
  );
}
