import { describe, expect, test } from '@jest/globals';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import type { SignedZone } from '../../src/dnssec/sign-request.ts';
import { readDnskey, REVOKE_FLAG, writeDnskey } from '../../src/dnssec/dnskey.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { Nsec3Hasher, nsec3Owner } from '../../src/dnssec/nsec3-hash.ts';
import { PrintedOutput } from '../../src/dnssec/printed-output.ts';
import { DAY, NOW, NSEC, NSEC3, signText, type SignTextOptions } from '../support/sign-text.ts';
import { zoneEvidence } from '../../src/rollover/zone-evidence.ts';
import { ed25519Key, type TestKey } from '../support/test-keys.ts';
import { recordLines, typeOfLine, unindent, zoneFromText, zoneToText } from '../support/zone-text.ts';

const KSK = ed25519Key('ksk', 'a KSK');
const ZSK = ed25519Key('zsk', 'a ZSK');
const CSK = ed25519Key('csk', 'a CSK');
const KEYS = [KSK, ZSK];
const REFRESH = 10 * DAY;
/** The run after the first one. */
const LATER = NOW + DAY;

const TEXT = unindent(`
  @ 3600 IN SOA ns h 1 7200 3600 1209600 300
  @ 3600 IN NS ns
  ns 3600 IN A 192.0.2.1
  a 3600 IN A 192.0.2.2
  a 3600 IN TXT "text of a"
  b 3600 IN MX 10 Mail.Other.
  child 3600 IN NS ns.child
  ns.child 3600 IN A 192.0.2.3
  *.w 3600 IN TXT "a wildcard"
`);

interface Run {
  readonly signed: SignedZone;
  readonly lines: string[];
  readonly text: string;
}

async function run(text: string, options: Partial<SignTextOptions> = {}): Promise<Run> {
  const signed = await signText(text, { keys: KEYS, serialPolicy: 'increment', ...options });
  const output = zoneToText(signed.zone, signed.known);
  return { signed, lines: recordLines(output), text: output };
}

/** Signs with an earlier output at hand, a day later. */
async function rerun(
  text: string,
  previousText: string,
  {
    trusted = false,
    asText = false,
    refresh = REFRESH,
    ...options
  }: Partial<SignTextOptions> & { trusted?: boolean; asText?: boolean; refresh?: number } = {},
): Promise<Run> {
  const zone = asText ? printedOutput(previousText) : zoneFromText(previousText);
  return run(text, { now: LATER, ...options, previous: { zone, trusted, refresh } });
}

function printedOutput(text: string): PrintedOutput {
  return new PrintedOutput(new TextEncoder().encode(text), nameFromText('example.'));
}

/** The types of the lines of `b` that are not in `a`, with their owners. */
function news(a: readonly string[], b: readonly string[]): string[] {
  return b.filter((line) => !a.includes(line)).map((line) => `${line.split(' ')[0]!} ${typeOfLine(line)}`);
}

