import { sameName } from '../dns/name.ts';
import { sameOctets } from '../dns/octets.ts';
import { Type } from '../rr/registry.ts';
import type { RecordStore } from '../zone/record-store.ts';
import { Zone } from '../zone/zone.ts';
import { nsec3ParamRdata, type Denial } from './denial.ts';
import { readDnskey } from './dnskey.ts';
import { readDs } from './ds.ts';
import { keyTag } from './key-tag.ts';
import { writeZonemd, zonemdHash, ZONEMD_SIMPLE } from './zonemd.ts';

/** What signing makes itself and therefore never takes from the input. */
const MADE_BY_SIGNING = new Set<number>([Type.RRSIG, Type.NSEC, Type.NSEC3]);
/** The same at the apex. */
const MADE_AT_APEX = new Set<number>([Type.NSEC3PARAM, Type.ZONEMD]);
/** 1 for each type that has to be looked at, so that the others are passed over at once. */
const MAY_BE_DROPPED = new Uint8Array(1 << 16);
for (const type of [...MADE_BY_SIGNING, ...MADE_AT_APEX, Type.DNSKEY, Type.CDS, Type.CDNSKEY])
  MAY_BE_DROPPED[type] = 1;

export interface ContentRequest {
  readonly origin: Uint8Array;
  readonly zoneClass: number;
  /** Records of the store that are not the zone's, such as those that were found out of zone. */
  readonly leaveOut?: ReadonlySet<number>;
  /** DNSKEY RDATA of all our own keys: what the input has of them is dropped, others' keys stay (RFC 8901). */
  readonly ownKeys: readonly Uint8Array[];
  /** Whether the same holds for what the input has of CDS and CDNSKEY, those that ask for no DS at all included: then a rotation state decides about them. */
  readonly ownsChildRecords?: boolean | undefined;
  /** Records for the apex: the DNSKEYs of this publication, CDS, CDNSKEY. */
  readonly apexRecords: readonly {
    readonly type: number;
    readonly ttl: number;
    readonly rdata: Uint8Array;
  }[];
  readonly denial: Denial;
  readonly zonemd?: 1 | 2 | undefined;
}

export interface ZoneContent {
  readonly zone: Zone;
  /** How many records of each type were dropped because signing makes them. */
  readonly dropped: ReadonlyMap<number, number>;
}

/**
 * Brings the records of an input to the content that is to be signed: without earlier signatures and denial, with the keys and parameters of
 * this publication. ZONEMD gets a record whose digest is still zero.
 */
export function zoneContent(store: RecordStore, request: ContentRequest): ZoneContent {
  const dropped = new Map<number, number>();
  const leaveOut = new Set(request.leaveOut);
  const isAtApex = (record: number): boolean =>
    sameName(store.names.view(store.owners[record]!), request.origin);
  for (let record = 0; record < store.count; record++) {
    const type = store.types[record]!;
    if (MAY_BE_DROPPED[type] === 0) continue;
    const isDropped =
      MADE_BY_SIGNING.has(type) ||
      (MADE_AT_APEX.has(type) && isAtApex(record)) ||
      (type === Type.DNSKEY && isOwnKey(store.rdataOf(record), request.ownKeys)) ||
      (request.ownsChildRecords === true && isOwnChild(type, () => store.rdataOf(record), request.ownKeys));
    if (!isDropped) continue;
    leaveOut.add(record);
    dropped.set(type, (dropped.get(type) ?? 0) + 1);
  }
  const { origin, zoneClass, denial } = request;
  for (const { type, ttl, rdata } of request.apexRecords) store.addRecord(origin, type, ttl, rdata);
  // Nobody asks for the TTL of NSEC3PARAM: that of the SOA is as good as any.
  const soaTtl = apexSoaTtl(store, isAtApex);
  if (denial.kind === 'nsec3') store.addRecord(origin, Type.NSEC3PARAM, soaTtl, nsec3ParamRdata(denial));
  if (request.zonemd !== undefined) {
    const digest = new Uint8Array(zonemdHash(request.zonemd)!.length);
    const zonemd = { serial: 0, scheme: ZONEMD_SIMPLE, hashAlgorithm: request.zonemd, digest };
    store.addRecord(origin, Type.ZONEMD, soaTtl, writeZonemd(zonemd));
  }
  const keep = (record: number): boolean => !leaveOut.has(record);
  return { zone: new Zone(store, { origin, zoneClass, ...(leaveOut.size > 0 && { keep }) }), dropped };
}

/** Whether a DNSKEY is one of ours, its flags aside: a revoked key is the same key. */
function isOwnKey(rdata: Uint8Array, ownKeys: readonly Uint8Array[]): boolean {
  const key = readDnskey(rdata);
  return ownKeys.some((own) => {
    const { algorithm, publicKey } = readDnskey(own);
    return algorithm === key.algorithm && sameOctets(publicKey, key.publicKey);
  });
}

/** Whether a record is a CDS or CDNSKEY of one of our keys, or asks for no DS at all (RFC 8078 section 4). */
function isOwnChild(type: number, rdata: () => Uint8Array, ownKeys: readonly Uint8Array[]): boolean {
  if (type === Type.CDNSKEY) return readDnskey(rdata()).algorithm === 0 || isOwnKey(rdata(), ownKeys);
  if (type !== Type.CDS) return false;
  const ds = readDs(rdata());
  return (
    ds.algorithm === 0 ||
    ownKeys.some((own) => ds.keyTag === keyTag(own) && ds.algorithm === readDnskey(own).algorithm)
  );
}

function apexSoaTtl(store: RecordStore, isAtApex: (record: number) => boolean): number {
  for (let record = 0; record < store.count; record++) {
    if (store.types[record] === Type.SOA && isAtApex(record)) return store.ttls[record]!;
  }
  return 0;
}
