import type { OwnerTexts } from '../zone/print-zone.ts';
import type { Zone } from '../zone/zone.ts';
import type { Crypto, PrivateKeyMaterial } from './crypto.ts';
import type { Denial } from './denial.ts';
import type { KeptOwners } from './kept-owners.ts';
import type { PrintedOutput } from './printed-output.ts';
import type { SerialPolicy } from './serial-policy.ts';
import type { WorkPool } from './work-pool.ts';

/** A key that signs in this publication, whether its DNSKEY is published or not. */
export interface SigningKey {
  /** RDATA of its DNSKEY, with the flags under which it signs. */
  readonly dnskeyRdata: Uint8Array;
  readonly privateKey: PrivateKeyMaterial | PremadeSignatures | LostPrivateKey;
  /** Whether it signs the DNSKEY, CDS and CDNSKEY RRsets. */
  readonly signsKeys: boolean;
  /** Whether it signs all others. */
  readonly signsZone: boolean;
  /** Whether it signs CDS and CDNSKEY though it does not sign the DNSKEY RRset; where its private half is lost, as far as it has signed them. */
  readonly signsRequests?: boolean | undefined;
}

/** In place of a key that is elsewhere: the RDATA of the RRSIGs that it made ahead, by the type that they cover. */
export interface PremadeSignatures {
  readonly kind: 'premade';
  readonly rrsigs: ReadonlyMap<number, Uint8Array>;
}

/** In place of a key that nobody has any more: what it signed in the previous output stays as it is, as long as it lasts. */
export interface LostPrivateKey {
  readonly kind: 'lost';
}

export interface SignRequest {
  readonly keys: readonly SigningKey[];
  /** Whether the zone is published without DNSSEC, for want of keys on purpose. */
  readonly isUnsigned?: boolean;
  readonly denial: Denial;
  /** Times in epoch seconds. */
  readonly now: number;
  readonly inception: number;
  readonly expiration: number;
  /** Expiration of the signatures over DNSKEY, CDS and CDNSKEY. */
  readonly dnskeyExpiration: number;
  /** By how many seconds at the most an expiration may come earlier, depending on owner and type. */
  readonly jitter: number;
  /** The same for signatures that take the place of the previous output's, so that they do not come due together again; by default as `jitter`. */
  readonly spread?: number;
  readonly serialPolicy: SerialPolicy;
  /** Serials, beside that of the previous output, that the new one must exceed. */
  readonly publishedSerials?: readonly number[];
  readonly zonemd?: 1 | 2 | undefined;
  /** Whether signatures follow from keys, data and times alone, without anything random. */
  readonly deterministic?: boolean | undefined;
  /** The output of an earlier run: its signatures are used again where they still serve. */
  readonly previous?: {
    /** As text only where it is trusted. */
    readonly zone: Zone | PrintedOutput;
    /** Whether its signatures are known to be good; else each is verified before it is used. */
    readonly trusted: boolean;
    /** Seconds: a signature with less than this left is made anew. */
    readonly refresh: number;
  };
  /** Whether the signed zone is wanted with all its records, however much of the previous output's text stays. */
  readonly wholeZone?: boolean;
}

/** What signing asks of the machine. */
export interface SignTools {
  readonly crypto: Crypto;
  readonly pool: WorkPool;
  /**
   * What may be done while other threads begin to sign, or compare the previous output, and the content is still as it was; where it fails,
   * nothing is signed.
   */
  readonly meanwhile?: (() => void) | undefined;
  /** Is told now and then how many signatures are made. */
  readonly report?: ((done: number, total: number) => void) | undefined;
}

export interface SignedZone {
  /** Without the denial and signatures of the owners that are `kept`. */
  readonly zone: Zone;
  /** Owners that stay as they are, where the previous output was given as text, unless the whole zone was wanted. */
  readonly kept?: KeptOwners | undefined;
  /** Text of owners that stay, by their rank in `zone`. */
  readonly known?: OwnerTexts | undefined;
  /** With those of the owners that are kept. */
  readonly records: number;
  readonly rrsets: number;
  /** Whether the previous output stands as it is; `zone` is that output then. */
  readonly unchanged: boolean;
  readonly serial: number;
  readonly denialRecords: number;
  readonly signaturesMade: number;
  readonly signaturesKept: number;
  /** When the first signature expires, in epoch seconds. */
  readonly firstExpiration: number;
}
