import { withAudit } from '../rollover/audit.ts';
import { withEstablished } from '../rollover/facts.ts';
import { keepsSerial } from '../rollover/kept-serial.ts';
import { withFailure, withSuccess } from '../rollover/failures.ts';
import type { Publication } from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import type { RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import { readState, withStateLock, writeState } from './state-store.ts';

export interface ServedOptions {
  readonly keyDirectory: string;
  /** In wire form. */
  readonly zone: Uint8Array;
  readonly policy: Policy;
}

/** What came of the `afterSign` program: the servers have the version, or why they have not, in one line without secrets. */
export type ServedOutcome =
  { readonly isServed: true } | { readonly isServed: false; readonly reason: string };

/**
 * The serial for which the `afterSign` program has to run: that of a version that is in place, and that the servers have not been made to load. Ask
 * after every `sign` of a zone whose output is the served file, one that changed nothing included: an earlier run may have failed.
 * Undefined where there is none, or no rotation state that would know.
 */
export async function serialToServe(
  { keyDirectory, zone, policy }: ServedOptions,
  environment: Environment,
): Promise<number | undefined> {
  const stored = await readState(keyDirectory, zone, environment);
  return stored && versionToServe(stored.state, policy)?.serial;
}

/**
 * Records what the `afterSign` program did for the version with a serial. Call it when the program has ended, after `sign` and not within it: the
 * program may take long, and the lock on the state is free meanwhile.
 *
 * Success establishes the version where the policy says `publishedWhen: afterSign`. Failure leaves it written but not served, and stands in `lastError` until the
 * program succeeds; no rollover takes a step on the strength of it.
 */
export async function recordServed(
  { keyDirectory, zone, policy }: ServedOptions,
  serial: number,
  outcome: ServedOutcome,
  environment: Environment,
): Promise<void> {
  const { now } = environment;
  await withStateLock(keyDirectory, zone, 'zonewright sign (afterSign)', environment, async () => {
    const stored = await readState(keyDirectory, zone, environment);
    if (stored === undefined) return;
    const state = outcome.isServed
      ? withServed(stored.state, serial, policy, now)
      : withFailure(stored.state, {
          time: now,
          command: 'afterSign',
          code: 'sign/not-served',
          message: `serial ${serial} is written but not served: ${outcome.reason}`,
        });
    if (JSON.stringify(state) !== JSON.stringify(stored.state))
      await writeState(keyDirectory, zone, state, environment);
  });
}

function versionToServe({ ledger, lastError }: RotationState, policy: Policy): Publication | undefined {
  const newest = ledger.publications.findLast(({ elsewhere }) => elsewhere !== true);
  if (newest?.written === undefined) return undefined;
  const isOpen = policy.publishedWhen === 'afterSign' && newest.established === undefined;
  return isOpen || lastError?.command === 'afterSign' ? newest : undefined;
}

function withServed(state: RotationState, serial: number, policy: Policy, now: number): RotationState {
  const succeeded = withSuccess(state, 'afterSign');
  // Secondaries do not fetch a version whose serial they have.
  if (policy.publishedWhen !== 'afterSign' || keepsSerial(state.ledger)) return succeeded;
  const established = withEstablished(succeeded, serial, now);
  if (established === succeeded) return succeeded;
  return withAudit(established, [
    {
      time: now,
      actor: 'zonewright',
      what: `afterSign: serial ${serial} is served`,
      why: 'the afterSign program succeeded',
      outcome: 'served',
      serial,
    },
  ]);
}
