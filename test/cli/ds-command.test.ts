import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { CLOCK, runForJson, runInProcess } from './in-process.ts';
import { schemaErrors } from './schemas.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

// RFC 8080 section 6.1 and RFC 6605 section 6.2.
const ED25519 = '257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=';
const ED25519_DIGEST = '3AA5AB37EFCE57F737FC1627013FEE07BDF241BD10F3B1964AB55C78E79A304B';
const P384 =
  '257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40';
const P384_DIGEST =
  '72D7B62976CE06438E9C0BF319013CF801F09ECC84B8D7E9495F27E305C6A9B0563A9B5F4D288405C3008A946DF983D6';

beforeEach(() => {
  workIn({
    'keys/Kexample.com.+015+03613.key': `example.com. IN DNSKEY ${ED25519}\n`,
    'keys/Kexample.net.+014+10771.key': `example.net. IN DNSKEY ${P384}\n`,
  });
});

async function ds(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runInProcess(['ds', ...args]);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe('ds', () => {
  test('prints one record a line with single spaces, and nothing else', async () => {
    expect(await ds('example.com')).toBe(`example.com. IN DS 3613 15 2 ${ED25519_DIGEST}\n`);
  });

  test('has as fourth field and behind what a DS record has', async () => {
    const line = (await ds('example.com')).trimEnd();
    expect(line.split(' ').slice(3).join(' ')).toBe(`3613 15 2 ${ED25519_DIGEST}`);
  });

  test('makes the digests that are asked for; repeating the option does not swallow the zone', async () => {
    const lines = (await ds('--digest', 'sha384', '--digest', 'SHA-256', 'example.net'))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^example\.net\. IN DS 10771 14 2 [0-9A-F]{64}$/);
    expect(lines[1]).toBe(`example.net. IN DS 10771 14 4 ${P384_DIGEST}`);
  });

  test('of several zones', async () => {
    expect((await ds('example.net', 'example.com')).match(/^example\.\w+/gm)).toEqual([
      'example.com',
      'example.net',
    ]);
  });

  test('warns of SHA-1 on standard error alone', async () => {
    const { status, stdout, stderr } = await runInProcess(['ds', 'example.com', '--digest', 'sha1']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^example\.com\. IN DS 3613 15 1 [0-9A-F]{40}\n$/);
    expect(stderr).toMatch(/^zonewright: warning: the SHA-1 digest of key 3613 is not secure.*\n {2}hint: /);
  });

  test.each([
    [['--ttl', '1h'], '3600'],
    [['--ttl', '300'], '300'],
    [['--ttl', '0'], '0'],
  ])('%j puts a TTL behind the owner', async (options, ttl) => {
    expect(await ds('example.com', ...options)).toBe(
      `example.com. ${ttl} IN DS 3613 15 2 ${ED25519_DIGEST}\n`,
    );
  });

  test.each([
    [['--digest', 'md5'], '"md5" is no digest that DS records have'],
    [['--ttl', '3000000000'], '--ttl: the TTL 3000000000 is larger than 2147483647'],
    [['--ttl', 'x'], '--ttl: "x" is no duration'],
    [['--ttl', '1h', '--format', 'csv'], '--ttl is for records, and csv has no place for a TTL'],
    [['--ttl', '1h', '--json'], '--ttl is for records, and json has no place for a TTL'],
    [['--json', '--format', 'csv'], '--json and --format csv exclude each other'],
    [['-z', 'a..b'], '"a..b" is no zone name'],
    [['Kexample.com.+015+03613.key', '--add'], '--add is for zones with a rotation state'],
  ])('%j is a mistake', async (options, message) => {
    const { status, stderr } = await runInProcess(['ds', 'example.com', ...options]);
    expect(status).toBe(2);
    expect(stderr).toContain(`zonewright: ${message}`);
  });
});

describe('ds of zones whose DS is not safe yet', () => {
  const zones = ['a.example', 'b.example'];

  test('prints nothing, exits 1 and says of each from when on it is; --anyway prints it', async () => {
    const text = SMALL_ZONE.replace('$ORIGIN example.com.\n', '');
    const configuration = 'zones: {a.example: {file: a.example}, b.example: {file: b.example}}\n';
    workIn({ '.zonewrightrc.yaml': configuration, 'a.example': text, 'b.example': text });
    expect((await runInProcess(['rotate', '--all', '--sign'])).status).toBe(0);
    const early = zones.map(
      (zone) => new RegExp(`${zone}\\.: the DS must not be at the parent before \\d{4}-`),
    );
    const refused = await runInProcess(['ds', ...zones]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    for (const each of early) expect(refused.stderr).toMatch(each);
    expect(await runForJson(['ds', ...zones])).toMatchObject({
      status: 1,
      document: { ds: [], dnskeys: [] },
    });
    const anyway = await runInProcess(['ds', ...zones, '--anyway']);
    expect(anyway).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^a\.example\. IN DS .*\nb\.example\. IN DS .*\n$/),
    });
    for (const each of early) expect(anyway.stderr).toMatch(each);
    const later = await runInProcess(['ds', ...zones], { clock: CLOCK + 86400 });
    expect(later).toMatchObject({ status: 0, stdout: anyway.stdout, stderr: '' });
  });
});

