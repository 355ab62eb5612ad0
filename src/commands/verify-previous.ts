import { nameToText } from '../dns/name.ts';
import { serialGreater } from '../dns/serial.ts';
import { printDuration } from '../dns/time.ts';
import { dsMatches, readDs } from '../dnssec/ds.ts';
import { SEP_FLAG } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { RrsigOffset, u16At } from '../dnssec/rrsig.ts';
import type { VerifyContext } from '../dnssec/verify/context.ts';
import { inputError } from '../errors.ts';
import { Type, typeName } from '../rr/registry.ts';
import { DEFAULT_POLICY } from '../rollover/policy.ts';
import { describeFault } from '../rollover/words.ts';
import {
  keyFacts,
  validate,
  type DsSet,
  type Fault,
  type KeyId,
  type KeySet,
} from '../rollover/validation.ts';
import { keyIdOf, zoneEvidence, type ZoneEvidence } from '../rollover/zone-evidence.ts';
import { outOfZoneRecords } from '../zone/checks.ts';
import { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { propagationOf } from './found-zone.ts';
import { readZoneFile, type ReadZoneOptions } from './read-zone.ts';

/** An earlier version of the zone, which caches may still hold parts of. */
export interface PreviousZone {
  readonly file: string;
  readonly zone: Zone;
}

/**
 * Reads earlier versions of a zone.
 * @throws ZonewrightError `verify/other-zone` for one that has no SOA of this name
 */
export async function readPrevious(
  paths: readonly string[],
  name: Uint8Array,
  { includePaths }: Pick<ReadZoneOptions, 'includePaths'>,
  environment: Environment,
): Promise<PreviousZone[]> {
  const previous: PreviousZone[] = [];
  for (const path of paths) {
    const { store, zoneClass, file } = await readZoneFile(path, { zone: name, includePaths }, environment);
    const outside = new Set(outOfZoneRecords(store, name));
    const zone = new Zone(store, { origin: name, zoneClass, keep: (record) => !outside.has(record) });
    if (zone.apexRrset(Type.SOA) < 0) {
      const message = `the previous version is no zone ${nameToText(name)}: it has no SOA record there`;
      throw inputError('verify/other-zone', message, { location: { file } });
    }
    previous.push({ file, zone });
  }
  return previous;
}

/**
 * May the zone replace this one? A resolver may hold the DNSKEY RRset of one version and other RRsets of the other, and the parent's DS with
 * both. A combination counts if it fails while the previous version alone held.
 *
 * The DS records are those that were given; else it is assumed that the parent has those of the keys with the SEP flag that sign the previous
 * DNSKEY RRset, or of all that sign it where none has the flag.
 */
export function checkPrevious(context: VerifyContext, { file, zone: oldZone }: PreviousZone): void {
  const { zone, options } = context;
  const soa = zone.apexRrset(Type.SOA);
  if (soa < 0) return;
  const oldKeyRdatas = oldZone.rdatasOf(oldZone.apexRrset(Type.DNSKEY));
  const newKeyRdatas = zone.rdatasOf(zone.apexRrset(Type.DNSKEY));
  const dnskeys = [...newKeyRdatas, ...oldKeyRdatas];
  const older = zoneEvidence(oldZone, newKeyRdatas);
  const newer = zoneEvidence(zone, oldKeyRdatas);
  const ds = dsSet(context, dnskeys, older.keySet);
  const oldFault = validate(ds, older.keySet, older.data);
  if (oldFault !== undefined)
    context.report('cache/previous-bogus', context.apexPlace(Type.DNSKEY), {
      found: `${file}: ${describeFault(oldFault)}`,
    });
  checkSerial(context, older, newer, file);
  if (oldFault !== undefined) return;
  const propagation = propagationOf(DEFAULT_POLICY, older);
  const whole = validate(ds, newer.keySet, newer.data);
  if (whole !== undefined) {
    // Any other fault is the zone's own, and reported without this comparison.
    if (whole.kind !== 'no-trusted-key') return;
    context.report('cache/ds', context.apexPlace(Type.DNSKEY), {
      algorithm: whole.algorithm,
      found: `${options.ds === undefined ? 'the DS of the previous keys' : 'the given DS'}, ${describeFault(whole)}`,
      expected:
        'a wait of the TTL of the DS RRset, and of what the parent takes to publish, after it has changed the DS',
    });
    return;
  }
  const oldKeys = validate(ds, older.keySet, newer.data);
  if (oldKeys !== undefined)
    reportMixture(
      context,
      'cache/old-keys',
      oldKeys,
      { zone, keys: older.keySet, dnskeys },
      {
        holds: `the DNSKEY RRset of serial ${older.serial}`,
        meets: `serial ${newer.serial}`,
        wait: () => older.dnskeyTtl + propagation,
        until: 'after the new DNSKEY is published',
      },
    );
  const oldData = validate(ds, newer.keySet, older.data);
  if (oldData !== undefined)
    reportMixture(
      context,
      'cache/old-data',
      oldData,
      { zone: oldZone, keys: newer.keySet, dnskeys },
      {
        holds: `RRsets of serial ${older.serial}`,
        meets: `the DNSKEY RRset of serial ${newer.serial}`,
        wait: (largestTtl) => largestTtl + propagation,
        until: 'after the last of them is replaced',
      },
    );
}

function checkSerial(context: VerifyContext, older: ZoneEvidence, newer: ZoneEvidence, file: string): void {
  if (serialGreater(newer.serial, older.serial)) return;
  context.report('cache/serial', context.apexPlace(Type.SOA), {
    found: String(newer.serial),
    expected: `more than ${older.serial}, that of ${file}`,
  });
}

/** The DS set that a resolver holds, with the keys of either version that its records stand for. */
function dsSet(
  { zone, options, crypto }: VerifyContext,
  dnskeys: readonly Uint8Array[],
  { keys, signers }: KeySet,
): DsSet {
  if (options.ds !== undefined) {
    return options.ds.map((rdata) => {
      const { algorithm, digestType } = readDs(rdata);
      const key = dnskeys.find((dnskey) => dsMatches(rdata, zone.origin, dnskey, crypto) === true);
      return { algorithm, digestType, key: key && keyIdOf(key) };
    });
  }
  const own = signers.filter((key) => keys.includes(key));
  const sep = own.filter((key) => (Number(key.split(' ', 1)[0]) & SEP_FLAG) !== 0);
  const assumed = sep.length > 0 ? sep : own;
  return assumed.map((key) => ({ algorithm: keyFacts(key).algorithm, digestType: 2, key }));
}

/** The data of one version, and the keys that it meets. */
interface SignedRrsets {
  readonly zone: Zone;
  readonly keys: KeySet;
  /** RDATA of the keys of both versions. */
  readonly dnskeys: readonly Uint8Array[];
}

interface Mixture {
  readonly holds: string;
  readonly meets: string;
  readonly wait: (largestTtl: number) => number;
  readonly until: string;
}

function reportMixture(
  context: VerifyContext,
  code: 'cache/old-keys' | 'cache/old-data',
  fault: Fault,
  data: SignedRrsets,
  { holds, meets, wait, until }: Mixture,
): void {
  const broken = fault.kind === 'data-not-signed' ? unsignedBy(data, fault.algorithm) : undefined;
  const example = broken === undefined ? '' : `; of ${broken.count} RRsets for instance ${broken.example}`;
  const duration = printDuration(wait(broken?.largestTtl ?? 0));
  context.report(code, context.apexPlace(Type.DNSKEY), {
    algorithm: fault.algorithm,
    found: `with ${holds}, ${meets} fails, ${describeFault(fault)}${example}`,
    expected: `a wait of ${duration} ${until}`,
  });
}

/** The RRsets that have no signature by a key of the algorithm that they meet. */
function unsignedBy(
  { zone, keys, dnskeys }: SignedRrsets,
  algorithm: number,
): { count: number; largestTtl: number; example: string } | undefined {
  const isGood = (id: KeyId): boolean =>
    keys.keys.includes(id) && keyFacts(id).usable && keyFacts(id).algorithm === algorithm;
  const tags = new Set(dnskeys.filter((rdata) => isGood(keyIdOf(rdata))).map((rdata) => keyTag(rdata)));
  let count = 0;
  let largestTtl = 0;
  let example = '';
  const bytes = zone.store.rdata.bytes;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const signatures = zone.findRrset(rank, Type.RRSIG);
    if (signatures < 0) continue;
    const covered = new Map<number, boolean>();
    for (const record of zone.recordsOf(signatures)) {
      const at = zone.store.rdataOffsets[record]!;
      const type = u16At(bytes, at + RrsigOffset.TypeCovered);
      if (type === Type.DNSKEY || type === Type.CDS || type === Type.CDNSKEY) continue;
      const isBy =
        bytes[at + RrsigOffset.Algorithm] === algorithm && tags.has(u16At(bytes, at + RrsigOffset.KeyTag));
      covered.set(type, isBy || covered.get(type) === true);
    }
    for (const [type, isSigned] of covered) {
      if (isSigned) continue;
      const rrset = zone.findRrset(rank, type);
      if (rrset < 0) continue;
      count++;
      largestTtl = Math.max(largestTtl, zone.rrsetTtls[rrset]!);
      if (example === '') example = `${nameToText(zone.ownerOf(rank))} ${typeName(type)}`;
    }
  }
  return count === 0 ? undefined : { count, largestTtl, example };
}
