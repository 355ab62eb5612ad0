import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { codesOf, verifyFile } from '../support/verify-file.ts';
import { temporaryDirectory } from '../support/workspace.ts';

/** What is worth signing: wildcards, empty non-terminals, delegations of both kinds, glue, a DNAME, letters of both cases. */
const content = `$TTL 3600
@ SOA ns1 hostmaster 1 7200 3600 1209600 3600
@ NS ns1
@ NS NS2
@ MX 10 Mail
ns1 A 192.0.2.1
ns2 AAAA 2001:db8::2
mail A 192.0.2.3
*.wild TXT "wild"
a.b.ent A 192.0.2.4
dname DNAME Target
secure NS ns.secure
secure DS 12345 13 2 ${'AB'.repeat(32)}
ns.secure A 192.0.2.5
insecure NS ns.insecure
ns.insecure A 192.0.2.6
deleg.ent2 NS ns1
UPPER CNAME Mail
_sip._udp SRV 1 2 5060 Mail
`;

/** Those that all three sign with. */
const ALGORITHMS = [
  'RSASHA256',
  'RSASHA512',
  'ECDSAP256SHA256',
  'ECDSAP384SHA384',
  'ED25519',
  'ED448',
] as const;

let directory: string;

beforeEach(() => {
  directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'zone'), content);
});

async function run(name: string, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runPeer(name, args, { cwd: directory });
  expect({ name, status, stderr: status === 0 ? '' : stderr }).toEqual({ name, status: 0, stderr: '' });
  return stdout;
}

/** Makes a KSK and a ZSK of an algorithm with BIND, which ldns can use too. Returns the bases of their names. */
async function makeKeys(algorithm: string): Promise<string[]> {
  const bits = algorithm.startsWith('RSA') ? ['-b', '2048'] : [];
  const make = async (...flags: string[]): Promise<string> =>
    (await run('dnssec-keygen', '-q', '-L', '3600', '-a', algorithm, ...bits, ...flags, 'example')).trim();
  return [await make('-f', 'KSK'), await make()];
}

/** The DS record of a key, as BIND makes it. */
async function dsOf(key: string, ...options: string[]): Promise<string> {
  const text = await run('dnssec-dsfromkey', ...options, `${key}.key`);
  return text.split(' DS ')[1]!.trim();
}

async function findingsOf(file: string, ds: readonly string[] = []): Promise<string[]> {
  const report = await verifyFile(path.join(directory, file), {
    origin: 'example.',
    // ldns signs from now on.
    at: Math.floor(Date.now() / 1000) + 1,
    ...(ds.length > 0 && { ds }),
  });
  expect(report.signaturesVerified).toBeGreaterThan(20);
  return [...codesOf(report, 'error'), ...codesOf(report, 'warning')];
}

describeWithPeers(['dnssec-keygen', 'dnssec-signzone', 'dnssec-dsfromkey'], 'zones that BIND signs', () => {
  test.each(ALGORITHMS)('%s: NSEC, NSEC3 and opt-out', async (algorithm) => {
    const [ksk] = await makeKeys(algorithm);
    const ds = [await dsOf(ksk!, '-2'), await dsOf(ksk!, '-a', 'SHA-384')];
    for (const denial of [[], ['-3', '-'], ['-3', '-', '-A']]) {
      await run('dnssec-signzone', '-S', ...denial, '-o', 'example', '-f', 'signed', 'zone');
      expect([denial, await findingsOf('signed', ds)]).toEqual([denial, []]);
    }
  });

  test.each([
    ['NSEC3 with salt and iterations', ['-3', 'ABCD', '-H', '5'], ['nsec3/iterations', 'nsec3/salt']],
    ['NSEC3 with too many iterations', ['-3', '-', '-H', '51'], ['nsec3/iterations-excessive']],
    ['a DNSKEY RRset that the KSK alone signs', ['-x'], []],
  ])('%s', async (_, options, codes) => {
    await makeKeys('ECDSAP256SHA256');
    await run('dnssec-signzone', '-S', ...options, '-o', 'example', '-f', 'signed', 'zone');
    expect(await findingsOf('signed')).toEqual(codes);
  });

  test('two algorithms', async () => {
    await makeKeys('RSASHA256');
    await makeKeys('ECDSAP256SHA256');
    await run('dnssec-signzone', '-S', '-o', 'example', '-f', 'signed', 'zone');
    expect(await findingsOf('signed')).toEqual([]);
  });

  test('a CSK, with CDS and CDNSKEY', async () => {
    const flags = ['-q', '-L', '3600', '-a', 'ECDSAP256SHA256', '-f', 'KSK'];
    const csk = (await run('dnssec-keygen', ...flags, 'example')).trim();
    await run('dnssec-settime', '-P', 'sync', 'now-1h', csk);
    await run('dnssec-signzone', '-S', '-z', '-o', 'example', '-f', 'signed', 'zone');
    expect(await findingsOf('signed', [await dsOf(csk, '-2')])).toEqual([]);
    expect(readFileSync(path.join(directory, 'signed'), 'utf8')).toMatch(/CDNSKEY/);
  });

  test('a DS of another key is an error, for the pair that it breaks', async () => {
    const [ksk, zsk] = await makeKeys('ECDSAP256SHA256');
    await run('dnssec-signzone', '-S', '-o', 'example', '-f', 'signed', 'zone');
    const wrong = await dsOf(zsk!, '-2', '-A');
    expect(await findingsOf('signed', [wrong.replace(/\S{8}$/, '00000000')])).toEqual(['ds/no-match']);
    // Beside a right one it is none.
    expect(await findingsOf('signed', [await dsOf(ksk!, '-2'), wrong.replace(/\S{8}$/, '00000000')])).toEqual(
      [],
    );
    // But only of its own pair.
    const sha1 = await dsOf(ksk!, '-1');
    expect(await findingsOf('signed', [await dsOf(ksk!, '-2'), sha1.replace(/\S{8}$/, '00000000')])).toEqual([
      'ds/no-match',
    ]);
    expect(await findingsOf('signed', [sha1])).toEqual(['ds/deprecated-digest']);
  });
});

