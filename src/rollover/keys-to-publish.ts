import { nextPublication } from './next-publication.ts';
import { cachesAt, currentPublication, type Publication } from './ledger.ts';
import { provePublication, type Proof } from './proof.ts';
import type { KeyUse, ManagedKey, RotationState } from './state.ts';
import type { KeyId } from './validation.ts';

export interface KeysToPublish {
  readonly keys: readonly ManagedKey[];
  /** Why what was decided has to wait; undefined where it has not. */
  readonly postponed?: Proof & { readonly safe: false };
}

/**
 * What keys do in the version that is signed at `now` (epoch seconds): what was decided. Where that is proven no more, because the clock went back
 * or the parent changed, what they do in the version that is served: to sign the same again makes nothing worse.
 */
export function keysToPublish(state: RotationState, now: number): KeysToPublish {
  const caches = cachesAt(state.ledger, now);
  const current = currentPublication(state.ledger);
  const proofOf = (keys: readonly ManagedKey[]): Proof =>
    provePublication(caches, current, nextPublication({ ...state, keys }));
  const decided = proofOf(state.keys);
  if (decided.safe) return { keys: state.keys };
  for (const served of [newestServed(state), current]) {
    // Where a zone was signed in parts, any one set of its signers may do.
    for (const signers of served?.data.signerSets ?? []) {
      const keys = state.keys.map((key) => ({ ...key, use: useIn(served!, signers, key) }));
      if (proofOf(keys).safe) return { keys, postponed: decided };
    }
  }
  return { keys: state.keys };
}

function newestServed({ ledger }: RotationState): Publication | undefined {
  return ledger.publications.findLast(({ elsewhere }) => elsewhere !== true);
}

function useIn({ keySet }: Publication, signers: readonly KeyId[], { dnskey }: ManagedKey): KeyUse {
  return {
    published: keySet.keys.includes(dnskey),
    signsKeys: keySet.signers.includes(dnskey),
    signsZone: signers.includes(dnskey),
  };
}
