import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { fromHex, toHex } from '../../src/dns/encoding.ts';
import { nameFromText, ROOT } from '../../src/dns/name.ts';
import { ZonewrightError } from '../../src/errors.ts';
import { rdataFromText, rdataToText, validateRdata } from '../../src/rr/rdata.ts';
import { findType, Type } from '../../src/rr/registry.ts';
import { splitRecords } from '../rr/split-record.ts';
import { describeWithCorpora } from '../support/corpora.ts';
import { DIFFERENCES, OUT_OF_SCOPE } from './rdata-differences.ts';

interface VectorCase {
  readonly ok: boolean;
  readonly text?: string;
  readonly type?: string | number;
  readonly rdata?: string;
}

interface BindCase extends VectorCase {
  readonly type: string;
  readonly kind: string;
  readonly canonical_text?: string;
  readonly 'wire_named-rrchecker'?: string;
  readonly wire?: string;
  readonly wire_expr?: string;
}

interface RecordCase extends VectorCase {
  /** miekg-parse: the record, and how that library prints it. */
  readonly in?: string;
  readonly out?: string | null;
  readonly origin?: string;
  readonly context?: string;
}

/** What a case came to: undefined if as stated, else what happened instead. */
type Outcome = string | undefined;

function outcomeOf(ok: boolean, run: () => Outcome): Outcome {
  try {
    const difference = run();
    return ok ? difference : 'accepted';
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    return ok ? error.message : undefined;
  }
}

function sameWire(actual: Uint8Array, expected: string | undefined): Outcome {
  if (expected === undefined || expected === '' || toHex(actual) === expected.toUpperCase()) return undefined;
  return `wire ${toHex(actual)}, not ${expected}`;
}

function readsBack(type: number, rdata: Uint8Array): Outcome {
  return sameWire(rdataFromText(type, rdataToText(type, rdata)), toHex(rdata));
}

/** Holds what came of each case against the lists of differences, which must be exact. */
function expectAsStated(
  file: string,
  outcomes: readonly (readonly [label: string, outcome: Outcome])[],
): void {
  const ofFile = DIFFERENCES.filter((difference) => difference.file === file);
  const skipped = OUT_OF_SCOPE.filter((entry) => entry.file === file);
  const differing = outcomes.filter(
    ([label, outcome]) => outcome !== undefined && !skipped.some(({ cases }) => cases.test(label)),
  );
  const unexplained = differing.filter(([label]) => !ofFile.some(({ cases }) => cases.test(label)));
  const stale = ofFile.filter(({ cases }) => !differing.some(([label]) => cases.test(label)));
  expect({ unexplained, stale }).toEqual({ unexplained: [], stale: [] });
}

/** Octets written like `0x00, 0x01, 33U, '6'`. */
function octetsOfExpression(expression: string): Uint8Array {
  return Uint8Array.from(expression.trim().split(/,\s*/), (octet) =>
    octet.startsWith("'") ? octet.charCodeAt(1) : Number.parseInt(octet),
  );
}

function typeOf(mnemonic: string): number {
  return findType(new TextEncoder().encode(mnemonic), 0, mnemonic.length);
}

function bindOutcome(vector: BindCase): readonly [string, Outcome] {
  const type = typeOf(vector.type);
  if (vector.kind.startsWith('TEXT')) {
    const text = vector.text ?? '';
    const outcome = outcomeOf(vector.ok, () => {
      const rdata = rdataFromText(type, text);
      const canonical = vector.canonical_text;
      return (
        sameWire(rdata, vector['wire_named-rrchecker']) ??
        (canonical === undefined ? undefined : sameWire(rdata, toHex(rdataFromText(type, canonical)))) ??
        readsBack(type, rdata)
      );
    });
    return [`${vector.type} ${text}`, outcome];
  }
  const rdata = vector.wire === undefined ? octetsOfExpression(vector.wire_expr ?? '') : fromHex(vector.wire);
  const outcome = outcomeOf(vector.ok, () => {
    validateRdata(type, rdata, 0, rdata.length);
    return readsBack(type, rdata);
  });
  return [`${vector.type} ${toHex(rdata)}`, outcome];
}

/** The file put the head of a record before some SVCB cases, which the library's test does not have. */
function withoutPrefix(text: string): string {
  return text.replace(/^example\.com\.\s3600\sIN\sHTTPS\s(?=.*\b(SVCB|HTTPS)\b)/, '');
}

function recordOutcome(vector: RecordCase): readonly [string, Outcome] {
  const text = withoutPrefix(vector.text ?? vector.in ?? '');
  if (/^\$/m.test(text)) return [text, undefined];
  const contextOrigin = /\$ORIGIN\s+((?:\\.|\S)+)(?!.*\$ORIGIN)/s.exec(vector.context ?? '')?.[1];
  const origin = nameFromText(vector.origin ?? contextOrigin ?? '.', ROOT);
  const outcome = outcomeOf(vector.ok, () => {
    const records = splitRecords(text, origin);
    const last = records.at(-1);
    if (last === undefined) return 'no record';
    const printed = splitRecords(withoutPrefix(vector.out ?? '')).at(-1);
    return (
      (records.length === 1 ? sameWire(last.rdata, vector.rdata) : undefined) ??
      (printed === undefined ? undefined : sameWire(last.rdata, toHex(printed.rdata))) ??
      readsBack(last.type, last.rdata)
    );
  });
  return [text, outcome];
}

describeWithCorpora('RDATA vectors of other projects', (directory) => {
  const load = (file: string): unknown =>
    JSON.parse(readFileSync(join(directory, 'vectors', `${file}.json`), 'utf8'));

  it('BIND: RDATA texts and wire forms', () => {
    const { cases } = load('bind-rdata-text') as { cases: BindCase[] };
    expectAsStated('bind-rdata-text', cases.map(bindOutcome));
  });

  it.each(['simdzone-cases', 'knot-zscanner-records', 'miekg-parse'])('%s: single records', (file) => {
    const { cases } = load(file) as { cases: RecordCase[] };
    expectAsStated(file, cases.map(recordOutcome));
  });

  it('RFC 9460 appendix D', () => {
    const { vectors } = load('rfc9460-svcb') as { vectors: { text: string; rdata: string }[] };
    for (const { text, rdata } of vectors) {
      expect(toHex(rdataFromText(Type.SVCB, text, nameFromText('example.com.')))).toBe(rdata.toUpperCase());
    }
  });

  it('records printed in RFCs', () => {
    interface RfcVector extends RecordCase {
      readonly cases?: readonly RecordCase[];
    }
    const { vectors } = load('rfc-misc') as { vectors: RfcVector[] };
    const records = vectors
      .flatMap((vector) => vector.cases ?? [vector])
      .filter(({ text, rdata }) => text && rdata !== undefined);
    expect(records.length).toBeGreaterThanOrEqual(4);
    for (const { text = '', rdata = '' } of records) {
      expect(splitRecords(text).map((record) => toHex(record.rdata))).toEqual([rdata.toUpperCase()]);
    }
  });
});
