import { settingsOfZone } from '../commands/configuration.ts';
import type { DsResult } from '../commands/ds.ts';
import { planPush, recordPush } from '../commands/push-ds.ts';
import { nameToText, sameName } from '../dns/name.ts';
import { usageError } from '../errors.ts';
import { ExitStatus } from './exit-status.ts';
import type { Session } from './session.ts';

/**
 * Makes the DS set at the registrar that of the result.
 * @param named the zone that the command line names, which counts where the set is empty
 */
export async function pushDs(
  { keys, unsafe }: DsResult,
  named: Uint8Array | undefined,
  isDryRun: boolean,
  session: Session,
): Promise<number> {
  const { configuration, environment, keyDirectory } = session;
  const [danger] = unsafe;
  if (danger !== undefined) {
    environment.warn(danger.message, 'wait: nothing was changed at the registrar');
    return ExitStatus.No;
  }
  if (environment.simulated && !isDryRun) {
    throw usageError('usage/conflict', '--push changes the real parent, and --now is not the real time', {
      hint: 'leave --now away, or see with --dry-run what would be changed',
    });
  }
  const zone = keys[0]?.owner ?? named;
  if (zone === undefined || keys.some(({ owner }) => !sameName(owner, zone)))
    throw usageError('usage/conflict', '--push is for one zone', { hint: 'push one after the other' });
  const settings = settingsOfZone(configuration, zone);
  const { registrar, changes } = await planPush(settings, keys, keyDirectory, environment);
  for (const { action, ds, call } of changes) {
    if (!isDryRun) await call.make();
    if (!session.json) await session.print(isDryRun ? `${call.text}\n` : `${DONE[action]} ${ds}\n`);
  }
  if (!isDryRun) await recordPush(zone, registrar, changes, keyDirectory, environment);
  if (session.json) {
    await session.printDocument({
      schema: 'zonewright/ds-push/v1',
      zone: nameToText(zone),
      registrar: registrar.name,
      dryRun: isDryRun,
      changes: changes.map(({ action, ds, call }) => ({ action, ds, call: call.text })),
    });
  } else if (changes.length === 0) {
    session.talk.note(`${registrar.name} has this set already`);
  }
  return ExitStatus.Success;
}

const DONE = { add: 'added', remove: 'removed' } as const;
