import { isAtOrBelow, isWildcard, nameToText } from '../dns/name.ts';
import type { SourceLocation } from '../errors.ts';
import { Class, Type, typeByCode, typeName } from '../rr/registry.ts';
import { findDnsServiceFault, findMissingMandatory, isAliasWithParameters } from './svcb-checks.ts';
import type { RecordStore } from './record-store.ts';
import { TargetLookup, TargetStatus } from './target-lookup.ts';
import { OwnerStatus, type Zone } from './zone.ts';

export type Severity = 'error' | 'warning';

/** Something in a zone that breaks a rule, or makes one doubt. */
export interface ZoneProblem {
  /** Stable, for scripts. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly location: SourceLocation | undefined;
  readonly owner: string;
  readonly type: string | undefined;
  readonly hint: string | undefined;
  /** The RFC section that has the rule. */
  readonly reference: string;
  /** How many more problems of this code were found and are not in the list. */
  readonly more?: number;
}

export interface ZoneCheckOptions {
  /** Largest TTL that is allowed, in seconds. */
  readonly maxTtl?: number;
  /** How many problems of one code are listed; the last one says how many more there are. 100 by default. */
  readonly limit?: number;
}

/** One rule about whole zones. */
export interface ZoneCheck {
  readonly code: string;
  /** What must hold, as a sentence without its period. */
  readonly rule: string;
  readonly severity: Severity;
  readonly reference: string;
  readonly hint?: string;
  readonly find: (zone: Zone, report: Report, context: CheckContext) => void;
}

/** What checks share. */
interface CheckContext extends ZoneCheckOptions {
  /** Name servers of the apex and of delegations that the zone says something bad about. */
  readonly nameServerFaults: () => readonly NameServerFault[];
}

interface NameServerFault {
  /** The NS record, and the rank of its owner. */
  readonly record: number;
  readonly rank: number;
  readonly status: TargetStatus;
  /** The rank of the delegation at or above the name server, or -1. */
  readonly cut: number;
}

/** Takes a problem with a record, or with the apex (record -1), where something of `type` is missing. */
type Report = (record: number, message: string, type?: number) => void;

const DEFAULT_LIMIT = 100;

/** Octets of a message over TCP, of its header, and of a record's type, class, TTL and RDATA length. */
const MAX_MESSAGE = 0xffff;
const MESSAGE_HEADER = 12;
const RECORD_HEADER = 10;
/** Shorter RDATA fits with any owner. */
const LARGE_RDATA = 0xfe00;

/** May stand beside a CNAME (RFC 4035 section 2.5); KEY, SIG and NXT by RFC 2181 section 10.1. */
const BESIDE_CNAME = new Set<number>([Type.CNAME, Type.RRSIG, Type.NSEC, Type.KEY, Type.SIG, Type.NXT]);
/** What signing makes: with a DNAME at the apex, NSEC3 stands below it. */
const MADE_BY_SIGNING = new Set<number>([Type.RRSIG, Type.NSEC, Type.NSEC3]);
/** May stand at a zone cut, addresses as glue. CNAME and DNAME may not, but have checks of their own. */
const AT_CUT = new Set<number>([
  Type.NS,
  Type.DS,
  Type.A,
  Type.AAAA,
  Type.RRSIG,
  Type.NSEC,
  Type.NXT,
  Type.KEY,
  Type.CNAME,
  Type.DNAME,
]);
/** May stand below a zone cut: what stands there is either glue or an older cut. */
const BELOW_CUT = new Set<number>([Type.A, Type.AAAA, Type.NS, Type.DS]);

const APEX_ONLY = new Map<number, string>([
  [Type.DNSKEY, 'RFC 4035 section 2.1'],
  [Type.NSEC3PARAM, 'RFC 5155 section 4'],
  [Type.CDS, 'RFC 7344 section 4.1'],
  [Type.CDNSKEY, 'RFC 7344 section 4.1'],
  [Type.CSYNC, 'RFC 7477 section 2'],
  [Type.ZONEMD, 'RFC 8976 section 2'],
]);

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