describe.each([
  ['verified', { trusted: false }],
  ['trusted', { trusted: true }],
  ['our own', { trusted: true, asText: true }],
])('signing again with %s signatures', (_, how) => {
  test.each([
    ['NSEC', {}],
    ['NSEC3', { denial: NSEC3 }],
    ['ZONEMD', { zonemd: 1 }],
    ['NSEC3 and ZONEMD', { denial: NSEC3, zonemd: 2 }],
    ['jitter', { jitter: 40000 }],
    ['a CSK', { keys: [CSK] }],
  ] as const)('changes nothing when nothing changed: %s', async (__, options) => {
    const first = await run(TEXT, options);
    const second = await rerun(TEXT, first.text, { ...options, ...how });
    expect(second.signed).toMatchObject({
      unchanged: true,
      serial: 2,
      signaturesMade: 0,
      signaturesKept: first.signed.signaturesMade,
      denialRecords: first.signed.denialRecords,
      firstExpiration: first.signed.firstExpiration,
    });
    expect(second.lines).toEqual(first.lines);
  });

  test.each<[string, (text: string) => string, Partial<SignTextOptions>, string[]]>([
    [
      'an address',
      (text) => text.replace('192.0.2.2', '192.0.2.9'),
      {},
      ['a.example. A', 'a.example. RRSIG A', 'example. RRSIG SOA', 'example. SOA'],
    ],
    [
      'an address in a zone with ZONEMD',
      (text) => text.replace('192.0.2.2', '192.0.2.9'),
      { zonemd: 1 },
      [
        'a.example. A',
        'a.example. RRSIG A',
        'example. RRSIG SOA',
        'example. RRSIG ZONEMD',
        'example. SOA',
        'example. ZONEMD',
      ],
    ],
    [
      'a TTL',
      (text) => text.replace('a 3600 IN TXT', 'a 60 IN TXT'),
      {},
      ['a.example. RRSIG TXT', 'a.example. TXT', 'example. RRSIG SOA', 'example. SOA'],
    ],
    [
      'the letter case of a name that is signed in lower case',
      (text) => text.replace('Mail.Other.', 'mail.other.'),
      {},
      ['b.example. MX', 'b.example. RRSIG MX', 'example. RRSIG SOA', 'example. SOA'],
    ],
    [
      'a further record of an RRset',
      (text) => `${text}a 3600 IN A 192.0.2.7\n`,
      {},
      ['a.example. A', 'a.example. RRSIG A', 'example. RRSIG SOA', 'example. SOA'],
    ],
    [
      'a further type',
      (text) => `${text}a 3600 IN MX 5 ns\n`,
      {},
      [
        'a.example. MX',
        'a.example. NSEC',
        'a.example. RRSIG MX',
        'a.example. RRSIG NSEC',
        'example. RRSIG SOA',
        'example. SOA',
      ],
    ],
    [
      'a further name',
      (text) => `${text}aa 3600 IN A 192.0.2.7\n`,
      {},
      [
        'a.example. NSEC',
        'a.example. RRSIG NSEC',
        'aa.example. A',
        'aa.example. NSEC',
        'aa.example. RRSIG A',
        'aa.example. RRSIG NSEC',
        'example. RRSIG SOA',
        'example. SOA',
      ],
    ],
    [
      'a name that is gone',
      (text) => text.replace(/^b .*\n/m, ''),
      {},
      ['a.example. NSEC', 'a.example. RRSIG NSEC', 'example. RRSIG SOA', 'example. SOA'],
    ],
    [
      'glue',
      (text) => text.replace('192.0.2.3', '192.0.2.9'),
      {},
      ['example. RRSIG SOA', 'example. SOA', 'ns.child.example. A'],
    ],
    [
      'glue that is gone',
      (text) => text.replace(/^ns\.child .*\n/m, ''),
      {},
      ['example. RRSIG SOA', 'example. SOA'],
    ],
    [
      'a delegation that became secure',
      (text) => `${text}child 3600 IN DS 1 8 2 ${'00'.repeat(32)}\n`,
      {},
      [
        'child.example. DS',
        'child.example. NSEC',
        'child.example. RRSIG DS',
        'child.example. RRSIG NSEC',
        'example. RRSIG SOA',
        'example. SOA',
      ],
    ],
    [
      'a name that became a delegation',
      (text) => `${text}a 3600 IN NS ns.other.\n`,
      {},
      ['a.example. NS', 'a.example. NSEC', 'a.example. RRSIG NSEC', 'example. RRSIG SOA', 'example. SOA'],
    ],
    [
      'the TTL of the SOA',
      (text) => text.replace('@ 3600 IN SOA', '@ 1800 IN SOA'),
      {},
      ['example. RRSIG SOA', 'example. SOA'],
    ],
  ])('makes what follows from a change and nothing else: %s', async (__, change, options, expected) => {
    const first = await run(TEXT, options);
    const second = await rerun(change(TEXT), first.text, { ...options, ...how });
    expect([...new Set(news(first.lines, second.lines))].sort()).toEqual(expected);
    expect(second.signed).toMatchObject({ unchanged: false, serial: 3 });
    const made = expected.filter((what) => what.includes('RRSIG'));
    expect(second.signed.signaturesMade).toBe(made.length);
    const kept = second.lines.filter(
      (line) => typeOfLine(line).startsWith('RRSIG') && first.lines.includes(line),
    );
    expect(second.signed.signaturesKept).toBe(kept.length);
  });

  test('agrees with signing everything but for the times', async () => {
    const change = (text: string): string => `${text.replace('192.0.2.2', '192.0.2.9')}new 60 IN TXT x\n`;
    const first = await run(TEXT, { denial: NSEC3 });
    const again = await rerun(change(TEXT), first.text, { denial: NSEC3, ...how });
    const full = await run(change(TEXT), { denial: NSEC3, serialPolicy: 'keep' });
    const withoutTimes = (lines: readonly string[]): string[] =>
      lines
        .map((line) =>
          line
            .replace(/ SOA (\S+ \S+) \d+/, ' SOA $1 serial')
            .replace(/( RRSIG .*) \d{14} \d{14} (.* )\S+$/, '$1 $2'),
        )
        .sort();
    expect(withoutTimes(again.lines)).toEqual(withoutTimes(full.lines));
  });
});

