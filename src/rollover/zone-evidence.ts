import { keyTag } from '../dnssec/key-tag.ts';
import type { KeptSigner } from '../dnssec/kept-owners.ts';
import { RrsigOffset, u16At, u32At } from '../dnssec/rrsig.ts';
import { readSoa } from '../dnssec/soa.ts';
import { rdataToText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import { keyFacts, type KeyId, type KeySet, type ZoneData } from './validation.ts';

/** What a zone shows of its keys, signatures and times. TTLs in seconds, times in epoch seconds. */
export interface ZoneEvidence {
  readonly serial: number;
  readonly keySet: KeySet;
  readonly data: ZoneData;
  /** TTL of the DNSKEY RRset; of negative answers where there is none. */
  readonly dnskeyTtl: number;
  /** The largest TTL of all records, negative answers included. */
  readonly maxTtl: number;
  readonly refresh: number;
  readonly retry: number;
  readonly firstExpiration: number | undefined;
  /** How it denies; undefined where it does not. */
  readonly denial: 'nsec' | 'nsec3' | undefined;
  /** When the first signature of each key expires. */
  readonly expirations: ReadonlyMap<KeyId, number>;
}

/** How a DNSKEY's RDATA stands in state files and ledgers. */
export function keyIdOf(dnskeyRdata: Uint8Array): KeyId {
  return rdataToText(Type.DNSKEY, dnskeyRdata);
}

/**
 * Reads from a zone with an SOA record, signed or not, what a resolver may learn from it.
 * @param unpublished RDATA of keys that may sign without being in the DNSKEY RRset
 * @param kept those who signed what the zone has further owners of, without their signatures
 */
export function zoneEvidence(
  zone: Zone,
  unpublished: readonly Uint8Array[] = [],
  kept: readonly KeptSigner[] = [],
): ZoneEvidence {
  const soaRrset = zone.apexRrset(Type.SOA);
  const soa = readSoa(zone.rdatasOf(soaRrset)[0]!);
  const negativeTtl = Math.min(zone.rrsetTtls[soaRrset]!, soa.minimum);
  const dnskeyRrset = zone.apexRrset(Type.DNSKEY);
  const published = zone.rdatasOf(dnskeyRrset);
  const signers = new SignerSets([...published, ...unpublished]);
  const firstExpiration = Math.min(signers.read(zone), signers.addKept(kept));
  return {
    serial: soa.serial,
    keySet: { keys: published.map((rdata) => keyIdOf(rdata)).sort(), signers: signers.ofKeys() },
    data: { signerSets: signers.ofData() },
    dnskeyTtl: dnskeyRrset < 0 ? negativeTtl : zone.rrsetTtls[dnskeyRrset]!,
    maxTtl: zone.rrsetTtls.reduce((largest, ttl) => Math.max(largest, ttl), negativeTtl),
    refresh: soa.refresh,
    retry: soa.retry,
    firstExpiration: firstExpiration === Infinity ? undefined : firstExpiration,
    denial: denialOf(zone),
    expirations: signers.expirations,
  };
}

function denialOf(zone: Zone): ZoneEvidence['denial'] {
  if (zone.apexRrset(Type.NSEC) >= 0) return 'nsec';
  return zone.apexRrset(Type.NSEC3PARAM) >= 0 ? 'nsec3' : undefined;
}

/** Which keys sign what, found by tag and algorithm. A signature by a key that nobody knows counts for nothing. */
class SignerSets {
  readonly #ids: readonly KeyId[];
  readonly #indexOf = new Map<number, number>();
  /** Sets of key indexes as bits. */
  #keySigners = 0;
  readonly #dataSigners = new Set<number>();
  readonly expirations = new Map<KeyId, number>();

  constructor(dnskeys: readonly Uint8Array[]) {
    this.#ids = [...new Set(dnskeys.map((rdata) => keyIdOf(rdata)))];
    dnskeys.forEach((rdata) => {
      const id = keyIdOf(rdata);
      this.#indexOf.set(keyTag(rdata) * 256 + keyFacts(id).algorithm, this.#ids.indexOf(id));
    });
  }

  /** Takes in every signature of the zone; returns when the first expires, or infinity. */
  read(zone: Zone): number {
    const { store } = zone;
    const bytes = store.rdata.bytes;
    let firstExpiration = Infinity;
    for (let rank = 0; rank < zone.ownerCount; rank++) {
      const rrset = zone.findRrset(rank, Type.RRSIG);
      if (rrset < 0) continue;
      let covered = -1;
      let signers = 0;
      // Signatures are in the order of the type that they cover.
      for (let i = zone.rrsetRecords[rrset]!, end = zone.rrsetRecords[rrset + 1]!; i < end; i++) {
        const at = store.rdataOffsets[zone.records[i]!]!;
        const type = u16At(bytes, at + RrsigOffset.TypeCovered);
        if (type !== covered) {
          this.#add(covered, signers);
          covered = type;
          signers = 0;
        }
        const tag = u16At(bytes, at + RrsigOffset.KeyTag);
        const expiration = u32At(bytes, at + RrsigOffset.Expiration);
        signers |= this.#bitOf(tag, bytes[at + RrsigOffset.Algorithm]!, expiration);
        firstExpiration = Math.min(firstExpiration, expiration);
      }
      this.#add(covered, signers);
    }
    return firstExpiration;
  }

  /** Takes in signatures that all these keys made over each of some RRsets; returns when the first expires, or infinity. */
  addKept(kept: readonly KeptSigner[]): number {
    let signers = 0;
    for (const { keyTag: tag, algorithm, firstExpiration } of kept)
      signers |= this.#bitOf(tag, algorithm, firstExpiration);
    if (kept.length > 0) this.#dataSigners.add(signers);
    return Math.min(...kept.map(({ firstExpiration }) => firstExpiration));
  }

  /** The bit of a key that made a signature, 0 if nobody knows it. */
  #bitOf(tag: number, algorithm: number, expiration: number): number {
    const key = this.#indexOf.get(tag * 256 + algorithm);
    if (key === undefined) return 0;
    const id = this.#ids[key]!;
    this.expirations.set(id, Math.min(expiration, this.expirations.get(id) ?? Infinity));
    return 1 << key;
  }

  ofKeys(): KeyId[] {
    return this.#listOf(this.#keySigners);
  }

  /** The distinct sets; one empty set where nothing is signed. */
  ofData(): KeyId[][] {
    return this.#dataSigners.size === 0 ? [[]] : [...this.#dataSigners].map((set) => this.#listOf(set));
  }

  #add(type: number, signers: number): void {
    if (type < 0 || type === Type.CDS || type === Type.CDNSKEY) return;
    if (type === Type.DNSKEY) this.#keySigners = signers;
    else this.#dataSigners.add(signers);
  }

  #listOf(set: number): KeyId[] {
    return this.#ids.filter((_, index) => (set & (1 << index)) !== 0).sort();
  }
}