/** Every rule, what a signer must refuse first. */
export const zoneChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/no-soa',
    rule: 'A zone has an SOA record at its apex',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    hint: 'check the zone name (-z), or add an SOA record at the apex',
    find(zone, report) {
      if (zone.apexRrset(Type.SOA) < 0) report(-1, 'the zone has no SOA record', Type.SOA);
    },
  },
  {
    code: 'zone/several-soas',
    rule: 'A zone has one SOA record',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    find(zone, report) {
      const soa = zone.apexRrset(Type.SOA);
      if (recordCount(zone, soa) > 1) report(lastInFile(zone, soa), 'the zone has two different SOA records');
    },
  },
  {
    code: 'zone/soa-not-at-apex',
    rule: 'No SOA record stands below the apex',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    find(zone, report) {
      const apex = zone.rankOf(zone.origin);
      eachRrset(zone, Type.SOA, (rrset, rank) => {
        if (rank !== apex)
          report(firstRecord(zone, rrset), 'an SOA record stands below the apex of the zone');
      });
    },
  },
  {
    code: 'zone/no-ns',
    rule: 'A zone has NS records at its apex',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    find(zone, report) {
      if (zone.apexRrset(Type.NS) < 0) report(-1, 'the zone has no NS record at its apex', Type.NS);
    },
  },
  {
    code: 'zone/cname-and-other-data',
    rule: 'A CNAME stands alone',
    severity: 'error',
    reference: 'RFC 1034 section 3.6.2',
    hint: 'take away the CNAME or the other records of this name',
    find(zone, report) {
      eachRrset(zone, Type.CNAME, (cname, rank) => {
        const other = findOtherRrset(zone, rank, BESIDE_CNAME);
        if (other < 0) return;
        const record = Math.max(firstRecord(zone, cname), firstRecord(zone, other));
        report(record, `a CNAME stands beside other data (${typeName(zone.rrsetTypes[other]!)})`);
      });
    },
  },
  {
    code: 'zone/singleton',
    rule: 'Types of which a name has one record have one (CNAME, DNAME and the like)',
    severity: 'error',
    reference: 'RFC 2181 section 10.1, RFC 6672 section 2.4',
    find(zone, report) {
      const apexSoa = zone.apexRrset(Type.SOA);
      for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
        const count = recordCount(zone, rrset);
        if (count === 1 || rrset === apexSoa || typeByCode(zone.rrsetTypes[rrset]!)?.singleton !== true)
          continue;
        const type = typeName(zone.rrsetTypes[rrset]!);
        report(lastInFile(zone, rrset), `the name has ${count} different ${type} records, but may have one`);
      }
    },
  },
  {
    code: 'zone/dname-and-ns',
    rule: 'No DNAME stands beside the NS records of a delegation',
    severity: 'error',
    reference: 'RFC 6672 section 2.3',
    find(zone, report) {
      eachRrset(zone, Type.DNAME, (dname, rank) => {
        if (zone.ownerStatus[rank] !== OwnerStatus.Delegation) return;
        const record = Math.max(firstRecord(zone, dname), firstRecord(zone, zone.findRrset(rank, Type.NS)));
        report(record, 'a DNAME stands beside NS records below the apex');
      });
    },
  },
  {
    code: 'zone/below-dname',
    rule: 'Nothing stands below a DNAME',
    severity: 'error',
    reference: 'RFC 6672 section 2.4',
    hint: 'resolvers never see this record: the DNAME above it redirects the name',
    find(zone, report) {
      eachOccluded(zone, (rank, cut) => {
        if (zone.ownerStatus[cut] === OwnerStatus.Delegation) return;
        const rrset = findOtherRrset(zone, rank, MADE_BY_SIGNING);
        if (rrset < 0) return;
        report(
          firstRecord(zone, rrset),
          `the name is below the DNAME at ${ownerText(zone, cut)}, where nothing may stand`,
        );
      });
    },
  },
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
      for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
        const first = zone.rrsetRecords[rrset]!;
        const end = zone.rrsetRecords[rrset + 1]!;
        if (end - first < 2 || zone.rrsetTypes[rrset] === Type.RRSIG) continue;
        // Owners behind the first are two octets that point to it.
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
    code: 'zone/ns-is-alias',
    rule: 'A name server is no alias',
    severity: 'error',
    reference: 'RFC 2181 section 10.3',
    hint: 'an NS record must name a host that has address records itself',
    find(zone, report, { nameServerFaults }) {
      for (const { record, status } of nameServerFaults()) {
        if (status === TargetStatus.Alias)
          report(record, `the name server ${targetText(zone, record, 0)} is an alias`);
      }
    },
  },
  {
    code: 'zone/ns-without-address',
    rule: 'A name server in the zone has an address',
    severity: 'error',
    reference: 'RFC 2181 section 10.3',
    hint: 'add an A or AAAA record for the name server',
    find(zone, report, { nameServerFaults }) {
      for (const { record, status } of nameServerFaults()) {
        if (status === TargetStatus.NoAddress)
          report(record, `the name server ${targetText(zone, record, 0)} has no address in this zone`);
      }
    },
  },
  {
    code: 'zone/missing-glue',
    rule: 'A name server below its own delegation has glue',
    severity: 'error',
    reference: 'RFC 9471 section 2.1',
    hint: 'add A or AAAA records for the name server: nobody can find it without them',
    find(zone, report, { nameServerFaults }) {
      for (const { record, rank, status, cut } of nameServerFaults()) {
        if (status === TargetStatus.BelowCut && cut === rank)
          report(record, `the name server ${targetText(zone, record, 0)} of this delegation has no glue`);
      }
    },
  },
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
    code: 'zone/svcb-for-dns',
    rule: 'SVCB records for DNS servers have the parameters that they need',
    severity: 'error',
    reference: 'RFC 9461 sections 4 and 5',
    find(zone, report) {
      eachRecord(zone, Type.SVCB, (record) => {
        const { names, owners } = zone.store;
        const fault = findDnsServiceFault(names.view(owners[record]!), zone.store.rdataOf(record));
        if (fault !== undefined) report(record, fault);
      });
    },
  },
  {
    code: 'zone/svcb-mandatory',
    rule: 'Parameters that an SVCB or HTTPS record calls mandatory are there',
    severity: 'error',
    reference: 'RFC 9460 section 8',
    find(zone, report) {
      for (const type of [Type.SVCB, Type.HTTPS]) {
        eachRecord(zone, type, (record) => {
          const missing = findMissingMandatory(zone.store.rdataOf(record));
          if (missing >= 0) report(record, `"mandatory" names key ${missing}, which is missing`);
        });
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
  {
    code: 'zone/mx-target',
    rule: 'A mail server is no alias, and has an address if it is in the zone',
    severity: 'warning',
    reference: 'RFC 2181 section 10.3, RFC 5321 section 5.1',
    find: (zone, report) => checkHosts(zone, report, Type.MX, 2),
  },
  {
    code: 'zone/srv-target',
    rule: 'The target of an SRV record is no alias, and has an address if it is in the zone',
    severity: 'warning',
    reference: 'RFC 2782',
    find: (zone, report) => checkHosts(zone, report, Type.SRV, 6),
  },
  {
    code: 'zone/occluded',
    rule: 'Nothing but glue stands at or below a delegation',
    severity: 'warning',
    reference: 'RFC 2136 section 7.18',
    hint: 'resolvers never see this record: the delegation leads them to other servers',
    find(zone, report) {
      for (let rank = 0; rank < zone.ownerCount; rank++) {
        if (zone.ownerStatus[rank] !== OwnerStatus.Delegation) continue;
        const rrset = findOtherRrset(zone, rank, AT_CUT);
        if (rrset >= 0)
          report(
            firstRecord(zone, rrset),
            `${typeName(zone.rrsetTypes[rrset]!)} data stands at a delegation`,
          );
      }
      eachOccluded(zone, (rank, cut) => {
        if (zone.ownerStatus[cut] !== OwnerStatus.Delegation) return;
        const rrset = findOtherRrset(zone, rank, BELOW_CUT);
        if (rrset < 0) return;
        const type = typeName(zone.rrsetTypes[rrset]!);
        report(
          firstRecord(zone, rrset),
          `${type} data stands below the delegation of ${ownerText(zone, cut)}`,
        );
      });
    },
  },
  {
    code: 'zone/not-at-apex',
    rule: 'Types that mean something at the apex alone stand there',
    severity: 'warning',
    reference:
      'RFC 4035 section 2.1, RFC 5155 section 4, RFC 7344 section 4.1, RFC 7477 section 2, RFC 8976 section 2',
    find(zone, report) {
      const apex = zone.rankOf(zone.origin);
      for (const [type, reference] of APEX_ONLY) {
        eachRrset(zone, type, (rrset, rank) => {
          if (rank === apex || zone.ownerStatus[rank] === OwnerStatus.Occluded) return;
          report(
            firstRecord(zone, rrset),
            `a ${typeName(type)} record has a meaning at the apex only (${reference})`,
          );
        });
      }
    },
  },
  {
    code: 'zone/wildcard-delegation',
    rule: 'No NS or DNAME stands at a wildcard',
    severity: 'warning',
    reference: 'RFC 4592 sections 4.2 and 4.4',
    find(zone, report) {
      for (const type of [Type.NS, Type.DNAME]) {
        eachRrset(zone, type, (rrset, rank) => {
          const { names } = zone.store;
          if (!isWildcard(names.wire.bytes, names.offsets[zone.ownerNames[rank]!])) return;
          report(
            firstRecord(zone, rrset),
            `what ${typeName(type)} records at a wildcard mean is not defined`,
          );
        });
      }
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
  {
    code: 'zone/uri-without-target',
    rule: 'A URI record has a target',
    severity: 'warning',
    reference: 'RFC 7553 section 4.4',
    find(zone, report) {
      eachRecord(zone, Type.URI, (record) => {
        if (zone.store.rdataLengths[record] === 4) report(record, 'a URI record has an empty target');
      });
    },
  },
  {
    code: 'zone/alias-parameters',
    rule: 'An SVCB or HTTPS record in AliasMode has no parameters',
    severity: 'warning',
    reference: 'RFC 9460 section 2.4.2',
    find(zone, report) {
      for (const type of [Type.SVCB, Type.HTTPS]) {
        eachRecord(zone, type, (record) => {
          if (isAliasWithParameters(zone.store.rdataOf(record)))
            report(record, `the parameters of a ${typeName(type)} record in AliasMode are ignored`);
        });
      }
    },
  },
];

/** Where CDS and CDNSKEY have their algorithm; 0 there asks the parent to delete the DS. */
const CHILD_COPIES: readonly (readonly [type: number, algorithmAt: number])[] = [
  [Type.CDS, 2],
  [Type.CDNSKEY, 3],
];

/** Applies every check to a zone: errors first, in the order of the table. */
export function checkZone(zone: Zone, options: ZoneCheckOptions = {}): ZoneProblem[] {
  let faults: NameServerFault[] | undefined;
  const context = { ...options, nameServerFaults: () => (faults ??= findNameServerFaults(zone)) };
  return zoneChecks.flatMap((check) => runCheck(check, zone, context));
}

/** The records whose owner is neither the origin nor below it. A zone must be indexed without them. */
export function outOfZoneRecords(store: RecordStore, origin: Uint8Array): number[] {
  const { names, owners } = store;
  const outside = new Uint8Array(names.count);
  let found = false;
  for (let id = 0; id < names.count; id++) {
    if (isAtOrBelow(names.wire.bytes, names.offsets[id]!, origin)) continue;
    outside[id] = 1;
    found = true;
  }
  const records: number[] = [];
  if (!found) return records;
  for (let record = 0; record < store.count; record++)
    if (outside[owners[record]!] === 1) records.push(record);
  return records;
}

/** What to say of records that `outOfZoneRecords` found: errors, or warnings where they are dropped. */
export function outOfZoneProblems(
  store: RecordStore,
  origin: Uint8Array,
  records: readonly number[],
  severity: Severity,
  limit = DEFAULT_LIMIT,
): ZoneProblem[] {
  const list = new ProblemList(
    {
      code: 'zone/out-of-zone',
      severity,
      reference: 'RFC 1035 section 5.2',
      ...(severity === 'error' && {
        hint: 'check $ORIGIN and final dots, or drop such records with --drop-out-of-zone',
      }),
    },
    store,
    origin,
    limit,
  );
  const dropped = severity === 'warning' ? ' and is dropped' : '';
  for (const record of records)
    list.add(record, `the record is outside of the zone ${nameToText(origin)}${dropped}`);
  return list.problems();
}

function runCheck(check: ZoneCheck, zone: Zone, context: CheckContext): ZoneProblem[] {
  const list = new ProblemList(check, zone.store, zone.origin, context.limit ?? DEFAULT_LIMIT, zone);
  check.find(zone, (record, message, type) => list.add(record, message, type), context);
  return list.problems();
}

/** Collects the problems of one code, up to a limit. */
class ProblemList {
  readonly #check: Omit<ZoneCheck, 'find' | 'rule'>;
  readonly #store: RecordStore;
  readonly #origin: Uint8Array;
  readonly #limit: number;
  /** Some record that was read from the file, for what concerns the zone as a whole; or -1. */
  readonly #anyRecord: number;
  readonly #problems: ZoneProblem[] = [];
  #more = 0;

  constructor(
    check: Omit<ZoneCheck, 'find' | 'rule'>,
    store: RecordStore,
    origin: Uint8Array,
    limit: number,
    zone?: Zone,
  ) {
    this.#check = check;
    this.#store = store;
    this.#origin = origin;
    this.#limit = limit;
    this.#anyRecord = zone?.records.find((record) => store.lines[record]! > 0) ?? -1;
  }

  add(record: number, message: string, type?: number): void {
    if (this.#problems.length >= this.#limit) {
      this.#more++;
      return;
    }
    const { code, severity, reference, hint } = this.#check;
    const store = this.#store;
    const place = record < 0 ? this.#anyRecord : record;
    const shownType = type ?? (record < 0 ? undefined : store.types[record]!);
    this.#problems.push({
      code,
      severity,
      message,
      location: (place < 0 ? undefined : store.locationOf(place)) ?? store.startLocation(),
      owner: nameToText(record < 0 ? this.#origin : store.names.view(store.owners[record]!)),
      type: shownType === undefined ? undefined : typeName(shownType),
      hint,
      reference,
    });
  }

  problems(): ZoneProblem[] {
    const last = this.#problems.at(-1);
    if (last === undefined || this.#more === 0) return this.#problems;
    return [...this.#problems.slice(0, -1), { ...last, more: this.#more }];
  }
}

/** Calls back for each RRset of a type, with the rank of its owner. */
function eachRrset(zone: Zone, type: number, visit: (rrset: number, rank: number) => void): void {
  for (const rrset of zone.rrsetsOfType(type)) visit(rrset, zone.rrsetOwners[rrset]!);
}

function eachRecord(zone: Zone, type: number, visit: (record: number, rank: number) => void): void {
  eachRrset(zone, type, (rrset, rank) => {
    const end = zone.rrsetRecords[rrset + 1]!;
    for (let i = zone.rrsetRecords[rrset]!; i < end; i++) visit(zone.records[i]!, rank);
  });
}

/** Calls back for each occluded owner, with the rank of the delegation or DNAME above it. */
function eachOccluded(zone: Zone, visit: (rank: number, cut: number) => void): void {
  const mayHaveDname = zone.rrsetsOfType(Type.DNAME).length > 0;
  let cut = -1;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const status = zone.ownerStatus[rank];
    if (status === OwnerStatus.Occluded) visit(rank, cut);
    else if (status === OwnerStatus.Delegation || (mayHaveDname && zone.findRrset(rank, Type.DNAME) >= 0))
      cut = rank;
  }
}

function findNameServerFaults(zone: Zone): NameServerFault[] {
  const faults: NameServerFault[] = [];
  if (zone.zoneClass !== Class.IN) return faults;
  const lookup = new TargetLookup(zone);
  const { rdata, rdataOffsets } = zone.store;
  eachRecord(zone, Type.NS, (record, rank) => {
    if (zone.ownerStatus[rank] === OwnerStatus.Occluded) return;
    const status = lookup.find(rdata.bytes, rdataOffsets[record]!);
    if (status === TargetStatus.Outside || status === TargetStatus.HasAddress) return;
    faults.push({ record, rank, status, cut: lookup.cut });
  });
  return faults;
}

/** Checks that the host at `nameAt` in the RDATA of each record of `type` is no alias and has an address. */
function checkHosts(zone: Zone, report: Report, type: number, nameAt: number): void {
  if (zone.zoneClass !== Class.IN) return;
  const lookup = new TargetLookup(zone);
  const { rdata, rdataOffsets } = zone.store;
  eachRecord(zone, type, (record, rank) => {
    const at = rdataOffsets[record]! + nameAt;
    // "." says that there is no such service (RFC 7505, RFC 2782).
    if (zone.ownerStatus[rank] !== OwnerStatus.Authoritative || rdata.bytes[at] === 0) return;
    const status = lookup.find(rdata.bytes, at);
    const target = (): string => targetText(zone, record, nameAt);
    if (status === TargetStatus.Alias) report(record, `the ${typeName(type)} target ${target()} is an alias`);
    else if (status === TargetStatus.NoAddress)
      report(record, `the ${typeName(type)} target ${target()} has no address in this zone`);
  });
}

function isKnownAlgorithm(algorithms: ReadonlySet<number>, algorithm: number): boolean {
  return algorithm === 0 || algorithms.has(algorithm);
}

function firstRecord(zone: Zone, rrset: number): number {
  return zone.records[zone.rrsetRecords[rrset]!]!;
}

function recordCount(zone: Zone, rrset: number): number {
  return rrset < 0 ? 0 : zone.rrsetRecords[rrset + 1]! - zone.rrsetRecords[rrset]!;
}

/** The record of an RRset that was read last: the one too many. */
function lastInFile(zone: Zone, rrset: number): number {
  return zone.recordsOf(rrset).reduce((last, record) => Math.max(last, record));
}

/** The first RRset of an owner whose type is not in the set, or -1. */
function findOtherRrset(zone: Zone, rank: number, types: ReadonlySet<number>): number {
  const end = zone.ownerRrsets[rank + 1]!;
  for (let rrset = zone.ownerRrsets[rank]!; rrset < end; rrset++) {
    if (!types.has(zone.rrsetTypes[rrset]!)) return rrset;
  }
  return -1;
}

function ownerText(zone: Zone, rank: number): string {
  return nameToText(zone.ownerOf(rank));
}

function targetText(zone: Zone, record: number, nameAt: number): string {
  return nameToText(zone.store.rdata.bytes, zone.store.rdataOffsets[record]! + nameAt);
}
