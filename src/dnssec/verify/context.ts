import { nameToText } from '../../dns/name.ts';
import { Type, typeName } from '../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../zone/zone.ts';
import type { Crypto } from '../crypto.ts';
import { FINDINGS, type Finding, type FindingCode } from './findings.ts';

/** What is to be verified, and against what. */
export interface VerifyZoneOptions {
  /** The time at which signatures must be valid, in epoch seconds. */
  readonly at: number;
  /** How many seconds signatures must still be valid at that time. */
  readonly minimumValidity?: number;
  /** RDATA of the DS records that the parent has or shall have. */
  readonly ds?: readonly Uint8Array[];
  readonly trustAnchors?: readonly TrustAnchor[];
  /** Records of the store that are outside of the zone, and not in its index. */
  readonly outOfZone?: readonly number[];
  /** Whether the zone is to be checked as one that nobody has signed yet. */
  readonly unsigned?: boolean;
}

export interface TrustAnchor {
  readonly type: typeof Type.DS | typeof Type.DNSKEY;
  readonly rdata: Uint8Array;
}

/** Where a finding is: an RRset, or only an owner and a type. */
export interface Place {
  /** In wire form. */
  readonly owner: Uint8Array;
  readonly type: number;
  /** A record of the store, for the location. */
  readonly record?: number;
}

/** Details of a finding beside its place. */
export type Details = Partial<Pick<Finding, 'keyTag' | 'algorithm' | 'found' | 'expected'>>;

/** What every check needs: the zone, what it is verified against, and where findings go. */
export class VerifyContext {
  readonly zone: Zone;
  readonly crypto: Crypto;
  readonly options: VerifyZoneOptions;
  /** Rank of the apex; -1 where it has no records. */
  readonly apex: number;
  readonly findings: Finding[] = [];

  constructor(zone: Zone, crypto: Crypto, options: VerifyZoneOptions) {
    this.zone = zone;
    this.crypto = crypto;
    this.options = options;
    this.apex = zone.rankOf(zone.origin);
  }

  report(code: FindingCode, place: Place, details: Details = {}): void {
    this.findings.push(this.finding(code, place, details));
  }

  /** A finding that is not reported, or not yet. */
  finding(code: FindingCode, { owner, type, record }: Place, details: Details = {}): Finding {
    const location = record === undefined ? undefined : this.zone.store.locationOf(record);
    const { found = '', expected = '', ...rest } = details;
    return {
      code,
      owner: nameToText(owner),
      type: typeName(type),
      ...rest,
      found,
      expected,
      ...FINDINGS[code],
      ...(location === undefined ? {} : { location }),
    };
  }

  /** The place of an RRset. */
  rrsetPlace(rank: number, rrset: number): Place {
    const { zone } = this;
    return {
      owner: zone.ownerOf(rank),
      type: zone.rrsetTypes[rrset]!,
      record: zone.records[zone.rrsetRecords[rrset]!]!,
    };
  }

  /** The apex under a type, with the record if the zone has one. */
  apexPlace(type: number): Place {
    const rrset = this.zone.apexRrset(type);
    return rrset < 0 ? { owner: this.zone.origin, type } : this.rrsetPlace(this.apex, rrset);
  }
}

/** Whether an RRset of this type may and must be signed at an owner of this status (RFC 4035 section 2.2). */
export function isSignedType(status: number, type: number): boolean {
  if (type === Type.RRSIG) return false;
  // They stand below the apex even where a DNAME at the apex occludes all else.
  if (type === Type.NSEC3) return true;
  switch (status) {
    case OwnerStatus.Authoritative:
      return true;
    case OwnerStatus.Delegation:
      return type === Type.DS || type === Type.NSEC;
    default:
      return false;
  }
}
