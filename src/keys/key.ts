import type { BindRecordState, BindState } from './bind-state.ts';
import { signsZone, type Role } from './roles.ts';
import { isUntimed, keyUse, type KeyTiming, type KeyUse } from './timing.ts';

/** A key of a zone. Its secret stays with the key source until somebody asks for it. */
export interface Key {
  /** The name of its files without suffix: `Kexample.com.+013+12345`. */
  readonly base: string;
  /** The zone's name in canonical wire form. */
  readonly zone: Uint8Array;
  readonly algorithm: number;
  readonly keyTag: number;
  readonly flags: number;
  readonly role: Role;
  /** The TTL for its DNSKEY record in seconds, where the key has an opinion. */
  readonly ttl: number | undefined;
  /** The RDATA of its DNSKEY record. */
  readonly dnskeyRdata: Uint8Array;
  readonly timing: KeyTiming;
  /** What BIND's key manager knows of it, where there is a `.state` file. */
  readonly state: BindState | undefined;
  /** Whether there is a private part, to the source's knowledge. */
  readonly hasPrivate: boolean;
}

/** What a key is good for at `now` (epoch seconds), by its times and by its `.state` file, as `dnssec-signzone -S` has it. */
export function useOfKey(
  { timing, state, role }: Pick<Key, 'timing' | 'state' | 'role'>,
  now: number,
): KeyUse {
  return keyUse(timing, now, {
    dnskey: isPresent(state?.dnskeyState),
    // Signatures of a KSK go by its times: BIND asks for no state of theirs here.
    signatures: signsZone(role) ? isPresent(state?.zrrsigState) : undefined,
  });
}

/**
 * Whether another signer of the zone has the private half (RFC 8901): its record alone is here, and it is never active. A key of ours whose
 * private half is elsewhere, in a safe perhaps, has a time of activation.
 */
export function isForeign({ hasPrivate, timing }: Pick<Key, 'hasPrivate' | 'timing'>): boolean {
  return !hasPrivate && !isUntimed(timing) && timing.activate === undefined;
}

function isPresent(state: BindRecordState | undefined): boolean | undefined {
  return state && (state === 'rumoured' || state === 'omnipresent');
}
