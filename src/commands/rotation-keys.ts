import { rdataToText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import { algorithmLabel, usableAlgorithm } from '../dnssec/algorithms.ts';
import { ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import type { Key } from '../keys/key.ts';
import type { Role } from '../keys/roles.ts';
import type { KeyTiming, KeyTimingChange } from '../keys/timing.ts';
import type { Policy } from '../rollover/policy.ts';
import { UNUSED, type ManagedKey, type RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import { keygen } from './keygen.ts';
import { sourcesOfPolicy } from './new-key-pair.ts';
import { settime } from './settime.ts';

/** A key of the directory as `rotate` first sees it: not in use. */
export function unusedKey(key: Key, now: number): ManagedKey {
  return {
    base: key.base,
    keyTag: key.keyTag,
    algorithm: key.algorithm,
    role: key.role,
    dnskey: rdataToText(Type.DNSKEY, key.dnskeyRdata),
    created: key.timing.created ?? now,
    use: UNUSED,
  };
}

/** The state with keys of the directory that it does not know yet: spares for the rollovers to come. */
export async function withNewKeyFiles(
  state: RotationState,
  zone: Uint8Array,
  keyDirectory: string,
  { files, now }: Environment,
): Promise<RotationState> {
  const known = new Set(state.keys.map(({ base }) => base));
  const found = await new KeyDirectory(keyDirectory, files).listKeys(zone);
  const added = found
    .filter(({ base, hasPrivate }) => !known.has(base) && hasPrivate)
    .map((key) => unusedKey(key, now));
  return added.length === 0 ? state : { ...state, keys: [...state.keys, ...added] };
}

/** Makes a key that nothing uses yet. */
export async function makeSpareKey(
  zone: Uint8Array,
  role: Role,
  algorithm: number,
  policy: Policy,
  keyDirectory: string,
  environment: Environment,
): Promise<ManagedKey> {
  const { keys } = await keygen(
    {
      zone,
      role,
      keys: policy.keys,
      algorithm: String(algorithm),
      ttl: policy.dnskeyTtl,
      spare: true,
      sources: sourcesOfPolicy(policy),
      keyDirectory,
    },
    environment,
  );
  return unusedKey(keys[0]!, environment.now);
}

/**
 * Makes sure that what lies in plain in the key directory is whole, before anything there is changed: a file that is cut short may look like one.
 * @throws ZonewrightError `key/damaged`, `key/mismatch`, `key/unreadable` for the first that is not
 */
export async function checkPrivateKeys(
  zone: Uint8Array,
  keyDirectory: string,
  { files, crypto }: Environment,
): Promise<void> {
  const directory = new KeyDirectory(keyDirectory, files);
  for (const key of await directory.listKeys(zone)) {
    if (usableAlgorithm(key.algorithm) === undefined) continue;
    const secret = await directory.plainPrivateKey(key);
    if (secret !== undefined) await crypto.importPrivateKey(secret);
  }
}

/**
 * Writes the times of keys back into their files where these say something else, so that tools which go by times pick the same keys. It is a
 * help for others: a key whose files are gone is left alone.
 */
export async function syncKeyTimes(
  { keys }: RotationState,
  keyDirectory: string,
  environment: Environment,
): Promise<void> {
  for (const key of keys.filter(({ purged }) => purged === undefined)) {
    const directory = new KeyDirectory(keyDirectory, environment.files);
    try {
      const { timing } = await directory.findKey(key.base);
      const change = timingChange(key, timing, environment.now);
      if (Object.keys(change).length > 0) {
        await settime(
          { keyFile: key.base, keyDirectory, timing: change },
          { ...environment, warn: () => undefined },
        );
      }
    } catch (error) {
      if (!(error instanceof ZonewrightError) || error.kind === 'environment') throw error;
    }
  }
}

/** The times that say what a key does from `now` on. */
function timingChange(key: ManagedKey, timing: KeyTiming, now: number): KeyTimingChange {
  const { use, removed, activated } = key;
  const signs = use.signsKeys || use.signsZone;
  const isPast = (time: number | undefined): boolean => time !== undefined && time <= now;
  const change: { -readonly [time in keyof KeyTimingChange]: KeyTimingChange[time] } = {};
  if (isSpare(key)) {
    // A spare has been published nowhere, whatever the times say that it was made with.
    for (const time of ['publish', 'activate'] as const) if (timing[time] !== undefined) change[time] = null;
    return change;
  }
  if (use.published && !isPast(timing.publish)) change.publish = now;
  if (use.published && isPast(timing.delete)) change.delete = null;
  if (signs && !isPast(timing.activate)) change.activate = now;
  if (signs && isPast(timing.inactive)) change.inactive = null;
  if (!signs && timing.activate !== undefined) {
    if (activated === undefined) change.activate = null;
    else if (!isPast(timing.inactive)) change.inactive = now;
  }
  if (!use.published && removed !== undefined && !isPast(timing.delete)) change.delete = removed;
  return change;
}

/** Whether a key was made ahead and never used. */
function isSpare({ use, activated, removed }: ManagedKey): boolean {
  return (
    activated === undefined && removed === undefined && !use.published && !use.signsKeys && !use.signsZone
  );
}

/** How messages name a key: role, tag and algorithm. */
export function keyLabel({
  role,
  keyTag,
  algorithm,
}: Pick<ManagedKey, 'role' | 'keyTag' | 'algorithm'>): string {
  return `${role.toUpperCase()} ${keyTag} (${algorithmLabel(algorithm)})`;
}
