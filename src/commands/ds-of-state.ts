import { printTime } from '../dns/time.ts';
import { joinPath } from '../keys/file-store.ts';
import { signsKeys } from '../keys/roles.ts';
import { asksForNoDs, servedDs } from '../rollover/ds-sets.ts';
import { confirmedDs } from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import { SAFE, type Proof } from '../rollover/proof.ts';
import type { ManagedKey } from '../rollover/state.ts';
import { NOT_PUBLISHED, proveWanted, wantedAnchors } from '../rollover/wanted-ds.ts';
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
  const proof = part === 'remove' ? SAFE : proveWanted(state, policy, environment.now);
  return {
    keys: selected.map((key) => publicKey(key, zone, keyDirectory)),
    unsafe: unsafety(proof),
    isWithdrawn: part === undefined && asksForNoDs(state),
  };
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
