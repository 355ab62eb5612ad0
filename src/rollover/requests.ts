import { afterStep } from './after-step.ts';
import { cachesAt } from './ledger.ts';
import { nextPublication } from './next-publication.ts';
import { ROLLOVERS } from './rollovers.ts';
import type { Rollover, RotationState } from './state.ts';
import { validate, type DsSet, type KeySet } from './validation.ts';

// CDS and CDNSKEY are signed by the keys that sign the DNSKEY RRset, and cached apart from it. While these keys give way to others there are
// times in which some cache could not validate them. A zone without them asks its parent for no change (RFC 7344 section 4), and is validated.

/** Whether every cache could validate CDS and CDNSKEY in the next publication, also after the steps that come before the parent acts again. */
export function canRequest(state: RotationState, now: number): boolean {
  const { ds, keySets } = cachesAt(state.ledger, now);
  const cached = keySets.map(({ value }) => value);
  return !requestsAreInTheWay(state) && canValidate(state, held(ds), cached);
}

/** Whether a step that comes before the parent acts again has to wait until no cache holds CDS and CDNSKEY by the keys that sign them now. */
export function requestsAreInTheWay(state: RotationState): boolean {
  const coming = state.rollovers.flatMap((rollover) => comingKeySets(state, rollover));
  return coming.length > 0 && !canValidate(state, held(cachesAt(state.ledger, -Infinity).ds), coming);
}

/** The DNSKEY RRsets of the publications that a rollover brings before the parent has to do something. */
function comingKeySets(state: RotationState, rollover: Rollover): KeySet[] {
  const keySets: KeySet[] = [];
  let current = state;
  for (const step of ROLLOVERS[rollover.name].steps.slice(rollover.step)) {
    if (step.kind === 'parent') break;
    current = afterStep(current, rollover, step);
    keySets.push(nextPublication(current).keySet);
  }
  return keySets;
}

/** Whether nothing that validates without CDS and CDNSKEY fails with those of the next publication. */
function canValidate(state: RotationState, dsSets: readonly DsSet[], keySets: readonly KeySet[]): boolean {
  const requests = { signerSets: [nextPublication(state).keySet.signers] };
  return dsSets.every((ds) =>
    keySets.every(
      (keySet) =>
        validate(ds, keySet, requests) === undefined ||
        validate(ds, keySet, { signerSets: [] }) !== undefined,
    ),
  );
}

function held(ds: readonly { readonly value: DsSet }[]): DsSet[] {
  return ds.map(({ value }) => value);
}
