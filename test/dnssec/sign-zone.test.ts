import { beforeAll, describe, expect, test } from '@jest/globals';
import { toHex } from '../../src/dns/encoding.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { readTimestamp } from '../../src/dns/time.ts';
import { readDnskey } from '../../src/dnssec/dnskey.ts';
import { readZonemd, zoneDigest } from '../../src/dnssec/zonemd.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { Type } from '../../src/rr/registry.ts';
import { OPT_OUT, DAY, NOW, NSEC3, signText, type SignTextOptions } from '../support/sign-text.ts';
import { ed25519Key, newKey, type TestKey } from '../support/test-keys.ts';
import { recordLines, unindent, zoneFromText, zoneToText } from '../support/zone-text.ts';
import { recordsOf, signaturesOf } from './signed-octets.ts';

const KSK = ed25519Key('ksk', 'a KSK');
const ZSK = ed25519Key('zsk', 'a ZSK');
const CSK = ed25519Key('csk', 'a CSK');

const TEXT = unindent(`
  $TTL 3600
  @         86400 IN SOA ns hostmaster 7 7200 3600 1209600 300
  @               IN NS ns
  @               IN CDS 0 0 0 00
  @               IN CDNSKEY 0 3 0 AA==
  ns              IN A 192.0.2.1
  *.Wild    600   IN TXT "a wildcard"
  a.b.c           IN A 192.0.2.2
  child           IN NS ns.child
  child           IN A 192.0.2.3
  ns.child        IN A 192.0.2.4
  grandchild.child IN NS ns
  secure          IN NS ns
  secure          IN DS 1 8 2 ${'00'.repeat(32)}
  redirected      IN DNAME other.
  gone.redirected IN A 192.0.2.5
`);

interface Rrsig {
  readonly what: string;
  readonly ttl: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: string;
}

async function signedLines(text: string, options: SignTextOptions): Promise<string[]> {
  return recordLines(zoneToText((await signText(text, options)).zone));
}

function rrsigs(lines: readonly string[]): Rrsig[] {
  return lines
    .map((line) => line.split(' '))
    .filter((words) => words[3] === 'RRSIG')
    .map((words) => ({
      what: `${words[0]!.toLowerCase()} ${words[4]!}`,
      ttl: Number(words[1]),
      algorithm: Number(words[5]),
      labels: Number(words[6]),
      originalTtl: Number(words[7]),
      expiration: readTimestamp(words[8]!)!,
      inception: readTimestamp(words[9]!)!,
      keyTag: Number(words[10]),
      signer: words[11]!,
    }));
}

const covered = (lines: readonly string[], { keyTag }: TestKey): string[] =>
  rrsigs(lines)
    .filter((rrsig) => rrsig.keyTag === keyTag)
    .map(({ what }) => what)
    .sort();

/** Wildcards are signed as they stand, so the plain rule for what is signed serves for all. */
function badSignatures(lines: readonly string[], keys: readonly TestKey[]): string[] {
  return signaturesOf(recordsOf(lines))
    .filter(({ keyTag, data, signature }) => {
      const key = keys.find((each) => each.keyTag === keyTag);
      if (key === undefined || data === undefined) return true;
      const { publicKey } = readDnskey(key.dnskeyRdata);
      return !nodeCrypto.importPublicKey(key.algorithm, publicKey)!.verify(data, signature);
    })
    .map(({ rrset }) => rrset);
}

const KEY_RRSETS = ['example. CDNSKEY', 'example. CDS', 'example. DNSKEY'];
const ZONE_RRSETS = [
  '*.wild.example. NSEC',
  '*.wild.example. TXT',
  'a.b.c.example. A',
  'a.b.c.example. NSEC',
  'child.example. NSEC',
  'example. NS',
  'example. NSEC',
  'example. SOA',
  'ns.example. A',
  'ns.example. NSEC',
  'redirected.example. DNAME',
  'redirected.example. NSEC',
  'secure.example. DS',
  'secure.example. NSEC',
];

