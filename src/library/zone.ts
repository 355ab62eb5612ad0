import { nameFromText, nameToText } from '../dns/name.ts';
import { inputError, ZonewrightError } from '../errors.ts';
import { readSoa } from '../dnssec/soa.ts';
import { rdataToText } from '../rr/rdata.ts';
import { Type, typeName } from '../rr/registry.ts';
import { checkZone, outOfZoneProblems, outOfZoneRecords, type ZoneProblem } from '../zone/checks.ts';
import { parseZone as parseRecords } from '../zone/parse-zone.ts';
import { printZone } from '../zone/print-zone.ts';
import { Zone } from '../zone/zone.ts';

/** One record of a zone, in presentation form. */
export interface ZoneRecord {
  /** The owner with its last dot: `www.example.com.` */
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
  /** The mnemonic: `A`, `DNSKEY`. */
  readonly type: string;
  readonly data: string;
}

export interface ParseZoneOptions {
  /** The zone's name; without it, the owner of the SOA record. Relative names before the first `$ORIGIN` need it. */
  readonly zone?: string;
  /** How errors name the text. */
  readonly file?: string;
  /** Gives the text of what `$INCLUDE name` means. Without it, `$INCLUDE` is an error: the library opens no files. */
  readonly include?: (name: string) => string | Uint8Array;
}

let makeData: (zone: Zone, warnings: readonly string[], read: () => Zone) => ZoneData;
let indexOf: (data: ZoneData) => Zone;
let freshIndexOf: (data: ZoneData) => Zone;

/** A zone in canonical order (RFC 4034 section 6), without duplicates. It never changes. */
export class ZoneData {
  /** The zone's name with its last dot. */
  readonly name: string;
  /** The serial of the SOA record. */
  readonly serial: number;
  /** What is odd but lawful, such as TTLs that differ in an RRset. */
  readonly warnings: readonly string[];
  readonly #zone: Zone;
  readonly #read: () => Zone;

  static {
    makeData = (zone, warnings, read) => new ZoneData(zone, warnings, read);
    indexOf = (data) => data.#zone;
    freshIndexOf = (data) => data.#read();
  }

  private constructor(zone: Zone, warnings: readonly string[], read: () => Zone) {
    this.name = nameToText(zone.origin);
    this.serial = readSoa(zone.rdatasOf(zone.apexRrset(Type.SOA))[0]!).serial;
    this.warnings = warnings;
    this.#zone = zone;
    this.#read = read;
  }

  /** How many records the zone has. */
  get recordCount(): number {
    return this.#zone.recordCount;
  }

  /** All records in canonical order. Nothing is made for those that are not asked for. */
  *records(): Generator<ZoneRecord> {
    const zone = this.#zone;
    for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
      const name = nameToText(zone.ownerOf(zone.rrsetOwners[rrset]!));
      const type = typeName(zone.rrsetTypes[rrset]!);
      const ttl = zone.rrsetTtls[rrset]!;
      for (const rdata of zone.rdatasOf(rrset))
        yield { name, ttl, type, data: rdataToText(zone.rrsetTypes[rrset]!, rdata) };
    }
  }

  /** The zone as a master file, a record a line. */
  toString(): string {
    const decoder = new TextDecoder('latin1');
    return Array.from(printZone(this.#zone), (block) => decoder.decode(block)).join('');
  }
}

/** The index of a zone, which nobody may change. */
export function zoneOf(data: ZoneData): Zone {
  return indexOf(data);
}

/** The same in a store of its own, which takes more records. */
export function freshZoneOf(data: ZoneData): Zone {
  return freshIndexOf(data);
}

/** The zone that was made by signing. */
export function madeZone(zone: Zone): ZoneData {
  const made: ZoneData = makeData(zone, [], () => readZone(made.toString(), { zone: made.name }).zone);
  return made;
}

/**
 * Reads a master file (RFC 1035 section 5, with the `$TTL`, `$GENERATE` and TTL units of BIND), and checks it: SOA and NS at the apex, no data outside of
 * the zone, no CNAME beside other data, and whatever else would keep a name server from loading it.
 *
 * @param source the text, or its octets
 * @throws ZonewrightError of kind `input`, with line and column. It carries what else is wrong in `further`.
 */
export function parseZone(source: string | Uint8Array, options: ParseZoneOptions = {}): ZoneData {
  const { zone, warnings } = readZone(source, options);
  return makeData(zone, warnings, () => readZone(source, options).zone);
}

function readZone(
  source: string | Uint8Array,
  { zone: name, file = '<zone>', include }: ParseZoneOptions,
): { zone: Zone; warnings: readonly string[] } {
  const warnings: string[] = [];
  const named = name === undefined ? undefined : nameFromText(name);
  const { store, zoneClass } = parseRecords(
    { file, bytes: octets(source) },
    {
      ...(named === undefined ? {} : { origin: named }),
      ...(include === undefined
        ? {}
        : { include: (path: string) => ({ file: path, bytes: octets(include(path)) }) }),
      warn: (message) => warnings.push(message),
    },
  );
  const soa = store.types.indexOf(Type.SOA);
  if (soa < 0 || soa >= store.count) {
    throw inputError('zone/no-soa', 'the zone has no SOA record', { location: { file, line: 1 } });
  }
  const origin = named ?? store.names.view(store.owners[soa]!).slice();
  const outside = outOfZoneRecords(store, origin);
  refuse(outOfZoneProblems(store, origin, outside, 'error'), warnings);
  const zone = new Zone(store, { origin, zoneClass });
  refuse(checkZone(zone), warnings);
  return { zone, warnings };
}

function octets(source: string | Uint8Array): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : source;
}

/** Collects warnings; the first error is thrown and carries the others. */
function refuse(problems: readonly ZoneProblem[], warnings: string[]): void {
  const errors: ZonewrightError[] = [];
  for (const { severity, code, message, location } of problems) {
    if (severity === 'warning') warnings.push(message);
    else errors.push(inputError(code, message, { location }));
  }
  const [first, ...further] = errors;
  if (first === undefined) return;
  throw new ZonewrightError('input', first.code, first.message, { location: first.location, further });
}
