import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { canonicalName, nameFromText, nameToText } from '../../src/dns/name.ts';
import { ZonewrightError } from '../../src/errors.ts';
import { printRdata } from '../../src/rr/rdata.ts';
import { Type, typeName } from '../../src/rr/registry.ts';
import { checkZone, outOfZoneRecords } from '../../src/zone/checks.ts';
import { parseZone, type ParsedZone } from '../../src/zone/parse-zone.ts';
import { printZone } from '../../src/zone/print-zone.ts';
import { Zone } from '../../src/zone/zone.ts';
import { indexOf, randomZone, type RandomZone } from '../zone/random-zone.ts';
import { rrsetLines } from '../zone/zone-text.ts';

const textOf = (zone: Zone): Uint8Array =>
  Buffer.concat([...printZone(zone)].map((block) => Uint8Array.from(block)));

const read = (bytes: Uint8Array, origin: Uint8Array): Zone => {
  const { store, zoneClass } = parseZone({ file: 'printed', bytes }, { origin });
  return new Zone(store, { origin, zoneClass });
};

const lines = (zone: Zone): string[] =>
  Array.from({ length: zone.rrsetCount }, (_, rrset) =>
    rrsetLines(zone, rrset).map((line) => `${zone.rrsetTtls[rrset]} ${line}`),
  ).flat();

/** Without the TTL of the single record, which printing evens out. */
const evened = (all: readonly string[]): string[] =>
  all.map((line) => line.replace(/^(\d+ \S+) \d+ /, '$1 '));

describe('printing and reading', () => {
  test('come back to the same zone', () => {
    fc.assert(
      fc.property(randomZone, (random) => {
        const zone = indexOf(random);
        const text = textOf(zone);
        const back = read(text, random.origin);
        expect(evened(lines(back))).toEqual(evened(lines(zone)));
        expect(textOf(back)).toEqual(text);
      }),
      { numRuns: 250, seed: 1 },
    );
  });

  test('come back to the same RDATA for octets of any type', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.uint8Array({ maxLength: 60 }), (type, rdata) => {
        fc.pre((type < 128 || type > 255) && type !== Type.OPT);
        const out = new ByteBuffer();
        out.ascii(`a. 0 IN ${typeName(type)} `);
        printRdata(type, rdata, 0, rdata.length, out);
        let back: ParsedZone;
        try {
          back = parseZone({ file: 'printed', bytes: out.copy() });
        } catch (error) {
          // Octets that are no RDATA of the type are printed as they are, and refused.
          expect(error).toBeInstanceOf(ZonewrightError);
          expect(Buffer.from(out.copy()).toString('latin1')).toContain(' \\# ');
          return;
        }
        expect(Buffer.from(back.store.rdataOf(0))).toEqual(Buffer.from(rdata));
      }),
      { numRuns: 5000, seed: 2 },
    );
  });

  interface Layout {
    readonly directive: string;
    readonly blank: string;
    readonly newline: string;
  }

  test('layout does not matter', () => {
    const layout: fc.Arbitrary<Layout> = fc.record({
      directive: fc.constantFrom('', '$TTL 77\n', '$ORIGIN other.\n', '; comment\n\n', '\r\n'),
      blank: fc.constantFrom(' ', '\t', ' \t ', ' ( ', ' (\n', ' ( ; comment ( " )\n\t'),
      newline: fc.constantFrom('\n', '\r\n', ' ; comment\n', '\n\n', ' \n'),
    });
    fc.assert(
      fc.property(randomZone, fc.infiniteStream(layout), (random, layouts) => {
        const zone = indexOf(random);
        const printed = Buffer.from(textOf(zone)).toString('latin1').split('\n').slice(0, -1);
        const rewritten = printed.map((line) => {
          const { directive, blank, newline } = layouts.next().value as Layout;
          const fields = line.split('\t');
          const opened = blank.includes('(');
          // Owner, TTL, class and type are joined anew; RDATA may hold blanks of its own.
          return `${directive}${fields.slice(0, 4).join(opened ? '\t' : blank)}${blank}${fields.slice(4).join('\t')}${opened ? ' )' : ''}${newline}`;
        });
        const back = read(Buffer.from(rewritten.join(''), 'latin1'), random.origin);
        expect(evened(lines(back))).toEqual(evened(lines(zone)));
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe('checks', () => {
  test('end on any zone, with places inside it and known owners', () => {
    fc.assert(
      fc.property(randomZone, (random: RandomZone) => {
        const bytes = textOf(indexOf(random));
        const { store, zoneClass } = parseZone({ file: 'printed', bytes }, { origin: random.origin });
        expect(outOfZoneRecords(store, random.origin)).toEqual([]);
        const zone = new Zone(store, { origin: random.origin, zoneClass });
        for (const problem of checkZone(zone, { maxTtl: 60 })) {
          expect(problem.location?.line).toBeGreaterThan(0);
          expect(problem.location!.line).toBeLessThanOrEqual(Math.max(1, store.count));
          const owner = nameFromText(problem.owner);
          expect(
            zone.rankOf(owner) >= 0 || nameToText(canonicalName(owner)) === nameToText(zone.origin),
          ).toBe(true);
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