describe('which key signs what', () => {
  test('a KSK the DNSKEY, CDS and CDNSKEY RRsets, a ZSK all other data of the zone itself', async () => {
    const lines = await signedLines(TEXT, { keys: [KSK, ZSK] });
    expect(covered(lines, KSK)).toEqual(KEY_RRSETS);
    expect(covered(lines, ZSK)).toEqual(ZONE_RRSETS);
    expect(badSignatures(lines, [KSK, ZSK])).toEqual([]);
  });

  test('a CSK everything', async () => {
    const lines = await signedLines(TEXT, { keys: [CSK] });
    expect(covered(lines, CSK)).toEqual([...KEY_RRSETS, ...ZONE_RRSETS].sort());
    expect(badSignatures(lines, [CSK])).toEqual([]);
  });

  test('every algorithm and every key signs everything', async () => {
    const p256 = await newKey(13, 'csk');
    const second = ed25519Key('zsk', 'a second ZSK');
    const keys = [KSK, ZSK, second, p256];
    const lines = await signedLines(TEXT, { keys });
    expect(covered(lines, p256)).toEqual([...KEY_RRSETS, ...ZONE_RRSETS].sort());
    expect(covered(lines, second)).toEqual(ZONE_RRSETS);
    expect(badSignatures(lines, keys)).toEqual([]);
  });

  test.each([
    ['NSEC3', NSEC3, 10],
    ['NSEC3 with opt-out', OPT_OUT, 9],
  ])('%s is signed for each name and empty non-terminal', async (_, denial, count) => {
    const lines = await signedLines(TEXT, { keys: [CSK], denial });
    const signed = covered(lines, CSK);
    expect(signed.filter((what) => what.endsWith(' NSEC3'))).toHaveLength(count);
    expect(signed).toContain('example. NSEC3PARAM');
    expect(badSignatures(lines, [CSK])).toEqual([]);
  });
});

describe('the fields of a signature', () => {
  let lines: string[];
  let signatures: Rrsig[];
  const rrsigOf = (what: string): Rrsig => signatures.find((rrsig) => rrsig.what === what)!;

  beforeAll(async () => {
    lines = await signedLines(TEXT, {
      keys: [KSK, ZSK],
      inception: NOW - 100,
      expiration: NOW + 10 * DAY,
      dnskeyExpiration: NOW + 20 * DAY,
    });
    signatures = rrsigs(lines);
  });

  test('name the zone in lower case as the signer', async () => {
    expect(new Set(signatures.map(({ signer }) => signer))).toEqual(new Set(['example.']));
    const mixed = await signedLines(TEXT, { keys: [CSK], origin: 'EXAMPLE.' });
    expect(new Set(rrsigs(mixed).map(({ signer }) => signer))).toEqual(new Set(['example.']));
  });

  test('count labels without the root and without a wildcard', () => {
    expect(rrsigOf('example. SOA').labels).toBe(1);
    expect(rrsigOf('a.b.c.example. A').labels).toBe(4);
    expect(rrsigOf('*.wild.example. TXT').labels).toBe(2);
  });

  test('have the TTL of the RRset twice', () => {
    expect(rrsigOf('*.wild.example. TXT')).toMatchObject({ ttl: 600, originalTtl: 600 });
    expect(rrsigOf('example. SOA')).toMatchObject({ ttl: 86400, originalTtl: 86400 });
  });

  test('have the times that were asked for, those of the key RRsets apart', () => {
    for (const { what, inception, expiration } of signatures) {
      expect(inception).toBe(NOW - 100);
      expect(expiration).toBe(NOW + (KEY_RRSETS.includes(what) ? 20 : 10) * DAY);
    }
  });

  test('take the lowest TTL of an RRset with several', async () => {
    const mixed = await signedLines(`${TEXT}m 500 TXT a\nm 400 TXT b\nm 450 TXT c\n`, { keys: [CSK] });
    const ttls = mixed.filter((line) => line.startsWith('m.example. ') && line.includes('TXT "'));
    expect(ttls.map((line) => line.split(' ')[1])).toEqual(['400', '400', '400']);
    expect(rrsigs(mixed).find(({ what }) => what === 'm.example. TXT')).toMatchObject({
      ttl: 400,
      originalTtl: 400,
    });
    expect(badSignatures(mixed, [CSK])).toEqual([]);
  });
});

