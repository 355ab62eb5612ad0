import { cachesAt } from './ledger.ts';
import { nextPublication } from './next-publication.ts';
import { ROLLOVERS } from './rollovers.ts';
import type { RotationState } from './state.ts';
import { validate } from './validation.ts';

/**
 * Whether ZSKs sign CDS and CDNSKEY in the version that is made at `now` (epoch seconds), as well as KSKs: while a rollover goes on that puts KSKs
 * in the place of others, and as long as a cache may hold DNSKEYs without those that sign now. The proof shows that signatures of ZSKs are good beside
 * all DNSKEYs that are cached.
 */
export function zskSignsRequests(state: RotationState, now: number): boolean {
  const isSwapping = state.rollovers.some(({ name, step, decided }) => {
    const { steps, swapsKsk = false } = ROLLOVERS[name];
    // Once the last step is safe, nobody needs it any more.
    return swapsKsk && !(step === steps.length - 1 && decided !== undefined);
  });
  if (isSwapping) return true;
  const { keySet, data } = nextPublication(state);
  const { ds, keySets } = cachesAt(state.ledger, now);
  const byKsk = { signerSets: [keySet.signers] };
  return ds.some(({ value: anchors }) =>
    keySets.some(
      ({ value: keys }) =>
        validate(anchors, keys, byKsk) !== undefined && validate(anchors, keys, data) === undefined,
    ),
  );
}