describeWithPeers(['dnssec-keygen', 'ldns-signzone'], 'zones that ldns signs', () => {
  const sign = async (...options: string[]): Promise<void> => {
    const keys = readdirSync(directory)
      .filter((name) => name.endsWith('.private'))
      .map((name) => name.replace('.private', ''));
    const plain = content.replace('$TTL', '$ORIGIN example.\n$TTL');
    writeFileSync(path.join(directory, 'zone'), plain);
    await run('ldns-signzone', ...options, '-o', 'example.', '-f', 'signed', 'zone', ...keys);
  };

  test.each(ALGORITHMS)('%s: NSEC, NSEC3 and opt-out', async (algorithm) => {
    await makeKeys(algorithm);
    for (const denial of [[], ['-n', '-t', '0'], ['-n', '-t', '0', '-p']]) {
      await sign(...denial);
      expect([denial, await findingsOf('signed')]).toEqual([denial, []]);
    }
  });

  test.each([
    ['NSEC3 with its own iterations', ['-n'], ['nsec3/iterations']],
    ['both digests', ['-z', '1:1', '-z', '1:2'], []],
  ])('%s', async (_, options, codes) => {
    await makeKeys('ECDSAP256SHA256');
    await sign(...options);
    expect(await findingsOf('signed')).toEqual(codes);
  });
});

describeWithPeers(['kzonesign'], 'zones that Knot signs', () => {
  const sign = async (algorithm: string, ...policy: string[]): Promise<void> => {
    const configuration = [
      'policy:',
      '  - id: test',
      `    algorithm: ${algorithm}`,
      '    cds-cdnskey-publish: always',
      ...policy.map((line) => `    ${line}`),
      'database:',
      `    storage: ${directory}`,
      'template:',
      '  - id: default',
      `    storage: ${directory}`,
      'zone:',
      '  - domain: example.',
      '    file: signed',
      '    dnssec-policy: test',
    ];
    writeFileSync(path.join(directory, 'knot.conf'), `${configuration.join('\n')}\n`);
    writeFileSync(path.join(directory, 'signed'), content.replace('$TTL', '$ORIGIN example.\n$TTL'));
    await run('kzonesign', '-c', 'knot.conf', 'example.');
  };

  const NSEC3 = ['nsec3: on', 'nsec3-salt-length: 0', 'nsec3-iterations: 0'];

  test.each(ALGORITHMS)('%s: NSEC, NSEC3 and opt-out', async (algorithm) => {
    for (const policy of [[], NSEC3, [...NSEC3, 'nsec3-opt-out: on']]) {
      await sign(algorithm.toLowerCase(), ...policy);
      expect([policy, await findingsOf('signed')]).toEqual([policy, []]);
    }
  });

  test('a CSK', async () => {
    await sign('ecdsap256sha256', 'single-type-signing: on');
    expect(await findingsOf('signed')).toEqual([]);
  });
});
