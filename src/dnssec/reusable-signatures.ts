import type { ByteBuffer } from '../dns/byte-buffer.ts';
import type { PreviousSignatures } from './previous-signatures.ts';
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
  /** The same for an earlier zone that is read in full, if it is not yet. */
  inFull(): PreviousSignatures;
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