describe('the TTL of denial records is the smaller of the SOA and its minimum (RFC 9077)', () => {
  test.each([
    [60, 300, 60],
    [3600, 300, 300],
  ])('TTL %i, minimum %i', async (ttl, minimum, expected) => {
    const text = `@ ${ttl} IN SOA ns h 1 2 3 4 ${minimum}\n@ 7200 IN NS ns.other.\n`;
    for (const options of [{}, { denial: NSEC3 }]) {
      const lines = await signedLines(text, { keys: [CSK], ...options });
      const denial = lines.filter((line) => /^\S+ \d+ IN (RRSIG )?NSEC3? /.test(line));
      expect(denial).toHaveLength(2);
      for (const line of denial) expect(line.split(' ')[1]).toBe(String(expected));
    }
  });
});

describe('jitter', () => {
  const JITTER = 43200;
  const text = TEXT + Array.from({ length: 500 }, (_, i) => `host${i} A 192.0.2.1\n`).join('');

  test('shortens by less than was asked for, differently from name to name and type to type', async () => {
    const signatures = rrsigs(await signedLines(text, { keys: [KSK, ZSK], jitter: JITTER }));
    const shortened = signatures
      .filter(({ what }) => !KEY_RRSETS.includes(what))
      .map(({ expiration }) => NOW + 30 * DAY - expiration);
    expect(Math.min(...shortened)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shortened)).toBeLessThan(JITTER);
    // 1014 draws from 43200 numbers: about twelve pairs are to be expected.
    expect(new Set(shortened).size).toBeGreaterThan(950);
    const twelfths = new Set(shortened.map((seconds) => Math.floor((seconds * 12) / JITTER)));
    expect(twelfths.size).toBe(12);
  });

  test('leaves the key RRsets alone', async () => {
    const signatures = rrsigs(await signedLines(TEXT, { keys: [KSK, ZSK], jitter: JITTER }));
    for (const { what, expiration } of signatures) {
      if (KEY_RRSETS.includes(what)) expect(expiration).toBe(NOW + 30 * DAY);
    }
  });

  test('is the same on every run, in any letter case', async () => {
    const options = { keys: [KSK, ZSK], jitter: JITTER };
    const lines = await signedLines(text, options);
    expect(await signedLines(text, options)).toEqual(lines);
    const upper = rrsigs(await signedLines(text.replaceAll('host', 'HOST'), options));
    const expirations = (list: readonly Rrsig[]): Map<string, number> =>
      new Map(list.map(({ what, expiration }) => [what, expiration]));
    expect(expirations(upper)).toEqual(expirations(rrsigs(lines)));
  });
});

describe('ZONEMD', () => {
  test.each([
    [1, NSEC3],
    [2, { kind: 'nsec' }],
  ] as const)('of hash algorithm %i is right, signed, and in the bitmap', async (zonemd, denial) => {
    const { zone, serial } = await signText(TEXT, {
      keys: [KSK, ZSK],
      zonemd,
      denial,
      serialPolicy: 'increment',
    });
    const lines = recordLines(zoneToText(zone));
    const again = zoneFromText(lines.join('\n'));
    const [rdata, ...others] = again.rdatasOf(again.apexRrset(Type.ZONEMD));
    expect(others).toEqual([]);
    const { digest, ...fields } = readZonemd(rdata!);
    expect(fields).toEqual({ serial: 8, scheme: 1, hashAlgorithm: zonemd });
    expect(serial).toBe(8);
    expect(toHex(digest)).toBe(toHex(zoneDigest(again, zonemd, nodeCrypto)));
    expect(covered(lines, ZSK)).toContain('example. ZONEMD');
    expect(badSignatures(lines, [KSK, ZSK])).toEqual([]);
    expect(lines.find((line) => / NSEC3? .* SOA /.test(line))).toContain(' ZONEMD');
  });
});

