import type { ZoneSettings } from '../commands/configuration.ts';
import type { DeliveryTarget } from '../commands/notify/targets.ts';
import type { Done } from '../commands/rotation-result.ts';
import { ZonewrightError } from '../errors.ts';
import { ExitStatus } from './exit-status.ts';
import { failureObject } from './failure.ts';
import type { Session } from './session.ts';

/** Everybody who is told of the events of a zone; its registrar is one of them. */
export async function targetsOfZone(settings: ZoneSettings, session: Session): Promise<DeliveryTarget[]> {
  const { environment, keyDirectory } = session;
  const { registrar } = settings;
  const targets = await notifiedTargets(session);
  if (registrar === undefined) return targets;
  const { registrarTarget } = await import('../commands/registrar/registrar-target.ts');
  return [...targets, registrarTarget(registrar, settings, keyDirectory, environment)];
}

async function notifiedTargets({ configuration, environment }: Session): Promise<DeliveryTarget[]> {
  if (configuration.notify.length === 0) return [];
  const { targetsOf } = await import('../commands/notify/targets.ts');
  return targetsOf(configuration.notify, environment);
}

/** Delivers what is due in the outbox of a zone, and returns what arrived. What did not is a warning: the rotation itself is done. */
export async function deliver(
  { name }: ZoneSettings,
  targets: readonly DeliveryTarget[],
  { environment, keyDirectory }: Session,
): Promise<Done[]> {
  try {
    const { deliverEvents } = await import('../commands/deliver-events.ts');
    const attempts = await deliverEvents({ zone: name, keyDirectory, targets }, environment);
    for (const { type, target, error } of attempts) {
      if (error !== undefined)
        environment.warn(`${target} could not be told of ${type}: ${error}`, 'a later run tries again');
    }
    return attempts
      .filter(({ error }) => error === undefined)
      .map(({ type, target }) => ({ rollover: 'notification', what: `told ${target} of ${type}` }));
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    environment.warn(`events wait in the outbox: ${error.message}`, error.hint);
    return [];
  }
}

/** Sends a test event to every target, and says of each whether it got there. */
export async function notifyTest(zone: Uint8Array, session: Session): Promise<number> {
  const targets = await notifiedTargets(session);
  const { sendTestEvent } = await import('../commands/notify/test-notification.ts');
  const outcomes = await sendTestEvent(zone, targets, session.environment);
  if (targets.length === 0)
    session.environment.warn('nobody is notified of anything', 'list targets under "notify"');
  if (session.json) {
    await session.printDocument({
      schema: 'zonewright/notify-test/v1',
      targets: outcomes.map(({ target, error }) => ({
        target,
        delivered: error === undefined,
        ...(error === undefined ? {} : { error: failureObject(error) }),
      })),
    });
  } else {
    for (const { target, error } of outcomes)
      await session.print(`${target}: ${error === undefined ? 'delivered' : error.message}\n`);
  }
  return outcomes.some(({ error }) => error !== undefined) ? ExitStatus.Environment : ExitStatus.Success;
}
