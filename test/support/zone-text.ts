import { nameFromText } from '../../src/dns/name.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';
import { printZone, type OwnerTexts } from '../../src/zone/print-zone.ts';
import { Zone } from '../../src/zone/zone.ts';

/** The zone that master file text holds. */
export function zoneFromText(text: string, origin = 'example.'): Zone {
  const name = nameFromText(origin);
  const parsed = parseZone(
    { file: 'zone', bytes: new TextEncoder().encode(text) },
    { origin: name, defaultTtl: 3600 },
  );
  return new Zone(parsed.store, { origin: name, zoneClass: parsed.zoneClass });
}

/**
 * A zone as master file text, one record a line.
 * @param known text that is not printed again
 */
export function zoneToText(zone: Zone, known?: OwnerTexts): string {
  const decoder = new TextDecoder();
  let text = '';
  for (const block of printZone(zone, known)) text += decoder.decode(block);
  return text;
}

/** The records of master file text that has one record a line, with single spaces, sorted. */
export function recordLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\t', ' '))
    .sort();
}

/** The type of a record on a line, for signatures with the type that they cover: `A`, `RRSIG NSEC`. */
export function typeOfLine(line: string): string {
  const [, , , type, covered] = line.split(' ');
  return type === 'RRSIG' ? `RRSIG ${covered!}` : type!;
}

/** Text of a test without the white space before it and before its lines: each record has its owner written out. */
export function unindent(text: string): string {
  return text.replaceAll(/^[ \t]+/gm, '').trimStart();
}