describe('an output of ours, known by its text,', () => {
  const HASHED = nameToText(
    nsec3Owner(new Nsec3Hasher(NSEC3).hash(nameFromText('hashed.example.')), nameFromText('example.')),
  );
  const LARGER = `${TEXT}${Array.from({ length: 40 }, (_, i) => `host${i} 300 IN A 192.0.2.${i}\n`).join('')}`;

  test.each<[string, (text: string) => string, Partial<SignTextOptions>]>([
    ['an address', (text) => text.replace('192.0.2.2', '192.0.2.9'), {}],
    [
      'the letter case of an owner',
      (text) => text.replace('host7 ', 'HOST7 ').replace('192.0.2.2', '192.0.2.9'),
      {},
    ],
    ['a further name', (text) => `${text}host7a 300 IN A 192.0.2.7\n`, {}],
    ['a name whose hash is an owner', (text) => `${text}hashed 300 IN A 192.0.2.7\n`, {}],
    ['names that are gone', (text) => text.replaceAll(/^host[12].*\n/gm, ''), {}],
    ['one of two records', (text) => text.replace(/^ns .*\n/m, ''), {}],
    ['a TTL', (text) => text.replace('host9 300', 'host9 60'), {}],
    ['another signer', (text) => text, { keys: [KSK, ed25519Key('zsk', 'a successor')] }],
    ['one signer more', (text) => text, { keys: [KSK, ZSK, CSK] }],
    ['another denial', (text) => text, { denial: NSEC3 }],
    ['ZONEMD', (text) => text, { zonemd: 1 }],
    ['some that are due', (text) => text, { now: NOW + 20 * DAY - 20000 }],
    ['all that are due', (text) => text, { now: NOW + 21 * DAY }],
    ['a clock that goes back', (text) => text, { now: NOW - DAY }],
  ])('becomes the same as one that is read in full: %s', async (_, change, options) => {
    const input = `${LARGER}ns 3600 IN A 192.0.2.66\n${HASHED} 3600 IN A 192.0.2.67\n`;
    for (const denial of [NSEC, NSEC3]) {
      const first = await run(input, { denial, jitter: 40000 });
      const again = { denial, jitter: 40000, trusted: true, ...options };
      const inFull = await rerun(change(input), first.text, again);
      const byText = await rerun(change(input), first.text, { ...again, asText: true });
      expect(byText.text).toBe(inFull.text);
      const comparable = ({ zone: _, known: __, kept: ___, ...signed }: SignedZone): unknown => signed;
      expect(comparable(byText.signed)).toEqual(comparable(inFull.signed));
      const { zone, kept } = byText.signed;
      expect(zoneEvidence(zone, [], kept?.signers)).toEqual(zoneEvidence(inFull.signed.zone));
      const whole = await rerun(change(input), first.text, { ...again, asText: true, wholeZone: true });
      expect(zoneToText(whole.signed.zone)).toBe(inFull.text);
      expect(whole.text).toBe(inFull.text);
    }
  });

  test('is printed again only where it changed', async () => {
    const first = await run(LARGER);
    const { signed } = await rerun(LARGER.replace('192.0.2.2', '192.0.2.9'), first.text, {
      trusted: true,
      asText: true,
    });
    const printed = Array.from(signed.known!.ends).flatMap((end, rank) =>
      end === 0 ? [nameToText(signed.zone.ownerOf(rank))] : [],
    );
    expect(printed).toEqual(['example.', 'a.example.']);
  });
});

