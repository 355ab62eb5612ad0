import { printTime } from '../dns/time.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { keySize } from '../dnssec/public-key.ts';
import { usageError } from '../errors.ts';
import { keyOfFiles, type KeyFiles } from '../keys/key-directory.ts';
import type { Key } from '../keys/key.ts';
import { changeTiming, type KeyTiming } from '../keys/timing.ts';
import { algorithmForNewKeys, sizeOfSuccessor } from './key-algorithm.ts';
import { locateKey } from './key-files.ts';
import type { CommonOptions, KeygenEnvironment, KeygenResult } from './keygen.ts';
import { makeKeys, type KeyRequest } from './make-keys.ts';
import type { KeySources } from './new-key-pair.ts';

const DAY = 86400;
/** How long before its predecessor's end a successor is published (BIND's default for `-S`). */
export const DEFAULT_PREPUBLICATION = 30 * DAY;

export interface SuccessorOptions extends CommonOptions {
  /** The predecessor, named as in `SettimeOptions`. */
  readonly keyFile: string;
  /** Where the keys of the predecessor's zone are made; in software without it. */
  readonly sourcesOf?: ((zone: Uint8Array) => KeySources) | undefined;
  /** Seconds from publication to activation. */
  readonly prepublication?: number;
}

/**
 * Makes the key that follows another: same zone, algorithm, size and role, active from when the predecessor is inactive.
 * @throws ZonewrightError `usage/successor` where the predecessor's times leave no room for it; as `keygen`
 */
export async function makeSuccessor(
  options: SuccessorOptions,
  environment: KeygenEnvironment,
): Promise<KeygenResult> {
  const { directory, base } = await locateKey(options, environment);
  const files = await directory.readFiles(base);
  const predecessor = keyOfFiles(base, files);
  const { publicKey } = readDnskey(predecessor.dnskeyRdata);
  const algorithm = algorithmForNewKeys(String(predecessor.algorithm));
  const bits = algorithm.kind === 'rsa' ? sizeOfSuccessor(keySize(algorithm, publicKey)) : undefined;
  const planned = timingOfSuccessor(predecessor, options, environment);
  const request: KeyRequest = {
    role: predecessor.role,
    algorithm,
    bits,
    timing: changeTiming(planned, options.timing ?? {}),
    ttl: options.ttl === undefined ? predecessor.ttl : options.ttl,
    predecessor: predecessor.keyTag,
  };
  const { encrypt, sourcesOf } = options;
  const { zone } = predecessor;
  const place = { zone, keyDirectory: directory.path, encrypt, sources: sourcesOf?.(zone) };
  const result = await makeKeys([request], place, environment);
  try {
    await directory.rewriteKey(base, linked(files, result.keys[0]!));
  } catch (error) {
    await directory.removeKey(result.keys[0]!.base, environment.keyAccess);
    throw error;
  }
  return result;
}

/** The predecessor's files with the tag of the key that follows it, where BIND writes it too. */
function linked({ privateKey, state, ...files }: KeyFiles, successor: Key): KeyFiles {
  const link = { name: 'Successor', value: String(successor.keyTag) };
  return {
    ...files,
    privateKey: privateKey && {
      ...privateKey,
      fields: [...privateKey.fields.filter(({ name }) => name !== link.name), link],
    },
    state: state && { ...state, successor: successor.keyTag },
  };
}

function timingOfSuccessor(
  { base, timing }: Key,
  { prepublication = DEFAULT_PREPUBLICATION }: SuccessorOptions,
  { now, warn }: KeygenEnvironment,
): KeyTiming {
  const settime = `set it with "zonewright keygen --settime ${base}`;
  if (timing.activate === undefined) {
    throw usageError('usage/successor', `${base} has no time of activation, so nothing can follow it`, {
      hint: `${settime} --activate TIME"`,
    });
  }
  const activate = timing.inactive;
  if (activate === undefined) {
    throw usageError(
      'usage/successor',
      `${base} has no time of inactivation, at which its successor would start`,
      {
        hint: `${settime} --inactive TIME"`,
      },
    );
  }
  const publish = activate - prepublication;
  if (publish < now) {
    throw usageError(
      'usage/successor',
      `${base} becomes inactive at ${printTime(activate)}, too soon to publish its successor in time`,
      { hint: 'move its inactivation with --settime, or choose a shorter prepublication interval' },
    );
  }
  if (timing.delete === undefined) {
    warn(
      `${base} has no time of deletion: it stays in the zone after its successor has taken over`,
      `${settime} --delete TIME"`,
    );
  }
  return { created: now, publish, activate };
}