describe('what signing counts', () => {
  test('is told', async () => {
    const { zone, ...counts } = await signText(TEXT, {
      keys: [KSK, ZSK],
      jitter: 1000,
      expiration: NOW + 10 * DAY,
    });
    expect(counts).toMatchObject({
      unchanged: false,
      serial: 7,
      denialRecords: 7,
      signaturesMade: 17,
      signaturesKept: 0,
    });
    const expirations = rrsigs(recordLines(zoneToText(zone))).map(({ expiration }) => expiration);
    expect(counts.firstExpiration).toBe(Math.min(...expirations));
  });
});

describe('a zone is not signed', () => {
  const failure = (keys: readonly TestKey[]): Promise<unknown> =>
    signText(TEXT, { keys }).then(
      () => 'it was',
      (error: unknown) => error,
    );

  test('without a key', async () => {
    expect(await failure([])).toMatchObject({ kind: 'input', code: 'sign/no-key' });
  });

  test('without a key for one half of the work', async () => {
    expect(await failure([KSK])).toMatchObject({
      kind: 'input',
      code: 'sign/role-missing',
      message: expect.stringMatching(/no active ZSK of ED25519.*zone data/),
      hint: expect.stringContaining('--role zsk'),
    });
    expect(await failure([ZSK])).toMatchObject({
      code: 'sign/role-missing',
      message: expect.stringMatching(/no active KSK of ED25519.*DNSKEY/),
      hint: expect.stringContaining('--role ksk'),
    });
  });

  test('without both for every algorithm (RFC 4035 section 2.2)', async () => {
    expect(await failure([CSK, await newKey(13, 'zsk')])).toMatchObject({
      code: 'sign/role-missing',
      message: expect.stringContaining('KSK of ECDSAP256SHA256'),
    });
  });

  test('with an algorithm that we know nothing of', async () => {
    const rdata = Uint8Array.of(1, 0, 3, 100, ...new Uint8Array(32));
    expect(await failure([{ ...CSK, dnskeyRdata: rdata }])).toMatchObject({
      kind: 'input',
      code: 'sign/algorithm',
    });
  });

  test('with the private part of another key', async () => {
    // The jwk is whole in itself: only the signature tells.
    const swapped = { ...CSK, privateKey: ed25519Key('csk', 'another').privateKey };
    expect(await failure([swapped])).toMatchObject({
      kind: 'input',
      code: 'sign/self-check',
      message: expect.stringContaining(String(CSK.keyTag)),
    });
  });

  test('with the private part of another key beside good ones', async () => {
    const swapped = { ...ZSK, privateKey: KSK.privateKey };
    expect(await failure([KSK, swapped, CSK])).toMatchObject({ code: 'sign/self-check' });
  });
});

test('names with every octet are signed', async () => {
  const octets = Array.from({ length: 256 }, (_, octet) => `\\${String(octet).padStart(3, '0')}`);
  const text = octets.map((octet) => `x${octet}y TXT "${octet}"\n`).join('');
  const lines = await signedLines(TEXT + text, { keys: [CSK] });
  expect(badSignatures(lines, [CSK])).toEqual([]);
  // Upper and lower case are one name.
  expect(lines.filter((line) => /\bNSEC \S+ TXT RRSIG NSEC$/.test(line))).toHaveLength(256 - 26 + 1);
});

test('the root can be signed', async () => {
  const text = '. 86400 IN SOA a. b. 1 2 3 4 5\n. 86400 IN NS a.\na. 60 IN A 192.0.2.1\n* 60 IN TXT x\n';
  const lines = await signedLines(text, { keys: [CSK], origin: '.', denial: NSEC3 });
  expect(badSignatures(lines, [CSK])).toEqual([]);
  const labels = new Map(rrsigs(lines).map((rrsig) => [rrsig.what, rrsig.labels]));
  expect([labels.get('. SOA'), labels.get('a. A'), labels.get('*. TXT')]).toEqual([0, 1, 0]);
  expect(zoneFromText(lines.join('\n'), '.').rankOf(nameFromText('a.'))).toBeGreaterThan(0);
});