describe('a signature is made anew', () => {
  const madeWith = async (
    previousText: string,
    options: Parameters<typeof rerun>[2] = {},
    text = TEXT,
  ): Promise<string[]> => {
    const { lines, signed } = await rerun(text, previousText, options);
    const before = recordLines(previousText);
    const made = news(before, lines).filter((what) => what.includes('RRSIG'));
    expect(signed.signaturesMade).toBe(made.length);
    return made;
  };
  const ONLY_SOA = ['example. RRSIG SOA'];
  const edited = async (
    edit: (line: string) => string,
    options: Partial<SignTextOptions> = {},
  ): Promise<string> => {
    const { lines } = await run(TEXT, options);
    const changed = lines.map(edit);
    expect(changed).not.toEqual(lines);
    return `${changed.join('\n')}\n`;
  };
  /** Changes something in the signature over the TXT of `a`. */
  const editSignature = (edit: (line: string) => string): Promise<string> =>
    edited((line) => (line.startsWith('a.example. 3600 IN RRSIG TXT') ? edit(line) : line));

  test('when less than the refresh time is left', async () => {
    const { text, signed } = await run(TEXT);
    expect(signed.firstExpiration).toBe(NOW + 30 * DAY);
    expect(await madeWith(text, { now: NOW + 20 * DAY })).toEqual([]);
    expect(await madeWith(text, { now: NOW + 20 * DAY + 1 })).toHaveLength(signed.signaturesMade);
  });

  test('when it expired', async () => {
    const { text, signed } = await run(TEXT);
    expect(await madeWith(text, { now: NOW + 31 * DAY, refresh: 0 })).toHaveLength(signed.signaturesMade);
  });

  test('when its inception lies ahead: the clock was wrong, or is', async () => {
    const { text, signed } = await run(TEXT);
    expect(await madeWith(text, { now: NOW - DAY })).toHaveLength(signed.signaturesMade);
  });

  test('when its key does not sign any more', async () => {
    const { text } = await run(TEXT);
    const successor = ed25519Key('zsk', 'a successor');
    const made = await madeWith(text, { keys: [KSK, successor] });
    expect(made).toContain('a.example. RRSIG A');
    const { lines } = await rerun(TEXT, text, { keys: [KSK, successor] });
    expect(lines.filter((line) => line.includes(` ${ZSK.keyTag} example. `))).toEqual([]);
  });

  test('when its key was revoked: that gives it another tag (RFC 5011 section 2.1)', async () => {
    const { text } = await run(TEXT, { keys: [KSK, CSK] });
    const fields = readDnskey(KSK.dnskeyRdata);
    const dnskeyRdata = writeDnskey({ ...fields, flags: fields.flags | REVOKE_FLAG });
    const revoked: TestKey = { ...KSK, dnskeyRdata, keyTag: keyTag(dnskeyRdata) };
    expect(await madeWith(text, { keys: [revoked, CSK] })).toEqual([
      'example. RRSIG DNSKEY',
      'example. RRSIG DNSKEY',
      ...ONLY_SOA,
    ]);
  });

  test('when it was tampered with', async () => {
    const flipped = await editSignature((line) =>
      line.replace(/.(?=\S{20}$)/, (c) => (c === 'A' ? 'B' : 'A')),
    );
    expect((await madeWith(flipped)).sort()).toEqual(['a.example. RRSIG TXT', ...ONLY_SOA]);
  });

  test.each([
    ['too short', (line: string) => line.replace(/\S+$/, 'AAAA')],
    ['of a wrong TTL', (line: string) => line.replace(' 3600 IN ', ' 60 IN ')],
    ['over another original TTL', (line: string) => line.replace(/ 15 2 3600 /, ' 15 2 60 ')],
    ['with another expiration', (line: string) => line.replace(/ 2026\d{10} /, ' 20261231000000 ')],
    ['with other labels', (line: string) => line.replace(' 15 2 3600 ', ' 15 1 3600 ')],
    ['of another signer', (line: string) => line.replace(/ example\. (?=\S+$)/, ' other. ')],
    ['of another algorithm', (line: string) => line.replace(' 15 2 ', ' 13 2 ')],
  ])('when it is %s', async (_, edit) => {
    expect((await madeWith(await editSignature(edit))).sort()).toEqual(['a.example. RRSIG TXT', ...ONLY_SOA]);
  });

  test('when the record was tampered with', async () => {
    const text = await edited((line) => line.replace('192.0.2.2', '192.0.2.66'));
    expect((await madeWith(text)).sort()).toEqual(['a.example. RRSIG A', ...ONLY_SOA]);
  });

  test('when it is missing', async () => {
    const text = await editSignature(() => '');
    expect((await madeWith(text)).sort()).toEqual(['a.example. RRSIG TXT', ...ONLY_SOA]);
  });

  test('when it is the one over the SOA', async () => {
    const text = await edited((line) => (line.includes('RRSIG SOA') ? '' : line));
    expect(await madeWith(text)).toEqual(ONLY_SOA);
  });

  test('when it is good for a wildcard, but the name is there itself', async () => {
    // What a server makes of the wildcard: the same records and signature under another name.
    const { lines } = await run(TEXT);
    const synthesized = lines
      .filter((line) => line.startsWith('*.w.example. ') && / (RRSIG )?TXT /.test(line))
      .map((line) => line.replace('*.w', 'x.w'));
    const text = `${[...lines, ...synthesized].join('\n')}\n`;
    const input = `${TEXT}x.w 3600 IN TXT "a wildcard"\n`;
    expect(await madeWith(text, {}, input)).toContain('x.w.example. RRSIG TXT');
  });

  test('when it was made in the name of another zone', async () => {
    // One key for a zone and for the one above.
    const parent = await run(TEXT, { origin: 'parent.example.', keys: [CSK] });
    const foreign = parent.lines.filter((line) => line.startsWith('a.parent.example. 3600 IN RRSIG TXT'));
    expect(foreign).toHaveLength(1);
    const child = unindent(`
      @ 3600 IN SOA ns.other. h 1 7200 3600 1209600 300
      @ 3600 IN NS ns.other.
      a.parent 3600 IN TXT "text of a"
    `);
    const first = await run(child, { keys: [CSK] });
    const text = first.lines
      .map((line) => (/^a\.parent.* RRSIG TXT /.test(line) ? foreign[0]! : line))
      .join('\n');
    expect(await madeWith(text, { keys: [CSK] }, child)).toContain('a.parent.example. RRSIG TXT');
  });
});

