import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { ZonewrightError } from '../../src/errors.ts';
import { findType } from '../../src/rr/registry.ts';
import { parseZone, type ParsedZone, type SourceFile } from '../../src/zone/parse-zone.ts';
import { describeWithCorpora } from '../support/corpora.ts';
import { bytesOf } from '../zone/zone-text.ts';
import { DIFFERENCES, type Difference } from './rdata-differences.ts';

interface VectorCase {
  readonly ok: boolean;
  readonly text?: string;
  readonly in?: string;
  readonly out?: string | null;
  readonly origin?: string;
  readonly context?: string;
  readonly include?: Readonly<Record<string, string>>;
  /** Of the last record, in hexadecimal. */
  readonly owner?: string;
  readonly rdata?: string;
  readonly class?: number;
  readonly ttl?: number;
  readonly type?: number | string;
  /** Of all records. */
  readonly owners?: readonly string[];
  readonly ttls?: readonly number[];
  readonly record_lines?: readonly number[];
  readonly records?: number;
}

/** Cases about whole files that we decide otherwise, beside those about RDATA. */
const FILE_DIFFERENCES: readonly Difference[] = [
  {
    file: 'knot-zscanner-records',
    cases: /NS \(\(@\)\)/,
    reason: 'parentheses may be nested, as in BIND and dnspython',
  },
  {
    file: 'knot-zscanner-records',
    cases: /^@\tCH\t|^@\tCLASS1\t/,
    reason: 'zones of other classes are zones, and CLASS1 is IN (RFC 3597 section 5)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /^@\t4294967295\t/,
    reason: 'TTLs end at 2147483647 (RFC 2181 section 8)',
  },
  {
    file: 'simdzone-cases',
    cases: /^foo\. (2147483648|4294967295) A/,
    reason: 'TTLs end at 2147483647 (RFC 2181 section 8)',
  },
  { file: 'simdzone-cases', cases: /^foo\. 1d A/, reason: 'TTL units are allowed, as everywhere else' },
  {
    file: 'simdzone-cases',
    cases: /^\$ORIGIN foo$/,
    reason: 'origins may be relative (RFC 1035 section 5.1)',
  },
  { file: 'miekg-parse', cases: / (CS|NONE) A /, reason: 'CSNET is obsolete and NONE is for messages only' },
  { file: 'miekg-parse', cases: /^\(\(m\)\(i\)ek/, reason: 'parentheses end words (RFC 1035 section 5.1)' },
  {
    file: 'miekg-parse',
    cases: /^example\.com\. 3600 IN HTTPS (?=.*(SVCB|HTTPS))/,
    reason: 'the vector has the head of another record in front, which that library’s test does not have',
  },
];

describeWithCorpora('master file vectors of other projects', (directory) => {
  test.each(['knot-zscanner-records', 'simdzone-cases', 'miekg-parse'])('%s', (file) => {
    const { cases } = JSON.parse(readFileSync(path.join(directory, 'vectors', `${file}.json`), 'utf8')) as {
      cases: VectorCase[];
    };
    expect(cases.length).toBeGreaterThan(100);
    const differing = cases.flatMap((vector) => {
      const outcome = outcomeOf(vector);
      return outcome === undefined ? [] : [[vector.text ?? vector.in ?? '', outcome] as const];
    });
    const known = [...DIFFERENCES, ...FILE_DIFFERENCES].filter((difference) => difference.file === file);
    const stale = FILE_DIFFERENCES.filter(
      (difference) => difference.file === file && !differing.some(([text]) => difference.cases.test(text)),
    );
    const unexplained = differing.filter(([text]) => !known.some(({ cases: pattern }) => pattern.test(text)));
    expect({ unexplained, stale }).toEqual({ unexplained: [], stale: [] });
  });
});

/** What a case came to: undefined if as stated. */
function outcomeOf(vector: VectorCase): string | undefined {
  let parsed: ParsedZone;
  try {
    parsed = parse(vector);
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    return vector.ok ? error.message : undefined;
  }
  if (!vector.ok) return 'accepted';
  const expected = expectation(vector);
  const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, facts(parsed)[key]]));
  return JSON.stringify(actual) === JSON.stringify(expected) ? undefined : JSON.stringify(actual);
}

function parse({ text, in: input, origin = '.', context = '', include = {}, ttl }: VectorCase): ParsedZone {
  const bytes = (whole: string): Uint8Array =>
    /[^\0-\xff]/.test(whole) ? Buffer.from(whole) : bytesOf(whole);
  const open = (name: string): SourceFile => ({ file: name, bytes: bytes(include[name]!) });
  return parseZone(
    { file: 'vector', bytes: bytes(context + (text ?? input ?? '')) },
    { origin: nameFromText(origin), defaultTtl: ttl === 0 ? 0 : 3600, include: open },
  );
}

/** Everything about what was read that a vector may state. */
function facts({ store, zoneClass }: ParsedZone): Record<string, unknown> {
  const all = Array.from({ length: store.count }, (_, record) => record);
  const last = store.count - 1;
  const ownerOf = (record: number): Uint8Array => store.names.view(store.owners[record]!);
  const ofLast =
    last < 0
      ? {}
      : {
          owner: hex(ownerOf(last)),
          ttl: store.ttls[last],
          type: store.types[last],
          rdata: hex(store.rdataOf(last)),
        };
  return {
    ...ofLast,
    class: zoneClass,
    owners: all.map((record) => nameToText(ownerOf(record))),
    ttls: all.map((record) => store.ttls[record]),
    record_lines: all.map((record) => store.lines[record]),
    records: store.count,
  };
}

function expectation(vector: VectorCase): Record<string, unknown> {
  const { owner, ttl, rdata, owners, ttls, record_lines, records, class: recordClass, type, out } = vector;
  const printed = out?.split('\t');
  const expected: Record<string, unknown> = {
    owner,
    ttl: ttl ?? (printed === undefined ? undefined : Number(printed[1])),
    type:
      typeof type === 'string'
        ? typeCode(type)
        : (type ?? (printed === undefined ? undefined : typeCode(printed[3]!))),
    rdata: rdata === '' ? undefined : rdata,
    class: recordClass,
    owners,
    ttls,
    record_lines,
    records,
  };
  return Object.fromEntries(
    Object.entries(expected).filter(([, value]) => value !== undefined && value !== null),
  );
}

const typeCode = (mnemonic: string): number => findType(bytesOf(mnemonic), 0, mnemonic.length);
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
