import { ZonewrightError } from '../../errors.ts';
import { randomId } from '../rotation-events.ts';
import { TEST_EVENT } from './event-message.ts';
import type { DeliveryTarget, NotifyEnvironment } from './targets.ts';

/** Whether a target got the test event. */
export interface TestOutcome {
  readonly target: string;
  /** Why it did not; undefined where it did. */
  readonly error: ZonewrightError | undefined;
}

/** Sends a test event about a zone to every target, whatever events it wants. Nothing is recorded or repeated. */
export function sendTestEvent(
  zone: Uint8Array,
  targets: readonly DeliveryTarget[],
  { now, crypto }: Pick<NotifyEnvironment, 'now' | 'crypto'>,
): Promise<TestOutcome[]> {
  const message = {
    id: randomId(crypto),
    type: TEST_EVENT,
    time: now,
    zone,
    payload: { keys: [], ds: [] },
  } as const;
  return Promise.all(
    targets.map(async (target) => {
      try {
        await target.deliver(message);
        return { target: target.name, error: undefined };
      } catch (error) {
        if (!(error instanceof ZonewrightError)) throw error;
        return { target: target.name, error };
      }
    }),
  );
}
