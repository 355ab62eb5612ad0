import { zoneLabel } from '../keys/key-name.ts';
import type { ZoneSettings } from './configuration.ts';
import type { Environment } from './environment.ts';
import { turnAtParent } from './parent-turn.ts';
import type { RotateResult, RotateWait } from './rotation-result.ts';
import { readState } from './state-store.ts';

/**
 * The result that says, as `status` does, whose turn it is at the parent: by the state as it is once the registrar was told.
 * @throws ZonewrightError `state/*`
 */
export async function withTurnsAtParent(
  result: RotateResult,
  settings: ZoneSettings,
  keyDirectory: string,
  environment: Environment,
): Promise<RotateResult> {
  if (result.waits.every(({ asked }) => asked === undefined)) return result;
  const stored = await readState(keyDirectory, settings.name, environment);
  if (stored === undefined) return result;
  const { rotationPeriod } = settings.policy;
  const withTurn = (wait: RotateWait): RotateWait => {
    const { asked, what, nextCommand } = wait;
    if (asked === undefined) return wait;
    const turn = turnAtParent(
      { actor: 'operator', what, nextCommand },
      asked,
      stored.state,
      settings,
      zoneLabel(settings.name),
    );
    const isOverdue = turn.actor === 'parent' && environment.now >= asked + rotationPeriod / 2;
    return { ...wait, ...turn, ...(isOverdue ? { actor: 'operator' } : {}) };
  };
  return { ...result, waits: result.waits.map(withTurn) };
}
