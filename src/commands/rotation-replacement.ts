import { printTime } from '../dns/time.ts';
import { usageError, inputError } from '../errors.ts';
import { withRolloverStarted, type Due } from '../rollover/due.ts';
import { nextPublication } from '../rollover/next-publication.ts';
import { afterStep } from '../rollover/publish-step.ts';
import { cachesAt, currentPublication } from '../rollover/ledger.ts';
import { planRotation, type PlanEntry, type PlannedZone } from '../rollover/plan.ts';
import { provePublication } from '../rollover/proof.ts';
import { replacementOf, type Replacement } from '../rollover/replacement.ts';
import { ROLLOVERS, type RolloverName } from '../rollover/rollovers.ts';
import { UNUSED, type ManagedKey, type RotationState } from '../rollover/state.ts';
import { describeWitness, minuteOf, rolloverTitle } from '../rollover/words.ts';
import { keyLabel } from './rotation-keys.ts';
import type { RotateOptions } from './rotation-options.ts';
import { keyWithTag } from './rotation-reports.ts';
import type { Done } from './rotation-result.ts';
import { responseFile } from './stored-response.ts';

/** Longer than any replacement takes if everybody acts at once. */
const FAR = 400 * 86400;

/** A key that goes at once, and what is done for it. */
export interface RequestedReplacement extends Replacement {
  readonly key: ManagedKey;
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
  { emergency, recover, zone, policy, keyDirectory }: RotateOptions,
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
  const replacement = replacementOf(state, key, policy, now, lost);
  const { unknown } = replacement;
  if (unknown !== undefined) {
    throw inputError(
      'rotate/parent-unknown',
      `nobody knows whether the parent serves the DS of ${keyLabel(unknown)}`,
      {
        hint: `say so in the same command: --ds-published ${unknown.keyTag}, or --ds-withdrawn ${unknown.keyTag}`,
      },
    );
  }
  const { aborted, hurried } = replacement;
  const done: Done[] = [];
  if (hurried !== undefined)
    done.push({
      rollover: rolloverTitle(hurried.name),
      what: `${isReal ? 'goes' : 'would go'} on at once: it takes ${keyLabel(key)} away`,
    });
  if (aborted !== undefined)
    done.push({
      rollover: rolloverTitle(aborted.name),
      what: `${isReal ? '' : 'would be '}taken back: it has to do with ${keyLabel(key)}`,
    });
  return { ...replacement, key, done };
}

/** What an emergency means, for the person who has to agree to it: the path that breaks nobody, and what a quicker one would break. */
export function describeEmergency(
  { state, begins, key, hurried }: RequestedReplacement,
  { policy }: RotateOptions,
  now: number,
  zone: PlannedZone,
): string {
  const begun = begins === undefined ? state : withPlannedKeys(state, begins, now);
  const name = begins?.name ?? hurried?.name ?? 'zsk-prepublish';
  const title = rolloverTitle(name);
  const entries = planRotation(begun, policy, now, now + FAR, zone).filter(
    ({ rollover }) => rollover === title,
  );
  const first = entries.slice(0, lengthOfOne(entries, name));
  const end = first.at(-1)?.time ?? now;
  return [
    `${keyLabel(key)} is replaced by a ${title}. It breaks nobody. If you act at once, its last step is at ${printTime(end)}:`,
    ...first.map(({ time, what, actor }) => `  ${printTime(time)}  ${actor.padEnd(10)}  ${what}`),
    'Until then, and as long as caches hold what the old key is in, whoever has it can forge answers.',
    `At once, which is not done: ${withoutWaiting(begun, key, policy, zone, now)}`,
  ].join('\n');
}

/** The entries up to a step that is not behind the one before: those of one rollover, which may be in the middle of its steps. */
function lengthOfOne(entries: readonly PlanEntry[], name: RolloverName): number {
  const steps = entries.map(({ what }) => ROLLOVERS[name].steps.findIndex(({ does }) => does === what));
  const again = steps.findIndex((step, i) => i > 0 && step <= steps[i - 1]!);
  return again < 0 ? entries.length : again;
}

function withPlannedKeys(state: RotationState, due: Due, now: number): RotationState {
  const keys = due.newRoles.map((role): ManagedKey => {
    const dnskey = `${role === 'zsk' ? 256 : 257} 3 ${due.algorithm} planned-${role}`;
    return {
      base: `new ${role.toUpperCase()}`,
      keyTag: 0,
      algorithm: due.algorithm,
      role,
      dnskey,
      created: now,
      use: UNUSED,
    };
  });
  return withRolloverStarted({ ...state, keys: [...state.keys, ...keys] }, due, keys, now);
}

/** Who would break if the new key took the place of the old in the next version. */
function withoutWaiting(
  state: RotationState,
  key: ManagedKey,
  policy: RotateOptions['policy'],
  { propagation, dnskeyTtl, maxTtl }: PlannedZone,
  now: number,
): string {
  const rollover = state.rollovers.find(({ old }) => old.includes(key.base));
  if (rollover === undefined) return 'it is the same.';
  const swapped = afterStep(state, rollover, {
    kind: 'publish',
    new: { published: true, signsKeys: true, signsZone: true },
    old: UNUSED,
    margin: 'none',
    does: 'swap the keys',
  });
  const proof = provePublication(
    cachesAt(state.ledger, now),
    currentPublication(state.ledger),
    nextPublication(swapped),
  );
  if (proof.safe) return 'it breaks nobody either.';
  // No ledger says when the version that is served now leaves caches: another has to be there first.
  const swappedOut = now + propagation + Math.max(dnskeyTtl, maxTtl);
  const parentHours = Math.ceil((policy.parentDsTtl + policy.parentPropagationDelay) / 3600);
  const until = Number.isFinite(proof.until)
    ? minuteOf(proof.until)
    : key.role === 'zsk'
      ? minuteOf(swappedOut)
      : `the parent has the new DS and ${parentHours} hours more`;
  return `bogus until ${until}, since ${describeWitness(proof.witness)}.`;
}