describe('the output is written anew, though every signature serves,', () => {
  const rewritten = async (
    change: (lines: string[]) => string[],
    options: Partial<SignTextOptions> = {},
  ): Promise<Run> => {
    const { lines } = await run(TEXT, options);
    return rerun(TEXT, `${change(lines).join('\n')}\n`, options);
  };

  test('when it has a record too many', async () => {
    const { signed, lines } = await rewritten((before) => [...before, 'extra.example. 60 IN A 192.0.2.99']);
    expect(signed).toMatchObject({ unchanged: false, serial: 3, signaturesMade: 1 });
    expect(lines.some((line) => line.startsWith('extra'))).toBe(false);
  });

  test('when it has a signature too many', async () => {
    const { signed } = await rewritten((before) => [
      ...before,
      before.find((line) => line.includes('RRSIG A '))!.replace(/ \d+ example\. /, ' 4711 example. '),
    ]);
    expect(signed).toMatchObject({ unchanged: false, signaturesMade: 1 });
  });

  test.each([
    ['digest', (line: string) => line.replace(/ 1 1 [0-9A-F]{4}/, ' 1 1 ABCD')],
    ['serial', (line: string) => line.replace(/ZONEMD 2 /, 'ZONEMD 1 ')],
    ['scheme', (line: string) => line.replace(/ZONEMD 2 1 /, 'ZONEMD 2 240 ')],
    ['hash algorithm', (line: string) => line.replace(/ZONEMD 2 1 1 /, 'ZONEMD 2 1 240 ')],
  ])('when the %s of its ZONEMD is wrong', async (_, edit) => {
    // Whoever has the key can sign a wrong ZONEMD.
    const { text } = await run(TEXT, { zonemd: 1 });
    const wrong = text.replaceAll('\t', ' ').replace(/^.* IN ZONEMD .*$/m, edit);
    expect(wrong).not.toBe(text.replaceAll('\t', ' '));
    const previous = { zone: zoneFromText(wrong), trusted: true, refresh: REFRESH };
    const { signed } = await run(TEXT, { zonemd: 1, now: LATER, previous });
    expect(signed).toMatchObject({ unchanged: false, signaturesMade: 2 });
  });

  test('when it is to have another denial', async () => {
    const { text } = await run(TEXT);
    const { signed, lines } = await rerun(TEXT, text, { denial: NSEC3 });
    expect(signed.unchanged).toBe(false);
    expect(lines.filter((line) => / NSEC /.test(line))).toEqual([]);
  });

  test('when it is not to have a ZONEMD any more', async () => {
    const { text } = await run(TEXT, { zonemd: 1 });
    const { signed, lines } = await rerun(TEXT, text);
    expect(signed.unchanged).toBe(false);
    expect(lines.filter((line) => line.includes('ZONEMD'))).toEqual([]);
  });
});

