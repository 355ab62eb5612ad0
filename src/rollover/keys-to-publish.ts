import { agreementsOf } from './agreement.ts';
import { nextPublication } from './next-publication.ts';
import { cachesAt, currentPublication, type Publication } from './ledger.ts';
import { provePublication, type Proof } from './proof.ts';
import type { KeyUse, ManagedKey, RotationState } from './state.ts';
import type { KeyId } from './validation.ts';

export interface KeysToPublish {
  readonly keys: readonly ManagedKey[];
  /** Why what was decided has to wait: some cache would not be served. Undefined where that is not so. */
  readonly postponed?: Proof & { readonly safe: false };
  /** Whether what was decided has to wait for signatures by keys that are elsewhere. */
  readonly unsigned?: boolean;
}

/**
 * What keys do in the version that is signed at `now` (epoch seconds): what was decided. Where that is proven no more, because the clock went back
 * or the parent changed, or nobody has signed these keys ahead, what they do in the version that is served: to sign the same again makes nothing worse.
 * @param canSign whether there are signatures over the DNSKEYs of keys that do this
 */
export function keysToPublish(
  state: RotationState,
  now: number,
  canSign: (keys: readonly ManagedKey[]) => boolean = () => true,
): KeysToPublish {
  const caches = cachesAt(state.ledger, now);
  const current = currentPublication(state.ledger);
  const proofOf = (keys: readonly ManagedKey[]): Proof =>
    provePublication(caches, current, nextPublication({ ...state, keys }), agreementsOf(state));
  const decided = proofOf(state.keys);
  const isSigned = canSign(state.keys);
  if (decided.safe && isSigned) return { keys: state.keys };
  const served = [newestServed(state), current].flatMap((publication) =>
    // Where a zone was signed in parts, any one set of its signers may do.
    (publication?.data.signerSets ?? [])
      .map((signers) => state.keys.map((key) => ({ ...key, use: useIn(publication!, key, signers) })))
      .filter((keys) => proofOf(keys).safe),
  );
  // What was signed before can stay where nothing can be signed anew.
  const keys = served.find(canSign) ?? served[0] ?? state.keys;
  return {
    keys,
    ...(decided.safe || served.length === 0 ? {} : { postponed: decided }),
    ...(isSigned ? {} : { unsigned: true }),
  };
}

function newestServed({ ledger }: RotationState): Publication | undefined {
  return ledger.publications.findLast(({ elsewhere }) => elsewhere !== true);
}

/**
 * What a key does in a version.
 * @param signers of those that sign its records; without them, those that sign all
 */
export function useIn(
  { keySet, data }: Publication,
  { dnskey }: ManagedKey,
  signers?: readonly KeyId[],
): KeyUse {
  const signerSets = signers === undefined ? data.signerSets : [signers];
  return {
    published: keySet.keys.includes(dnskey),
    signsKeys: keySet.signers.includes(dnskey),
    signsZone: signerSets.every((set) => set.includes(dnskey)),
  };
}
