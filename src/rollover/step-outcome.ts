import { signsKeys } from '../keys/roles.ts';
import type { Policy } from './policy.ts';
import type { Proof, Witness } from './proof.ts';
import type { Step } from './rollovers.ts';
import { withRollover, type ManagedKey, type Rollover, type RotationState } from './state.ts';

/** Something that was decided now. */
export interface Decision {
  readonly rollover: Rollover;
  readonly step: Step;
  readonly kind: 'decided' | 'done' | 'finished';
  /** The last combination of cached answers that it was waited for; undefined where none stood in the way. */
  readonly waited?: Witness | undefined;
}

/** What a rollover waits for. */
export interface Wait {
  readonly rollover: Rollover;
  readonly step: Step;
  readonly reason:
    | { readonly kind: 'proof'; readonly witness: Witness }
    /** The step is decided, but no established publication shows it yet. */
    | { readonly kind: 'publication' }
    /** The clock went back: it shows a time before something that was recorded. */
    | { readonly kind: 'clock' }
    /** Nothing speaks against it, but the rotation period is not over. */
    | { readonly kind: 'period' }
    /** The parent was asked, but is not known to have done it. */
    | { readonly kind: 'parent'; readonly keyTags: readonly number[] }
    /** It is written, but nobody has said yet that every server has it. */
    | { readonly kind: 'served'; readonly serial: number; readonly isTransferForced: boolean }
    /** The servers of other signers must have these keys, and resolvers must have heard of that (RFC 8901 section 6). */
    | { readonly kind: 'signers'; readonly keyTags: readonly number[] }
    /** These keys would have to sign something new, and their private halves are gone; of `unreplaced` no other rollover takes away at once. */
    | {
        readonly kind: 'lost';
        readonly keyTags: readonly number[];
        readonly unreplaced: readonly number[];
      }
    /** Another rollover replaces one of its keys first. */
    | { readonly kind: 'rollover'; readonly inner: Rollover };
  /** Epoch seconds; Infinity where somebody has to act. */
  readonly until: number;
}

/** What comes of looking at the next step of a rollover. */
export type Outcome =
  | { readonly wait: Wait; readonly state?: RotationState }
  | { readonly state: RotationState; readonly decision: Decision };

/** A step that the proof does not let begin yet. */
export function waitFor(rollover: Rollover, step: Step, proof: Proof & { readonly safe: false }): Outcome {
  return { wait: { rollover, step, reason: { kind: 'proof', witness: proof.witness }, until: proof.until } };
}

/**
 * A step that begins now.
 * @param overcome makes the proof against all that caches have ever held, as far as the ledger goes back: its witness is the last to have left them
 */
export function decide(
  state: RotationState,
  rollover: Rollover,
  step: Step,
  now: number,
  overcome: () => Proof,
): Outcome {
  const decided = { ...rollover, decided: now };
  return {
    state: withRollover(state, rollover, decided),
    decision: {
      rollover: decided,
      step,
      kind: 'decided',
      // For the audit trail alone: plans never ask.
      get waited() {
        const proof = overcome();
        return proof.safe ? undefined : proof.witness;
      },
    },
  };
}

/** A step that is over: the rollover is at the next one. */
export function stepDone(state: RotationState, rollover: Rollover, step: Step, now: number): Outcome {
  const next: Rollover = { ...rollover, step: rollover.step + 1, decided: undefined };
  const keys = state.keys.map((key) => activatedBy(key, rollover, step, now));
  return {
    state: withRollover({ ...state, keys }, rollover, next),
    decision: { rollover: next, step, kind: 'done' },
  };
}

/** A ZSK begins its life when it signs the zone, a key with a DS when that is at the parent. */
function activatedBy(key: ManagedKey, rollover: Rollover, step: Step, now: number): ManagedKey {
  if (!rollover.new.includes(key.base) || key.activated !== undefined) return key;
  const begins = signsKeys(key.role)
    ? step.kind === 'parent' && step.ask === 'add-new'
    : step.kind === 'publish' && step.new?.signsZone === true;
  return begins ? { ...key, activated: now } : key;
}

/** Seconds that the policy wants beyond what is proven safe. */
export function marginOf({ margin }: Step, policy: Policy): number {
  return margin === 'publish' ? policy.publishSafety : margin === 'retire' ? policy.retireSafety : 0;
}
