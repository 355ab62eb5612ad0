import { Type, typeName } from '../../rr/registry.ts';
import type { ZoneCheck } from './check.ts';
import { eachRecord, eachRrset, firstRecord } from './walk.ts';

/** Algorithms with which no zone should be signed any more, and digest types for DS likewise. */
const WEAK_ALGORITHMS = new Map<number, string>([
  [1, 'RSAMD5'],
  [3, 'DSA'],
  [5, 'RSASHA1'],
  [6, 'DSA-NSEC3-SHA1'],
  [7, 'RSASHA1-NSEC3-SHA1'],
  [12, 'ECC-GOST'],
]);
const WEAK_DIGESTS = new Map<number, string>([
  [1, 'SHA-1'],
  [3, 'GOST R 34.11-94'],
]);

/** NSEC3's only hash algorithm, and its octets. */
const SHA1 = 1;
const SHA1_LENGTH = 20;

/** Where CDS and CDNSKEY have their algorithm; 0 there asks the parent to delete the DS. */
const CHILD_COPIES: readonly (readonly [type: number, algorithmAt: number])[] = [
  [Type.CDS, 2],
  [Type.CDNSKEY, 3],
];

/** Records of DNSSEC that may be in a zone before it is signed. */
export const dnssecChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/ds-at-apex',
    rule: 'No DS stands at the apex: it belongs into the parent',
    severity: 'error',
    reference: 'RFC 4035 section 2.4',
    hint: 'DS records belong into the parent zone',
    find(zone, report) {
      const ds = zone.apexRrset(Type.DS);
      if (ds >= 0) report(firstRecord(zone, ds), 'a DS record stands at the apex of the zone');
    },
  },
  {
    code: 'zone/ds-without-delegation',
    rule: 'A DS stands at a delegation',
    severity: 'error',
    reference: 'RFC 4035 section 2.4',
    find(zone, report) {
      const apex = zone.rankOf(zone.origin);
      eachRrset(zone, Type.DS, (rrset, rank) => {
        if (rank === apex || zone.findRrset(rank, Type.NS) >= 0) return;
        report(firstRecord(zone, rrset), 'a DS record stands where there is no delegation');
      });
    },
  },
  {
    code: 'zone/cds-without-key',
    rule: 'CDS and CDNSKEY are of an algorithm that the DNSKEY RRset has',
    severity: 'error',
    reference: 'RFC 7344 section 4.1',
    find(zone, report) {
      const algorithms = new Set(zone.rdatasOf(zone.apexRrset(Type.DNSKEY)).map((rdata) => rdata[3]!));
      if (algorithms.size === 0) return;
      for (const [type, algorithmAt] of CHILD_COPIES) {
        const record = zone
          .recordsOf(zone.apexRrset(type))
          .find((each) => !isKnownAlgorithm(algorithms, zone.store.rdataOf(each)[algorithmAt]!));
        if (record === undefined) continue;
        const algorithm = zone.store.rdataOf(record)[algorithmAt]!;
        report(
          record,
          `a ${typeName(type)} record has algorithm ${algorithm}, but no DNSKEY of the zone has it`,
        );
      }
    },
  },
  {
    code: 'zone/cds-delete-not-alone',
    rule: 'A CDS or CDNSKEY that asks to delete the DS stands alone',
    severity: 'error',
    reference: 'RFC 8078 section 4',
    find(zone, report) {
      for (const [type, algorithmAt] of CHILD_COPIES) {
        const records = zone.recordsOf(zone.apexRrset(type));
        const record = records.find((each) => zone.store.rdataOf(each)[algorithmAt] === 0);
        if (record === undefined || records.length === 1) continue;
        report(record, `a ${typeName(type)} record that asks to delete the DS stands beside others`);
      }
    },
  },
  {
    code: 'zone/nsec3-hash-length',
    rule: 'The next hash of an NSEC3 record has the length of a hash',
    severity: 'error',
    reference: 'RFC 5155 sections 3.1.7 and 11',
    find(zone, report) {
      eachRecord(zone, Type.NSEC3, (record) => {
        const rdata = zone.store.rdataOf(record);
        const length = rdata[5 + rdata[4]!]!;
        if (rdata[0] === SHA1 && length !== SHA1_LENGTH)
          report(record, `the next hashed owner name has ${length} octets, but SHA-1 makes ${SHA1_LENGTH}`);
      });
    },
  },
  {
    code: 'zone/weak-ds',
    rule: 'No DS relies on a deprecated algorithm or digest type',
    severity: 'warning',
    reference: 'RFC 8624 sections 3.1 and 3.3',
    find(zone, report) {
      eachRecord(zone, Type.DS, (record) => {
        const [, , algorithm, digest] = zone.store.rdataOf(record);
        const weak = WEAK_ALGORITHMS.get(algorithm!) ?? WEAK_DIGESTS.get(digest!);
        if (weak !== undefined) report(record, `a DS record relies on ${weak}, which is deprecated`);
      });
    },
  },
];

function isKnownAlgorithm(algorithms: ReadonlySet<number>, algorithm: number): boolean {
  return algorithm === 0 || algorithms.has(algorithm);
}
