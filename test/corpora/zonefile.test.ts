import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RecordStore } from '../../src/zone/record-store.ts';
import { LOWER_CASE } from '../../src/dns/name.ts';
import { ZonewrightError, type SourceLocation } from '../../src/errors.ts';
import type { ParsedZone } from '../../src/zone/parse-zone.ts';
import { describeWithCorpora } from '../support/corpora.ts';
import { errorOf } from '../zone/zone-text.ts';
import {
  corpusFiles,
  errorsInZone,
  indexCorpusFile,
  parseCorpusFile,
  sortedUnique,
  wireLines,
  zoneWireLines,
  type CorpusFile,
  type ScannerEvent,
} from './zonefile-corpus.ts';
import {
  ACCEPTED_BAD,
  BAD_AS_ZONES,
  CONTESTED,
  REFUSED_ZONES,
  SCANNER_DIFFERENCES,
  UNREADABLE,
  WITHOUT_TTL,
} from './zonefile-differences.ts';

/** Peers that check whole zones, so that what they accept is a zone that can be signed. The others only read records. */
const CHECKED_WHOLE = /named-checkzone|kzonecheck|zonechecks|tests_masterfile\.py$/;

describeWithCorpora('master files of other projects', (directory) => {
  const good = corpusFiles(directory, 'zonefile-good/').filter(({ expect: verdict }) => verdict === 'accept');
  const bad = corpusFiles(directory, 'zonefile-bad/');

  describe('good files have exactly the records that a peer finds', () => {
    const withWire = good.filter(({ expected }) => expected?.endsWith('.wire'));
    test.each(withWire.map((entry) => [entry.file, entry] as const))('%s', (file, entry) => {
      const byServer = entry.wire_from!.startsWith('named-compilezone');
      const read = (): ParsedZone => parseCorpusFile(directory, entry, byServer ? {} : { defaultTtl: 3600 });
      if (file in UNREADABLE) {
        expect(errorOf(read).code).toBe(UNREADABLE[file]);
        return;
      }
      const lines = byServer ? zoneWireLines(indexCorpusFile(read(), entry)) : wireLines(read());
      const expected = readFileSync(path.join(directory, entry.expected!), 'latin1').trim().split('\n');
      expect(sortedUnique(lines)).toEqual(expected.filter((line) => line !== ''));
    });
  });

  describe('other good files are read', () => {
    const others = good.filter(({ expected }) => expected === undefined);
    test.each(others.map((entry) => [entry.file, entry] as const))('%s', (_, entry) => {
      const options = WITHOUT_TTL.has(entry.file) ? { defaultTtl: 3600 } : {};
      expect(parseCorpusFile(directory, entry, options).store.count).toBeGreaterThan(0);
    });
  });

  describe('whole zones that a peer accepts can be signed', () => {
    const whole = good.filter(({ asserted_by }) => CHECKED_WHOLE.test(asserted_by ?? ''));
    test.each(whole.map((entry) => [entry.file, entry] as const))('%s', (file, entry) => {
      const codes = refusals(directory, entry).map(({ code }) => code);
      if (file in REFUSED_ZONES) expect(codes).toContain(REFUSED_ZONES[file]);
      else expect(codes).toEqual([]);
    });
  });

  test.each(['real/root-2018031200-unsigned.zone', 'real/root-2026010500.zone'])(
    '%s can be signed',
    (file) => {
      const entry = corpusFiles(directory, file)[0]!;
      expect(errorsInZone(parseCorpusFile(directory, entry), entry)).toEqual([]);
    },
  );

  describe('bad files are refused with file and line', () => {
    const refused = bad.filter(({ level }) => level === 'syntax' || level === 'zone-semantic');
    test.each(refused.map((entry) => [entry.file, entry] as const))('%s', (file, entry) => {
      const problems = refusals(directory, entry);
      expect(problems.length > 0).toBe(!(file in ACCEPTED_BAD));
      for (const { location } of problems) {
        expect(location?.file).toBeTruthy();
        expect(location?.line).toBeGreaterThan(0);
      }
    });
  });

  test('what peers refuse by policy alone is accepted', () => {
    const policy = bad.filter(({ level }) => level?.startsWith('policy'));
    expect(policy).not.toHaveLength(0);
    expect(policy.flatMap((entry) => refusals(directory, entry))).toEqual([]);
  });

  describe('bad syntax is refused by the parser already', () => {
    const syntax = bad.filter(({ level }) => level === 'syntax');
    test.each(syntax.map((entry) => [entry.file, entry] as const))('%s', (file, entry) => {
      const read = (): ParsedZone => parseCorpusFile(directory, entry, { defaultTtl: 0 });
      if (BAD_AS_ZONES.has(file)) expect(read).not.toThrow();
      else expect(errorOf(read).kind).toBe('input');
    });
  });

  test('where full implementations disagree, we decide as follows', () => {
    const contested = [
      ...corpusFiles(directory, 'zonefile-contested/'),
      ...corpusFiles(directory, 'real/secpoll'),
    ];
    const decided = contested.map((entry) => [
      entry.file,
      [...new Set(refusals(directory, entry).map(({ code }) => code))],
    ]);
    expect(Object.fromEntries(decided)).toEqual(CONTESTED);
  });

  describe('good and bad records in one file', () => {
    const mixed = corpusFiles(directory, 'zonefile-').filter(({ expected }) =>
      expected?.endsWith('.events.json'),
    );
    test.each(mixed.map((entry) => [entry.file, entry] as const))('%s', (_, entry) => {
      const events = JSON.parse(
        readFileSync(path.join(directory, entry.expected!), 'utf8'),
      ) as ScannerEvent[];
      const store = new RecordStore();
      let errors = 0;
      parseCorpusFile(directory, entry, { store, defaultTtl: 0, onError: () => errors++ });
      const records = lowerCaseOwners(wireLines({ store, zoneClass: 1 }));
      const expected = lowerCaseOwners(
        events
          .filter(({ ok }) => ok)
          .map(({ owner, ttl, type, rdata }) => `${owner} 1 ${ttl} ${type} ${rdata || '-'}`),
      );
      const known = SCANNER_DIFFERENCES[path.basename(entry.file, '.in')];
      if (known === undefined) {
        expect({ records, errors }).toEqual({ records: expected, errors: events.length - expected.length });
      } else {
        const { missing, extra } = known;
        expect({
          missing: without(expected, records).length,
          extra: without(records, expected).length,
          errors,
        }).toEqual({
          missing,
          extra,
          errors: known.errors,
        });
      }
    });

    test('the list of differences has no files that are the same, or are gone', () => {
      const present = mixed.map(({ file }) => path.basename(file, '.in'));
      expect(Object.keys(SCANNER_DIFFERENCES).filter((name) => !present.includes(name))).toEqual([]);
    });
  });
});

/** Why a signer refuses the file: its first syntax error, or all that is wrong with the zone. */
function refusals(
  directory: string,
  entry: CorpusFile,
): { readonly code: string; readonly location: SourceLocation | undefined }[] {
  const options = WITHOUT_TTL.has(entry.file) ? { defaultTtl: 3600 } : {};
  let parsed: ParsedZone;
  try {
    parsed = parseCorpusFile(directory, entry, options);
  } catch (error) {
    if (error instanceof ZonewrightError && error.kind === 'input') return [error];
    throw error;
  }
  return errorsInZone(parsed, entry);
}

/** The scanner writes owners in lower case. */
function lowerCaseOwners(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const [owner, ...rest] = line.split(' ');
    const lower = Buffer.from(owner!, 'hex').map((octet) => LOWER_CASE[octet]!);
    return [Buffer.from(lower).toString('hex'), ...rest].join(' ');
  });
}

/** The lines that are not among the others, each of which stands for one. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
