import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nameFromText } from '../../src/dns/name.ts';
import { inputError } from '../../src/errors.ts';
import { Type } from '../../src/rr/registry.ts';
import { checkZone, outOfZoneProblems, outOfZoneRecords, type ZoneProblem } from '../../src/zone/checks.ts';
import { parseZone, type ParsedZone, type ParseOptions, type SourceFile } from '../../src/zone/parse-zone.ts';
import { Zone } from '../../src/zone/zone.ts';

/** An entry of the corpora's manifest. */
export interface CorpusFile {
  readonly file: string;
  readonly origin: string;
  readonly expect: string;
  readonly level?: string | null;
  readonly reason?: string;
  readonly asserted_by?: string;
  /** The file with the records that must come out. */
  readonly expected?: string;
  readonly wire_from?: string;
}

/** What Knot's scanner makes of one entry. */
export interface ScannerEvent {
  readonly ok: boolean;
  readonly owner: string;
  readonly ttl: number;
  readonly type: number;
  readonly rdata: string;
  readonly error?: string;
}

export function corpusFiles(directory: string, folder: string): CorpusFile[] {
  const manifest = JSON.parse(readFileSync(path.join(directory, 'manifest.json'), 'utf8')) as {
    entries: CorpusFile[];
  };
  return manifest.entries.filter(({ file }) => file.startsWith(folder));
}

/** Reads a file of the corpora; messages name it as the manifest does. */
export function parseCorpusFile(
  directory: string,
  { file, origin }: CorpusFile,
  options: ParseOptions = {},
): ParsedZone {
  const source = (name: string): SourceFile => ({
    file: name,
    bytes: readFileSync(path.join(directory, name)),
  });
  return parseZone(source(file), {
    origin: nameFromText(origin),
    include: (name, including) => {
      const included = path.join(path.dirname(including), name);
      try {
        return source(included);
      } catch (cause) {
        throw inputError('zone/include', `${included} cannot be read`, { cause });
      }
    },
    ...options,
  });
}

/** Indexes what belongs to the zone. */
export function indexCorpusFile({ store, zoneClass }: ParsedZone, { origin }: CorpusFile): Zone {
  const name = nameFromText(origin);
  const outside = new Set(outOfZoneRecords(store, name));
  return new Zone(store, { origin: name, zoneClass, keep: (record) => !outside.has(record) });
}

/** What a signer would refuse the zone for. */
export function errorsInZone(parsed: ParsedZone, entry: CorpusFile): ZoneProblem[] {
  const name = nameFromText(entry.origin);
  const outside = outOfZoneProblems(parsed.store, name, outOfZoneRecords(parsed.store, name), 'error');
  const zone = indexCorpusFile(parsed, entry);
  return [...outside, ...checkZone(zone)].filter(({ severity }) => severity === 'error');
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** `owner-hex class ttl type rdata-hex` of every record of a store, in file order, as the scanner has it. */
export function wireLines({ store, zoneClass }: ParsedZone): string[] {
  return Array.from({ length: store.count }, (_, record) =>
    wireLine(
      zoneClass,
      store.names.view(store.owners[record]!),
      store.ttls[record]!,
      store.types[record]!,
      store.rdataOf(record),
    ),
  );
}

/** The same of every record of a zone, as a server has it: one TTL an RRset, no duplicates. */
export function zoneWireLines(zone: Zone): string[] {
  return Array.from({ length: zone.rrsetCount }, (_, rrset) =>
    zone.recordsOf(rrset).map((record) => {
      const { names, owners, ttls } = zone.store;
      const type = zone.rrsetTypes[rrset]!;
      // Each RRSIG has the TTL of what it covers.
      const ttl = type === Type.RRSIG ? ttls[record]! : zone.rrsetTtls[rrset]!;
      return wireLine(zone.zoneClass, names.view(owners[record]!), ttl, type, zone.store.rdataOf(record));
    }),
  ).flat();
}

function wireLine(
  recordClass: number,
  owner: Uint8Array,
  ttl: number,
  type: number,
  rdata: Uint8Array,
): string {
  return `${hex(owner)} ${recordClass} ${ttl} ${type} ${hex(rdata) || '-'}`;
}

export const sortedUnique = (lines: readonly string[]): string[] => [...new Set(lines)].sort();
