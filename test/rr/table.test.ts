import { describe, expect, it } from '@jest/globals';
import { fromHex, toHex } from '../../src/dns/encoding.ts';
import { lowerCaseRdata, rdataFromText, rdataToText, validateRdata } from '../../src/rr/rdata.ts';
import { findType, typeDefinitions, typeName } from '../../src/rr/registry.ts';
import { TABLE } from './table.ts';

const typeCodeOf = (mnemonic: string): number => {
  const word = new TextEncoder().encode(mnemonic);
  return findType(word, 0, word.length);
};

describe('every type', () => {
  it('has rows in the table', () => {
    const missing = typeDefinitions
      .map(({ code }) => typeName(code))
      .filter((name) => TABLE[name] === undefined);
    expect(missing).toEqual([]);
  });
});

describe.each(Object.entries(TABLE))('%s', (mnemonic, rows) => {
  const type = typeCodeOf(mnemonic);

  it.each(rows)('reads $text', ({ text, wire }) => {
    expect(toHex(rdataFromText(type, text))).toBe(wire);
  });

  it.each(rows)('prints $text', ({ text, wire, printed = text }) => {
    expect(rdataToText(type, fromHex(wire))).toBe(printed);
  });

  it.each(rows)('reads back what it printed for $text', ({ text, wire, printed = text }) => {
    expect(toHex(rdataFromText(type, printed))).toBe(wire);
  });

  it.each(rows)('brings $text to canonical form', ({ wire, canonical = wire }) => {
    const rdata = fromHex(wire);
    lowerCaseRdata(type, rdata, 0, rdata.length);
    expect(toHex(rdata)).toBe(canonical);
  });

  it.each(rows)('reads $text in the form for unknown types', ({ wire }) => {
    expect(toHex(rdataFromText(type, `\\# ${wire.length / 2} ${wire}`))).toBe(wire);
  });

  it.each(rows)('accepts $text; cut anywhere, it is printed so that it reads back', ({ wire }) => {
    const rdata = fromHex(wire);
    validateRdata(type, rdata, 0, rdata.length);
    for (let end = 0; end < rdata.length; end++) {
      const cut = rdata.slice(0, end);
      try {
        validateRdata(type, cut, 0, end);
      } catch {
        // Printed as an unknown type would be, whatever it lacks.
        expect(rdataToText(type, cut)).toMatch(/^\\# \d+/);
        continue;
      }
      const text = rdataToText(type, cut);
      expect(toHex(rdataFromText(type, text))).toBe(toHex(cut));
    }
  });
});
