/**
 * `read-write ORIGIN IN [OUT]`: parses a zone and, where there is an OUT, indexes and prints it.
 *
 * No command does this without signing, so the benchmark bundles this file.
 */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { nameFromText } from '../src/dns/name.ts';
import { parseZone } from '../src/zone/parse-zone.ts';
import { printZone } from '../src/zone/print-zone.ts';
import { Zone } from '../src/zone/zone.ts';

const [originText, input, output] = process.argv.slice(2);
if (originText === undefined || input === undefined) throw new Error('usage: read-write ORIGIN IN [OUT]');

const origin = nameFromText(originText);
const { store, zoneClass } = parseZone({ file: input, bytes: readFileSync(input) }, { origin });
if (output !== undefined) {
  const file = openSync(output, 'w');
  for (const block of printZone(new Zone(store, { origin, zoneClass }))) writeFileSync(file, block);
  closeSync(file);
}
