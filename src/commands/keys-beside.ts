import { nameToText } from '../dns/name.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { isForeign } from '../keys/key.ts';
import { isActive } from '../keys/timing.ts';
import type { Environment } from './environment.ts';
import type { KeygenResult } from './keygen.ts';
import { hasState } from './state-file.ts';

/**
 * Warns where a new key signs beside an older one of its role and algorithm, as after the same `keygen` a second time. Where there is a rotation state, that
 * decides what signs.
 */
export async function warnOfKeysBeside(
  { keyDirectory, keys }: KeygenResult,
  environment: Environment,
): Promise<void> {
  const [{ zone } = {}] = keys;
  if (zone === undefined || (await hasState(keyDirectory, zone, environment))) return;
  const { files, now, warn } = environment;
  const made = new Set(keys.map(({ base }) => base));
  const listed = await new KeyDirectory(keyDirectory, files).listKeys(zone);
  const older = listed.filter((key) => !made.has(key.base) && !isForeign(key) && isActive(key.timing, now));
  for (const { role, base, timing, algorithm } of keys) {
    const others = older
      .filter((key) => key.role === role && key.algorithm === algorithm)
      .map((key) => key.base);
    if (others.length === 0 || !isActive(timing, now)) continue;
    warn(
      `${nameToText(zone)} has a ${role.toUpperCase()} already: ${others.join(', ')} and ${base} sign side by side from now on`,
      'remove the files of the new one if that is not meant; a key is replaced by: zonewright rotate ZONE --start ROLE',
    );
  }
}
