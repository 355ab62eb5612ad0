import { usageError } from '../errors.ts';
import type { Key } from '../keys/key.ts';
import { changeTiming, type KeyTiming } from '../keys/timing.ts';
import type { KeygenEnvironment, KeygenOptions } from './keygen.ts';

/** Published and active from now on, where nothing else is said; published when activated, where only that is said. */
export function timingOfNewKey(
  { timing: change = {}, spare = false }: Pick<KeygenOptions, 'timing' | 'spare'>,
  now: number,
): KeyTiming {
  const timing = changeTiming({ created: now }, change);
  if (spare) {
    if (timing.publish === undefined && timing.activate === undefined) return timing;
    throw usageError('usage/timing', 'a spare key has no times of publication and activation');
  }
  return changeTiming({ created: now, publish: timing.activate ?? now, activate: now }, change);
}

/** Tells of times that make no sense together. */
export function warnAboutTiming({ base, role }: Key, timing: KeyTiming, { warn }: KeygenEnvironment): void {
  if (timing.revoke !== undefined && role === 'zsk') {
    warn(`${base} is a ZSK: to revoke it is lawful, but means nothing to anybody`);
  }
  const { publish, activate, inactive } = timing;
  if (publish !== undefined && activate !== undefined && activate < publish) {
    warn(`${base} is to sign before it is published`);
  }
  if (activate !== undefined && inactive !== undefined && inactive < activate) {
    warn(`${base} is to become inactive before it is active`);
  }
  if (timing.delete !== undefined && inactive !== undefined && timing.delete < inactive) {
    warn(`${base} is to be deleted before it becomes inactive`);
  }
}
