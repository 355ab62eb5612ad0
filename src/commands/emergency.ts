import { printTime } from '../dns/time.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { agreementOn, breakageOf } from '../rollover/at-once.ts';
import { withRolloverStarted, type Due } from '../rollover/due.ts';
import { planRotation, type PlanEntry, type PlannedZone } from '../rollover/plan.ts';
import type { Witness } from '../rollover/proof.ts';
import { swapAtOnce, type Replacement } from '../rollover/replacement.ts';
import { ROLLOVERS, type RolloverName } from '../rollover/rollovers.ts';
import {
  UNMADE,
  UNUSED,
  withRollover,
  type ManagedKey,
  type Rollover,
  type RotationState,
} from '../rollover/state.ts';
import { describeWitness, minuteOf, rolloverTitle } from '../rollover/words.ts';
import { keyLabel } from './rotation-keys.ts';
import type { RotateOptions } from './rotation-options.ts';
import type { RequestedReplacement } from './rotation-replacement.ts';
import type { Noted } from './rotation-result.ts';

// What `--emergency` means, for the person who has to agree to it. Times are epoch seconds.

/** Longer than any replacement takes if everybody acts at once. */
const FAR = 400 * 86400;

/** The path that breaks nobody, and what a quicker one would break; or, with `--at-once`, the other way round. */
export function describeEmergency(
  replacement: RequestedReplacement,
  before: RotationState,
  options: RotateOptions,
  now: number,
  zone: PlannedZone,
): string {
  const { policy } = options;
  const { key, proven } = replacement;
  const { title, entries } = stepsOf(proven, policy, now, zone);
  const end = printTime(entries.at(-1)?.time ?? now);
  const swap = swapAtOnce(proven, before, key);
  const breakage = swap === undefined ? undefined : breakageBy(swap, key, policy, now, zone);
  if (options.atOnce === true && breakage !== undefined)
    return describeSwap(replacement, breakage, end, options, now);
  return [
    `${keyLabel(key)} is replaced by a ${title}. It breaks nobody. If you act at once, its last step is at ${end}:`,
    ...entries.map(({ time, what, actor }) => `  ${printTime(time)}  ${actor.padEnd(10)}  ${what}`),
    'Until then, and as long as caches hold what the old key is in, whoever has it can forge answers.',
    `At once, which --at-once does: ${atOnceInWords(breakage)}`,
  ].join('\n');
}

/** What is done for the proven way, up to its last step. */
function stepsOf(
  { state, begins, hurried }: Replacement,
  policy: RotateOptions['policy'],
  now: number,
  zone: PlannedZone,
): { readonly title: string; readonly entries: readonly PlanEntry[] } {
  const begun = begins === undefined ? state : withPlannedKeys(state, begins, now);
  const name = begins?.name ?? hurried?.name ?? 'zsk-prepublish';
  const title = rolloverTitle(name);
  const entries = planRotation(begun, policy, now, now + FAR, zone).filter(
    ({ rollover }) => rollover === title,
  );
  return { title, entries: entries.slice(0, lengthOfOne(entries, name)) };
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
      keyTag: UNMADE,
      algorithm: due.algorithm,
      role,
      dnskey,
      created: now,
      use: UNUSED,
    };
  });
  return withRolloverStarted({ ...state, keys: [...state.keys, ...keys] }, due, keys, now);
}

/** Who breaks if a swap is published now; undefined where it is none, since the proven way is as quick. */
function breakageBy(
  { state, begins }: Replacement,
  key: ManagedKey,
  policy: RotateOptions['policy'],
  now: number,
  zone: PlannedZone,
): Witness[] | undefined {
  const begun = begins === undefined ? state : withPlannedKeys(state, begins, now);
  const rollover = swapOf(begun, key);
  return rollover && breakageOf(begun, rollover, policy, now, zone);
}

/** The swap in progress that takes a key away. */
function swapOf({ rollovers }: RotationState, { base }: ManagedKey): Rollover | undefined {
  return rollovers.findLast(
    ({ name, old }) => (name === 'zsk-swap' || name === 'ksk-swap') && old.includes(base),
  );
}

function atOnceInWords(breakage: readonly Witness[] | undefined): string {
  const [last] = breakage ?? [];
  if (breakage === undefined) return 'it is the same.';
  if (last === undefined) return 'it breaks nobody either.';
  return `bogus until ${minuteOf(last.until)}, since ${describeWitness(last)}.`;
}

function describeSwap(
  { key, begins, hurried }: RequestedReplacement,
  breakage: readonly Witness[],
  provenEnd: string,
  { zone }: RotateOptions,
  now: number,
): string {
  const label = zoneLabel(zone);
  const name = begins?.name ?? hurried?.name ?? 'zsk-swap';
  const [last] = breakage;
  return [
    `${keyLabel(key)} is replaced by a ${rolloverTitle(name)}: the next version of the zone has its successor in its place, which signs.`,
    ...(last === undefined
      ? ['It breaks nobody.']
      : [
          `The zone is bogus for some from ${minuteOf(now)}, if it is signed now, until ${minuteOf(last.until)}:`,
          ...breakage.map((witness) => `  until ${minuteOf(witness.until)}: ${describeWitness(witness)}`),
          'Signed later, or said later to be served where the policy waits for that, all of it is as much later.',
        ]),
    ...(name === 'ksk-swap'
      ? [
          `The DS of the new key must stand at the parent in the place of the old at once: zonewright ds ${label}, as soon as the zone is signed. Every hour that takes makes it an hour longer. Nobody can go by the CDS in the zone meanwhile.`,
        ]
      : []),
    `Nothing else breaks, and what comes later is proven. Without --at-once nobody breaks; if you act at once, the last step is at ${provenEnd}.`,
  ].join('\n');
}

/** The state that knows what the operator has agreed to, with what the audit trail says of it. */
export function withAgreement(
  state: RotationState,
  { key }: RequestedReplacement,
  policy: RotateOptions['policy'],
  now: number,
  zone: PlannedZone,
  isReal: boolean,
): Noted {
  const rollover = swapOf(state, key);
  const breakage = rollover === undefined ? [] : breakageOf(state, rollover, policy, now, zone);
  const [last] = breakage;
  if (rollover === undefined || last === undefined) return { state, done: [] };
  const agreed = agreementOn(state, rollover, policy, now, last.until);
  const who = breakage.map((witness) => `until ${minuteOf(witness.until)} ${describeWitness(witness)}`);
  return {
    state: withRollover(state, rollover, { ...rollover, agreed }),
    done: [
      {
        rollover: rolloverTitle(rollover.name),
        what: `${isReal ? 'breaks' : 'would break'} the zone for some until ${minuteOf(last.until)}, as was agreed to`,
        audit: {
          actor: 'operator',
          why: `the operator agreed (--at-once) that, from the next signing on, ${who.join('; ')}`,
          outcome: 'decided',
          forced: true,
          keys: [...rollover.old, ...rollover.new],
        },
      },
    ],
  };
}