describe('ds --format', () => {
  const [flags, protocol, algorithm, publicKey] = ED25519.split(' ');

  test('csv', async () => {
    expect(await ds('example.com', '--format', 'csv')).toBe(
      `owner,keyTag,algorithm,digestType,digest\nexample.com.,3613,15,2,${ED25519_DIGEST}\n`,
    );
  });

  test('registrar has every field with its number', async () => {
    expect(await ds('example.com', 'example.net', '--format', 'registrar')).toBe(
      `Domain:      example.com
Key tag:     3613
Algorithm:   15 (ED25519)
Digest type: 2 (SHA-256)
Digest:      ${ED25519_DIGEST}
Flags:       257 (KSK)
Protocol:    3
Public key:  ${publicKey!}

Domain:      example.net
Key tag:     10771
Algorithm:   14 (ECDSAP384SHA384)
Digest type: 2 (SHA-256)
Digest:      ${(await ds('example.net')).trim().split(' ').at(-1)!}
Flags:       257 (KSK)
Protocol:    3
Public key:  ${P384.split(' ').at(-1)!}
`,
    );
  });

  test.each([
    ['dnskey', `DNSKEY ${ED25519}`],
    ['cdnskey', `CDNSKEY ${ED25519}`],
    ['cds', `CDS 3613 15 2 ${ED25519_DIGEST}`],
  ])('%s', async (format, record) => {
    expect(await ds('example.com', '--format', format)).toBe(`example.com. IN ${record}\n`);
    expect(await ds('example.com', '--format', format, '--ttl', '60')).toBe(`example.com. 60 IN ${record}\n`);
  });

  test('dnsimple is the body of one API call a line', async () => {
    const lines = (await ds('example.com', 'example.net', '--format', 'dnsimple')).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toEqual({
      algorithm: '15',
      digest: ED25519_DIGEST,
      digest_type: '2',
      keytag: '3613',
      public_key: publicKey,
    });
  });

  test('json is the document of --json, and follows its schema', async () => {
    const document = JSON.parse(await ds('example.com', '--format', 'json')) as Record<string, unknown>;
    expect(document).toEqual((await runForJson(['ds', 'example.com'])).document);
    expect(document).toEqual({
      schema: 'zonewright/ds/v1',
      ds: [{ owner: 'example.com.', keyTag: 3613, algorithm: 15, digestType: 2, digest: ED25519_DIGEST }],
      dnskeys: [
        {
          owner: 'example.com.',
          keyTag: 3613,
          flags: Number(flags),
          protocol: Number(protocol),
          algorithm: Number(algorithm),
          publicKey,
        },
      ],
      warnings: [],
    });
    expect(schemaErrors(document)).toEqual([]);
  });

  test('json has the warnings', async () => {
    const { document } = await runForJson(['ds', 'example.com', '--digest', 'sha1']);
    expect(document['warnings']).toMatchObject([{ message: expect.stringContaining('SHA-1') }]);
    expect(schemaErrors(document)).toEqual([]);
  });
});

describeWithPeers(['xmllint'], 'ds --format epp', () => {
  const schema = fileURLToPath(new URL('../../fixtures/epp/secDNS-1.1.xsd', import.meta.url));
  const check = (xml: string): ReturnType<typeof runPeer> =>
    runPeer('xmllint', ['--noout', '--schema', schema, '-'], { stdin: xml });

  test('follows the schema of RFC 5910, with DS and key data', async () => {
    const xml = await ds(
      'example.com',
      'example.net',
      '--format',
      'epp',
      '--digest',
      'sha256',
      '--digest',
      'sha384',
    );
    expect(await check(xml)).toMatchObject({ status: 0 });
    expect(xml.match(/<secDNS:dsData>/g)).toHaveLength(4);
    expect(xml.match(/<secDNS:keyData>/g)).toHaveLength(4);
    expect(xml).toContain(`<secDNS:digest>${ED25519_DIGEST}</secDNS:digest>`);
  });

  test('would be told where it does not', async () => {
    const xml = await ds('example.com', '--format', 'epp');
    expect((await check(xml.replace('<secDNS:alg>15</secDNS:alg>', ''))).status).not.toBe(0);
    expect((await check(xml.replace(ED25519_DIGEST, 'XYZ'))).status).not.toBe(0);
    expect(readFileSync(schema, 'utf8')).toContain('targetNamespace="urn:ietf:params:xml:ns:secDNS-1.1"');
  });
});

describeWithPeers(['dnssec-dsfromkey'], 'ds and dnssec-dsfromkey', () => {
  test('agree about new keys of every algorithm', async () => {
    for (const algorithm of ['8', '13', '14', '15', '16']) {
      const { stdout } = await runInProcess(['keygen', 'peer.example', '--role', 'ksk', '-a', algorithm]);
      const base = stdout.trim();
      const theirs = await runPeer('dnssec-dsfromkey', ['-a', 'SHA-256', '-a', 'SHA-384', `keys/${base}`], {
        cwd: process.cwd(),
      });
      expect(theirs.status).toBe(0);
      expect(await ds(base, '--digest', 'sha256', '--digest', 'sha384')).toBe(theirs.stdout);
    }
  });
});
