import { printTime } from '../dns/time.ts';
import { joinPath } from '../keys/file-store.ts';
import { signsKeys } from '../keys/roles.ts';
import { asksForNoDs, dsOf, servedDs, setsBetween } from '../rollover/ds-sets.ts';
import { cachesAt, confirmedDs } from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import { proveDs, type Proof } from '../rollover/proof.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import { describeWitness } from '../rollover/words.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import type { PublicKey } from './public-keys.ts';
import { readState } from './state-store.ts';

/** Part of the DS set: only what a registrar must add now, or only what it must remove. */
export type DsPart = 'add' | 'remove';

/** Why a DS set must not be at the parent yet. */
export interface UnsafeDs {
  readonly message: string;
  /** From when on it is safe, in epoch seconds; undefined where something has to happen first. */
  readonly until: number | undefined;
}

export interface StateDs {
  readonly keys: readonly PublicKey[];
  readonly unsafe: UnsafeDs | undefined;
  /** Whether the whole set is to go, since the zone is going insecure. */
  readonly isWithdrawn: boolean;
}

/** The DS set that should stand at the parent now by the rotation state, or a part of it. */
export async function dsOfState(
  zone: Uint8Array,
  part: DsPart | undefined,
  policy: Policy,
  keyDirectory: string,
  environment: Environment,
): Promise<StateDs> {
  const stored = await readState(keyDirectory, zone, environment);
  if (stored === undefined) return { keys: [], unsafe: undefined, isWithdrawn: false };
  const { state } = stored;
  const served = servedDs(state.ledger);
  const isServed = (key: ManagedKey, by: 'all' | 'some'): boolean =>
    by === 'all'
      ? served.every((ds) => ds.some((record) => record.key === key.dnskey))
      : served.some((ds) => ds.some((record) => record.key === key.dnskey));
  // Offers make sets without it possible, but what the parent was seen to have needs no adding.
  const isConfirmed = ({ dnskey }: ManagedKey): boolean =>
    confirmedDs(state.ledger)?.ds.some((record) => record.key === dnskey) === true;
  const wanted = wantedAnchors(state);
  const selected =
    part === 'remove'
      ? state.keys.filter(
          (key) => signsKeys(key.role) && !state.wantedDs.includes(key.base) && isServed(key, 'some'),
        )
      : wanted.filter((key) => part === undefined || !(isServed(key, 'all') || isConfirmed(key)));
  const proof = part === 'remove' ? SAFE : proveSet(state, wanted, policy, environment.now);
  return {
    keys: selected.map((key) => publicKey(key, zone, keyDirectory)),
    unsafe: unsafety(proof),
    isWithdrawn: part === undefined && asksForNoDs(state),
  };
}

const SAFE: Proof = { safe: true };

/** What was asked of the parent; before anything was, the keys that will be, as soon as that is safe. */
function wantedAnchors(state: RotationState): readonly ManagedKey[] {
  const asked = state.keys.filter(({ base }) => state.wantedDs.includes(base));
  if (asked.length > 0) return asked;
  const coming = state.rollovers.filter(({ name }) => name === 'enable').flatMap((rollover) => rollover.new);
  return state.keys.filter(({ base, role }) => coming.includes(base) && signsKeys(role));
}

function proveSet(state: RotationState, wanted: readonly ManagedKey[], policy: Policy, now: number): Proof {
  const isAsked = state.wantedDs.length > 0;
  if (!isAsked && !wanted.every(({ dnskey }) => isPublished(state, dnskey))) return NOT_PUBLISHED;
  // What was asked for was proven with the margin; only that of a zone that was taken over was not.
  const caches = cachesAt(state.ledger, now, isAsked ? 0 : policy.publishSafety);
  const target = dsOf(
    state,
    wanted.map(({ base }) => base),
    policy,
  );
  let worst = SAFE;
  for (const current of servedDs(state.ledger)) {
    for (const next of setsBetween(current, target)) {
      const proof = proveDs(caches, current, next);
      if (!proof.safe && (worst.safe || proof.until > worst.until)) worst = proof;
    }
  }
  return worst;
}

/** Nothing is in any cache yet: what is wrong is that there is no signed zone. */
const NOT_PUBLISHED: Proof = {
  safe: false,
  until: Infinity,
  witness: { fault: { kind: 'keys-not-signed', algorithm: 0 }, held: [], until: Infinity },
};

function isPublished({ ledger }: RotationState, dnskey: string): boolean {
  return ledger.publications.some(
    ({ established, keySet }) => established !== undefined && keySet.keys.includes(dnskey),
  );
}

function unsafety(proof: Proof): UnsafeDs | undefined {
  if (proof.safe) return undefined;
  if (proof === NOT_PUBLISHED) return { message: 'the signed zone is not published yet', until: undefined };
  const until = Number.isFinite(proof.until) ? proof.until : undefined;
  const when = until === undefined ? '' : ` before ${printTime(until)}`;
  return { message: `the DS must not be at the parent${when}: ${describeWitness(proof.witness)}`, until };
}

function publicKey({ base, role, dnskey }: ManagedKey, zone: Uint8Array, keyDirectory: string): PublicKey {
  const dnskeyRdata = rdataFromText(Type.DNSKEY, dnskey);
  return { source: joinPath(keyDirectory, `${base}.key`), zone, role, dnskeyRdata, timing: {} };
}
