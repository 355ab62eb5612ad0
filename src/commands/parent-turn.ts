import { agreementsOf } from '../rollover/agreement.ts';
import { newestPublication } from '../rollover/ledger.ts';
import type { RotationState } from '../rollover/state.ts';
import type { ZoneSettings } from './configuration.ts';
import { registrarName } from './registrar/registrar.ts';

/** What the turn at the parent depends on. */
export type TurnSettings = Pick<ZoneSettings, 'registrar' | 'parentFollowsCds' | 'policy'>;

/** Whose turn it is, why, and what that one types. */
export interface Turn {
  readonly actor: 'zonewright' | 'operator' | 'parent';
  readonly what: string;
  readonly nextCommand: string | undefined;
}

/**
 * Whose turn it is while another DS is waited for at the parent: the operator's, until the registrar has been told. From then on, or where the
 * parent takes the DS from the zone's CDS (RFC 7344), it is the parent's.
 * @param asked since when the DS is waited for (epoch seconds)
 */
export function turnAtParent(
  operators: Turn,
  asked: number,
  state: Pick<RotationState, 'audit' | 'ledger' | 'rollovers'>,
  { registrar, parentFollowsCds, policy }: TurnSettings,
  label: string,
): Turn {
  const parents = (why: string): Turn => ({
    actor: 'parent',
    what: `${operators.what}; ${why}`,
    // A run that looks at the parent needs no word of what it sees.
    nextCommand: policy.checkParent ? undefined : operators.nextCommand,
  });
  if (registrar !== undefined && wasTold(registrarName(registrar), asked, state))
    return parents(`${registrarName(registrar)} has been told`);
  // Whom a swap at once breaks, the parent among them, cannot validate CDS.
  if (parentFollowsCds !== true || !policy.cds || agreementsOf(state).length > 0) return operators;
  if ((newestPublication(state.ledger)?.since ?? -Infinity) >= asked)
    return parents('the CDS records of the zone ask it to');
  return { ...operators, actor: 'zonewright', nextCommand: `zonewright rotate ${label} --sign` };
}

/** Whether the registrar got the event, or `ds --push` asked it. */
function wasTold(registrar: string, since: number, { audit }: Pick<RotationState, 'audit'>): boolean {
  return audit.some(
    ({ time, what }) =>
      time >= since &&
      (what.startsWith(`told ${registrar} of `) || what.startsWith(`asked ${registrar} to `)),
  );
}
