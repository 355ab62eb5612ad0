import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { ZonewrightError } from '../../src/errors.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { typeName } from '../../src/rr/registry.ts';
import { parseZone, type ParsedZone, type ParseOptions } from '../../src/zone/parse-zone.ts';
import type { RecordStore } from '../../src/zone/record-store.ts';
import { Zone } from '../../src/zone/zone.ts';

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Parses text as the file `zone.db`, with `example.` as the origin unless the options have another. */
export function parseText(text: string, options: ParseOptions = {}): ParsedZone {
  return parseZone(
    { file: 'zone.db', bytes: bytesOf(text) },
    { origin: nameFromText('example.'), ...options },
  );
}

/** `owner ttl type rdata` of every record in file order. */
export function recordLines({ store }: { readonly store: RecordStore }): string[] {
  return Array.from({ length: store.count }, (_, record) => recordLine(store, record));
}

/** The same of every record of an RRset, with the owner as the zone has it. */
export function rrsetLines(zone: Zone, rrset: number): string[] {
  const owner = nameToText(zone.ownerOf(zone.rrsetOwners[rrset]!));
  return zone.recordsOf(rrset).map((record) => recordLine(zone.store, record, owner));
}

export function recordLine(
  store: RecordStore,
  record: number,
  owner = nameToText(store.names.view(store.owners[record]!)),
): string {
  const type = store.types[record]!;
  return `${owner} ${store.ttls[record]!} ${typeName(type)} ${rdataToText(type, store.rdataOf(record))}`;
}

/** The records of text that has no TTLs, without them. */
export const linesOf = (text: string, options: ParseOptions = {}): string[] =>
  recordLines(parseText(text, { defaultTtl: 0, ...options })).map((line) => line.replace(' 0 ', ' '));

/** Indexes text as the zone `example.`. */
export function zoneOf(text: string, origin = 'example.'): Zone {
  const name = nameFromText(origin);
  const { store, zoneClass } = parseText(text, { origin: name, defaultTtl: 300 });
  return new Zone(store, { origin: name, zoneClass });
}

/** The error that `run` throws. */
export function errorOf(run: () => unknown): ZonewrightError {
  try {
    run();
  } catch (error) {
    if (error instanceof ZonewrightError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

/** Every error in text, as `line:column code`. */
export function errorsIn(text: string, options: ParseOptions = {}): string[] {
  const errors: string[] = [];
  parseText(text, {
    defaultTtl: 0,
    ...options,
    onError: ({ code, location }) => errors.push(`${location?.line}:${location?.column} ${code}`),
  });
  return errors;
}
