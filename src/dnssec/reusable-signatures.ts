import type { ByteBuffer } from '../dns/byte-buffer.ts';
import type { Zone } from '../zone/zone.ts';
import type { TaggedKey } from './verified-signatures.ts';

/** An RRset of the zone that is being signed: `records[start, end)` of a list of the store's record numbers. */
export interface Target {
  /** Number of the owner's name in the store. */
  readonly owner: number;
  readonly type: number;
  readonly ttl: number;
  readonly start: number;
  readonly end: number;
}

/** The signatures of an earlier signed zone, for use again over RRsets that did not change. */
export interface ReusableSignatures {
  readonly serial: number;
  /** The same after reading the earlier zone in full. */
  inFull(): ReadSignatures;
  /**
   * The earlier zone's RRset of the same owner and type if it has the same TTL and the same RDATA, else -1.
   * @param records the list that the target refers to
   */
  sameRrset(target: Target, records: Uint32Array): number;
  /**
   * Appends the RDATA of a signature over an RRset of the earlier zone that still serves: by this key, good, in its time, and not due for refresh.
   * @param refresh seconds that must be left, where that is another number than for most
   * @returns its expiration in epoch seconds, or -1 where there is none
   */
  appendSignature(rrset: number, key: TaggedKey, out: ByteBuffer, refresh?: number): number;
  /** Whether an RRset of the earlier zone has a signature with this RDATA. */
  hasSignature(rrset: number, rdata: Uint8Array): boolean;
}

/** The same where the earlier zone is read in full; RRsets have the numbers that they have there. */
export interface ReadSignatures extends ReusableSignatures {
  readonly zone: Zone;
  /** The record number of the signature that `appendSignature` appends, or -1. */
  signature(rrset: number, key: TaggedKey, refresh?: number): number;
}
