import { Type, typeName } from '../../rr/registry.ts';
import type { RecordStore } from '../record-store.ts';
import type { ZoneCheck } from './check.ts';
import { firstRecord } from './walk.ts';

/** Octets of a message over TCP, of its header, and of a record's type, class, TTL and RDATA length. */
const MAX_MESSAGE = 0xffff;
const MESSAGE_HEADER = 12;
const RECORD_HEADER = 10;
/** Shorter RDATA fits with any owner. */
const LARGE_RDATA = 0xfe00;

/** Sizes and TTLs. */
export const sizeChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/ttl-too-large',
    rule: 'No TTL is above the maximum that the user set',
    severity: 'error',
    reference: 'the option --max-ttl',
    find(zone, report, { maxTtl }) {
      if (maxTtl === undefined) return;
      const { ttls, lines } = zone.store;
      for (const record of zone.records) {
        // What signing adds has no line, and its TTL from elsewhere.
        if (ttls[record]! > maxTtl && lines[record] !== 0)
          report(record, `the TTL ${ttls[record]!} is above the maximum of ${maxTtl}`);
      }
    },
  },
  {
    code: 'zone/record-too-large',
    rule: 'A record fits into a DNS message',
    severity: 'error',
    reference: 'RFC 1035 section 4.2.2',
    find(zone, report) {
      const { rdataLengths, names, owners } = zone.store;
      if (longestRdata(zone.store) < LARGE_RDATA) return;
      for (const record of zone.records) {
        const length = rdataLengths[record]!;
        if (length < LARGE_RDATA) continue;
        const total = MESSAGE_HEADER + names.view(owners[record]!).length + RECORD_HEADER + length;
        if (total > MAX_MESSAGE)
          report(record, `RDATA of ${length} octets makes the record too large for a DNS message`);
      }
    },
  },
  {
    code: 'zone/rrset-too-large',
    rule: 'An RRset fits into a DNS message',
    severity: 'error',
    reference: 'RFC 1035 section 4.2.2, RFC 2181 section 5',
    hint: 'no server can answer with so many records at once: spread them over several names',
    find(zone, report) {
      const { rdataLengths } = zone.store;
      // Owners behind the first are two octets that point to it.
      const most = 2 + RECORD_HEADER + longestRdata(zone.store);
      for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
        const first = zone.rrsetRecords[rrset]!;
        const end = zone.rrsetRecords[rrset + 1]!;
        // Most need no look at their records, which lie here and there.
        if (end - first < 2 || (end - first) * most < LARGE_RDATA || zone.rrsetTypes[rrset] === Type.RRSIG)
          continue;
        let records = 0;
        for (let i = first; i < end; i++) records += 2 + RECORD_HEADER + rdataLengths[zone.records[i]!]!;
        if (records < LARGE_RDATA) continue;
        if (MESSAGE_HEADER + zone.ownerOf(zone.rrsetOwners[rrset]!).length + records > MAX_MESSAGE)
          report(
            firstRecord(zone, rrset),
            `the ${end - first} ${typeName(zone.rrsetTypes[rrset]!)} records of this name do not fit into a DNS message`,
          );
      }
    },
  },
  {
    code: 'zone/mixed-ttls',
    rule: 'The records of an RRset have one TTL',
    severity: 'warning',
    reference: 'RFC 2181 section 5.2',
    hint: 'the lowest TTL is taken for all of them',
    find(zone, report) {
      for (const rrset of zone.mixedTtls) {
        const type = typeName(zone.rrsetTypes[rrset]!);
        report(firstRecord(zone, rrset), `the ${type} records of this name have different TTLs`);
      }
    },
  },
];

/** Octets. */
function longestRdata({ rdataLengths, count }: RecordStore): number {
  let longest = 0;
  for (let record = 0; record < count; record++)
    if (rdataLengths[record]! > longest) longest = rdataLengths[record]!;
  return longest;
}
