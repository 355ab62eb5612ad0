import { signsKeys } from '../keys/roles.ts';
import { currentPublication } from '../rollover/ledger.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import { keyLabel } from './rotation-keys.ts';
import type { Problem } from './status-report.ts';

/** A DS that should stand at the parent, but is not known to: of keys in use that no rollover asks the parent about, for these tell it themselves. */
export function dsProblems(state: RotationState, label: string): Problem[] {
  const { keys, ledger, rollovers } = state;
  if ((currentPublication(ledger)?.keySet.keys.length ?? 0) === 0) return [];
  const inRollover = new Set(rollovers.flatMap((rollover) => [...rollover.old, ...rollover.new]));
  const idle = keys.filter(
    ({ base, role, use }) => signsKeys(role) && use.signsKeys && !inRollover.has(base),
  );
  const served = ledger.parent.filter(({ replaced }) => replaced === undefined).map(({ ds }) => ds);
  const isInsecure = served.every((ds) => ds.length === 0);
  const has = ({ dnskey }: ManagedKey): number =>
    served.filter((ds) => ds.some(({ key }) => key === dnskey)).length;
  const common = {
    severity: 'warning',
    actor: 'operator',
    nextCommand: `zonewright rotate ${label} --check-parent`,
  } as const;
  if (idle.some((key) => served.length > 0 && has(key) === served.length)) return [];
  return idle.map((key): Problem => {
    const tag = key.keyTag;
    return served.length > 0 && has(key) === 0
      ? {
          ...common,
          code: 'ds/missing',
          what: `the parent has no DS of ${keyLabel(key)}: resolvers ${isInsecure ? 'do not validate' : 'refuse'} the zone`,
          todo: `add it (zonewright ds ${label}), then look, or say so with --ds-published ${tag}`,
        }
      : {
          ...common,
          code: 'ds/unknown',
          what: `nobody knows whether the parent has the DS of ${keyLabel(key)}`,
          todo: `look, or say what is so with --ds-published ${tag} or --ds-withdrawn ${tag}`,
        };
  });
}
