import { isUntimed, changeTiming, type KeyTiming } from '../keys/timing.ts';
import { keyOfFiles, type KeyFiles } from '../keys/key-directory.ts';
import { locateKey } from './key-files.ts';
import type { CommonOptions, KeygenEnvironment, KeygenResult } from './keygen.ts';
import { warnAboutTiming } from './key-times.ts';

export interface SettimeOptions extends CommonOptions {
  /** Any file of the key, or its base name; without a directory it is looked for here, then in the key directory. */
  readonly keyFile: string;
}

/**
 * Changes the times, or the TTL, of an existing key.
 * @throws ZonewrightError `key/not-found`, `key/damaged`, `key/unreadable`; `file/*`
 */
export async function settime(
  options: SettimeOptions,
  environment: KeygenEnvironment,
): Promise<KeygenResult> {
  const { directory, base } = await locateKey(options, environment);
  const files = await directory.readFiles(base);
  const before = keyOfFiles(base, files);
  const timing = changeTiming(timedFrom(before.timing, environment.now), options.timing ?? {});
  warnAboutTiming(before, timing, environment);
  if (before.state?.dnskeyState !== undefined) {
    environment.warn(
      `${base} has a .state file, whose states count for BIND before the times`,
      'change them with "dnssec-settime -s"',
    );
  }
  const ttl = options.ttl === undefined ? files.publicKey.ttl : (options.ttl ?? undefined);
  const changed: KeyFiles = {
    ...files,
    publicKey: { ...files.publicKey, timing, ttl },
    privateKey: files.privateKey === undefined ? undefined : { ...files.privateKey, timing },
  };
  await directory.rewriteKey(base, changed);
  return { keyDirectory: directory.path, keys: [keyOfFiles(base, changed)] };
}

/** Keys from before there were times are published and active: they stay so when they get their first time. */
function timedFrom(timing: KeyTiming, now: number): KeyTiming {
  return isUntimed(timing) ? { created: now, publish: now, activate: now } : timing;
}
