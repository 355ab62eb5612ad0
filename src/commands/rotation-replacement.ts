import { usageError, inputError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { foreignKeys } from '../rollover/next-publication.ts';
import { replacementOf, swapAtOnce, type Replacement } from '../rollover/replacement.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import { rolloverTitle } from '../rollover/words.ts';
import { keyLabel } from './rotation-keys.ts';
import type { RotateOptions } from './rotation-options.ts';
import { keyWithTag } from './rotation-reports.ts';
import type { Done } from './rotation-result.ts';
import { responseFile } from './stored-response.ts';

/** A key that goes at once, and what is done for it. */
export interface RequestedReplacement extends Replacement {
  readonly key: ManagedKey;
  /** The way that breaks nobody; with `--at-once` it is not taken. */
  readonly proven: Replacement;
  readonly done: readonly Done[];
}

/**
 * What `--emergency` or `--recover` asks for; undefined where neither does.
 * @param elsewhere base names of the KSKs that are in a safe
 * @param isReal whether it is done, not only told
 * @throws ZonewrightError `rotate/unknown-key`, `rotate/key-idle`, `rotate/not-lost`, `rotate/parent-unknown`
 */
export function requestedReplacement(
  state: RotationState,
  { emergency, recover, atOnce, zone, policy, keyDirectory }: RotateOptions,
  lost: ReadonlySet<string>,
  elsewhere: ReadonlySet<string>,
  now: number,
  isReal: boolean,
): RequestedReplacement | undefined {
  const tag = emergency ?? recover;
  if (tag === undefined) return undefined;
  const key = keyWithTag(state, tag, zone);
  const { published, signsKeys, signsZone } = key.use;
  const isComing = state.rollovers.some(({ new: fresh }) => fresh.includes(key.base));
  if (!published && !signsKeys && !signsZone && !isComing) {
    throw usageError('rotate/key-idle', `nothing depends on ${keyLabel(key)}: it is not in use`, {
      hint: 'delete its files',
    });
  }
  if (recover !== undefined && elsewhere.has(key.base)) {
    throw usageError('rotate/not-lost', `${keyLabel(key)} has signed ahead: it is said to be in a safe`, {
      hint: `if it is there no more, take ${responseFile(keyDirectory, zone)} away and say it again`,
    });
  }
  if (recover !== undefined && !lost.has(key.base)) {
    throw usageError('rotate/not-lost', `the private key of ${keyLabel(key)} is there`, {
      hint: `to replace it all the same: --emergency ${tag}`,
    });
  }
  const proven = replacementOf(state, key, policy, now, lost);
  const { unknown } = proven;
  if (unknown !== undefined) {
    throw inputError(
      'rotate/parent-unknown',
      `nobody knows whether the parent serves the DS of ${keyLabel(unknown)}`,
      {
        hint: `say so in the same command: --ds-published ${unknown.keyTag}, or --ds-withdrawn ${unknown.keyTag}`,
      },
    );
  }
  const replacement = atOnce === true ? atOnceOf(proven, state, key, zone) : proven;
  const { aborted, hurried } = replacement;
  const done: Done[] = [];
  if (hurried !== undefined && !state.rollovers.includes(hurried))
    done.push({
      rollover: rolloverTitle(hurried.name),
      what: `${isReal ? 'goes' : 'would go'} on at once: it takes ${keyLabel(key)} away`,
    });
  if (aborted !== undefined)
    done.push({
      rollover: rolloverTitle(aborted.name),
      what: `${isReal ? '' : 'would be '}taken back: it has to do with ${keyLabel(key)}`,
    });
  return { ...replacement, key, proven, done };
}

/** @throws ZonewrightError `rotate/not-at-once` where nobody could say until when it breaks, or nothing is quicker */
function atOnceOf(proven: Replacement, state: RotationState, key: ManagedKey, zone: Uint8Array): Replacement {
  const hint = `the way that breaks nobody: zonewright rotate ${zoneLabel(zone)} --emergency ${key.keyTag}`;
  if (foreignKeys(state).length > 0)
    throw inputError(
      'rotate/not-at-once',
      'the zone has DNSKEYs of other signers: nobody knows when their servers will have the new one',
      { hint },
    );
  const swap = swapAtOnce(proven, state, key);
  if (swap !== undefined) return swap;
  throw inputError(
    'rotate/not-at-once',
    `the ${rolloverTitle(proven.hurried!.name)} takes ${keyLabel(key)} away already, and nothing is quicker`,
    { hint },
  );
}