describe('serials', () => {
  test('a serial alone is no change', async () => {
    const { text } = await run(TEXT);
    const { signed } = await rerun(TEXT.replace(' h 1 ', ' h 5 '), text);
    expect(signed).toMatchObject({ unchanged: true, serial: 2 });
  });

  test('the new one exceeds input and output', async () => {
    const { text } = await run(TEXT);
    const changed = TEXT.replace('192.0.2.2', '192.0.2.9');
    expect((await rerun(changed, text)).signed.serial).toBe(3);
    expect((await rerun(changed.replace(' h 1 ', ' h 5 '), text)).signed.serial).toBe(6);
    expect((await rerun(changed, text, { publishedSerials: [70] })).signed.serial).toBe(71);
  });

  test('"keep" refuses a change under a serial that is out already', async () => {
    const { text } = await run(TEXT, { serialPolicy: 'keep' });
    const changed = TEXT.replace('192.0.2.2', '192.0.2.9');
    const options = { serialPolicy: 'keep' } as const;
    await expect(rerun(changed, text, options)).rejects.toMatchObject({ code: 'sign/serial-kept' });
    expect((await rerun(changed.replace(' h 1 ', ' h 2 '), text, options)).signed.serial).toBe(2);
    expect((await rerun(TEXT, text, options)).signed).toMatchObject({ unchanged: true, serial: 1 });
  });
});

test('a key is told apart from another with the same tag and algorithm', async () => {
  // Found by trying words: both have the tag of the other.
  const [one, two] = sameTagKeys();
  const first = await run(TEXT, { keys: [KSK, one] });
  const { signed, lines } = await rerun(TEXT, first.text, { keys: [KSK, two] });
  expect(signed.unchanged).toBe(false);
  expect(news(first.lines, lines)).toContain('a.example. RRSIG A');
});

function sameTagKeys(): [TestKey, TestKey] {
  const seen = new Map<number, TestKey>();
  for (let i = 0; ; i++) {
    const key = ed25519Key('zsk', `try ${i}`);
    const other = seen.get(key.keyTag);
    if (other !== undefined) return [other, key];
    seen.set(key.keyTag, key);
  }
}
