import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_CONFIGURATION } from '../../src/commands/configuration.ts';
import { ds, type DsOptions } from '../../src/commands/ds.ts';
import type { Environment } from '../../src/commands/environment.ts';
import { rdataFromText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { toHex } from '../../src/dns/encoding.ts';
import { readDs } from '../../src/dnssec/ds.ts';
import { singleThreadPool } from '../../src/dnssec/work-pool.ts';
import { environmentError, usageError } from '../../src/errors.ts';
import { nodeCrypto, softwareSigner } from '../../src/io/crypto/node-crypto.ts';
import { fileLocks } from '../../src/io/state-lock.ts';
import type { FileStatus, FileStore } from '../../src/keys/file-store.ts';
import { PLAIN_KEYS_ONLY } from '../support/key-access.ts';

const NOW = 1795348800;
const [PAST, FUTURE] = ['20261101000000', '20261201000000'];

interface Vector {
  readonly source: string;
  readonly owner: string;
  readonly dnskey: string;
  readonly keyTag: number;
  readonly ds?: readonly string[];
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../fixtures/rfc/keys-and-signatures.json', import.meta.url), 'utf8'),
) as readonly Vector[];

/** Files that can only be read. */
function filesOf(contents: Readonly<Record<string, string>>): FileStore {
  const refuse = (): never => {
    throw new Error('ds writes nothing');
  };
  const read = async (path: string): Promise<Uint8Array> => {
    const content = contents[path];
    if (content === undefined) throw environmentError('file/not-found', `no ${path}`);
    return new TextEncoder().encode(content);
  };
  return {
    read,
    readText: async (path) => new TextDecoder().decode(await read(path)),
    list: async (directory) =>
      Object.keys(contents)
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => path.slice(directory.length + 1))
        .sort(),
    status: async (path): Promise<FileStatus | undefined> =>
      path in contents ? { kind: 'file', size: 1, mode: 0o644, modified: NOW } : undefined,
    isSameFile: refuse,
    createExclusive: refuse,
    writeAtomic: refuse,
    openAtomic: refuse,
    makeDirectory: refuse,
    removeEmptyDirectory: refuse,
    remove: refuse,
  };
}

interface Outcome {
  /** `owner tag algorithm type digest` of each DS. */
  readonly records: readonly string[];
  readonly warnings: readonly string[];
}

async function dsOf(
  sources: readonly string[],
  contents: Readonly<Record<string, string>>,
  { stdin = '', ...options }: Partial<DsOptions> & { stdin?: string } = {},
): Promise<Outcome> {
  const warnings: string[] = [];
  const environment: Environment = {
    now: NOW,
    simulated: false,
    files: filesOf(contents),
    locks: fileLocks(),
    crypto: nodeCrypto,
    keyAccess: PLAIN_KEYS_ONLY,
    pool: singleThreadPool(nodeCrypto),
    openInclude: () => {
      throw usageError('usage/include', 'no includes here');
    },
    readStdin: () => Promise.resolve(new TextEncoder().encode(stdin)),
    warn: (message) => void warnings.push(message),
  };
  const zoneName = (text: string): Uint8Array => nameFromText(text);
  const { keys } = await ds(
    { sources, keyDirectory: 'keys', configuration: DEFAULT_CONFIGURATION, zoneName, ...options },
    environment,
  );
  const records = keys.flatMap((key) =>
    key.ds.map((rdata) => {
      const { keyTag, algorithm, digestType, digest } = readDs(rdata);
      return `${nameToText(key.owner)} ${keyTag} ${algorithm} ${digestType} ${toHex(digest)}`;
    }),
  );
  return { records, warnings };
}

const KSK = '257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=';
const KSK_DS = '3613 15 2 3AA5AB37EFCE57F737FC1627013FEE07BDF241BD10F3B1964AB55C78E79A304B';
const KSK_FILE = 'keys/Kexample.com.+015+03613';
const keyFile = (dnskey: string, times: Readonly<Record<string, string>> = {}): string =>
  [
    ...Object.entries(times).map(([name, time]) => `; ${name}: ${time} (some day)`),
    `example.com. IN DNSKEY ${dnskey}\n`,
  ].join('\n');
const SIGNING = { Created: PAST, Publish: PAST, Activate: PAST };

describe('known answers', () => {
  // The DNSKEYs of RFC 4034, 4509, 6605 and 8080 with their DS; the SEP flag decides whether `ds` makes one.
  const withDs = VECTORS.filter(
    ({ ds: answers, dnskey }) => answers !== undefined && dnskey.startsWith('257'),
  );

  test('are there', () => expect(withDs.length).toBeGreaterThanOrEqual(4));

  test.each(withDs)('$source, key $keyTag', async ({ owner, dnskey, ds: answers = [] }) => {
    const { records } = await dsOf(
      ['-'],
      {},
      {
        stdin: `${owner} 3600 IN DNSKEY ${dnskey}\n`,
        digests: ['sha1', 'sha256', 'sha384'],
      },
    );
    for (const answer of answers) expect(records).toContain(`${owner.toLowerCase()} ${answer.toUpperCase()}`);
  });

  test('of ZSKs are refused', async () => {
    const zsk = VECTORS.find(({ source }) => source.startsWith('RFC 4034 5.4'))!;
    await expect(
      dsOf(['-'], {}, { stdin: `${zsk.owner} 3600 IN DNSKEY ${zsk.dnskey}\n` }),
    ).rejects.toMatchObject({ code: 'ds/no-key', message: 'key 60485 is a ZSK: no DS is made from it' });
  });
});

describe('a source', () => {
  const files = { [`${KSK_FILE}.key`]: keyFile(KSK, SIGNING) };
  const expected = { records: [`example.com. ${KSK_DS}`], warnings: [] };

  test.each([
    [`${KSK_FILE}.key`],
    [KSK_FILE],
    [`${KSK_FILE}.private`],
    ['Kexample.com.+015+03613'],
    ['Kexample.com.+015+03613.key'],
    ['example.com'],
    ['Example.COM.'],
  ])('%s', async (source) => {
    expect(await dsOf([source], files)).toEqual(expected);
  });

  test('that ends in .key is a key file whatever its name', async () => {
    expect(await dsOf(['a/ksk.key'], { 'a/ksk.key': keyFile(KSK) })).toEqual(expected);
  });

  test('in the working directory beats one in the key directory', async () => {
    const here = { ...files, 'Kexample.com.+015+03613.key': 'broken' };
    await expect(dsOf(['Kexample.com.+015+03613'], here)).rejects.toMatchObject({
      location: { file: 'Kexample.com.+015+03613.key' },
    });
  });

  test('is a zone before it is a file', async () => {
    expect(await dsOf(['example.com'], { ...files, 'example.com': 'broken' })).toEqual(expected);
  });

  test('is a file where no zone has that name', async () => {
    expect(await dsOf(['example.com'], { 'example.com': `example.com. 60 IN DNSKEY ${KSK}\n` })).toEqual(
      expected,
    );
  });

  test('given twice counts once', async () => {
    expect(await dsOf(['example.com', KSK_FILE], files)).toEqual(expected);
  });

  test('that is nothing at all', async () => {
    await expect(dsOf(['nowhere.example'], files)).rejects.toMatchObject({
      kind: 'environment',
      message: '"nowhere.example" is neither a configured zone, nor one with keys in keys, nor a file',
    });
  });

  test('that is a missing key file', async () => {
    await expect(dsOf(['Kexample.com.+015+00001'], files)).rejects.toMatchObject({
      kind: 'input',
      code: 'key/not-found',
    });
  });
});

describe('a key file', () => {
  test.each([
    [
      'with the name of another key',
      keyFile('257 3 15 AAAWoi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4='),
      'key/damaged',
    ],
    ['with a KEY record', keyFile(KSK).replace('DNSKEY', 'KEY'), 'key/no-zone-key'],
    ['cut short', keyFile(KSK).slice(0, 40), 'key/damaged'],
    ['that is empty', '', 'key/damaged'],
  ])('%s is refused', async (_, content, code) => {
    await expect(dsOf([KSK_FILE], { [`${KSK_FILE}.key`]: content })).rejects.toMatchObject({
      kind: 'input',
      code,
    });
  });

  test.each([
    [KSK.replace('257', '256'), 'key 3612 is a ZSK'],
    [KSK.replace('257', '385'), 'key 3741 is revoked'],
    [KSK.replace('257', '1'), 'key 3357 is no zone key'],
    [KSK.replace(' 3 ', ' 2 '), 'key 3357 is no zone key'],
  ])('%s gets no DS', async (dnskey, reason) => {
    await expect(dsOf(['a.key'], { 'a.key': keyFile(dnskey) })).rejects.toMatchObject({
      code: 'ds/no-key',
      message: `${reason}: no DS is made from it`,
      location: { file: 'a.key' },
    });
  });

  test('of a ZSK among others is passed over with a warning', async () => {
    const files = { 'a.key': keyFile(KSK), 'b.key': keyFile(KSK.replace('257', '256')) };
    expect(await dsOf(['a.key', 'b.key'], files)).toEqual({
      records: [`example.com. ${KSK_DS}`],
      warnings: ['b.key: key 3612 is a ZSK: no DS is made from it'],
    });
  });

  test('without SEP flag is a CSK if its .state file says so', async () => {
    const state = 'Algorithm: 15\nKSK: yes\nZSK: yes\n';
    const { records } = await dsOf(['a.key'], {
      'a.key': keyFile(KSK.replace('257', '256')),
      'a.state': state,
    });
    expect(records).toHaveLength(1);
  });

  test('needs no .private file that can be read', async () => {
    const files = { [`${KSK_FILE}.key`]: keyFile(KSK, SIGNING), [`${KSK_FILE}.private`]: 'not even a key' };
    expect((await dsOf(['example.com'], files)).records).toHaveLength(1);
  });
});

describe('a zone', () => {
  const zsk = { 'keys/Kexample.com.+015+03612.key': keyFile(KSK.replace('257', '256'), SIGNING) };

  test('whose KSK is missing gets no DS of its ZSK', async () => {
    await expect(dsOf(['example.com'], zsk)).rejects.toMatchObject({
      kind: 'input',
      code: 'ds/no-key',
      message: 'example.com has no KSK or CSK in keys, and no DS is made from a ZSK',
    });
  });

  test('that is configured and has no keys at all', async () => {
    const configuration = {
      ...DEFAULT_CONFIGURATION,
      zones: [
        {
          name: nameFromText('example.com'),
          policyName: 'default',
          policy: DEFAULT_CONFIGURATION.policies.get('default')!,
          parentServers: [],
        },
      ],
    };
    await expect(dsOf(['example.com'], {}, { configuration })).rejects.toMatchObject({
      code: 'ds/no-key',
      message: 'example.com has no keys in keys',
    });
  });

  test.each([
    ['not yet published', { Created: PAST, Publish: FUTURE, Activate: FUTURE }],
    ['published, not yet active', { Created: PAST, Publish: PAST, Activate: FUTURE }],
    ['inactive', { ...SIGNING, Inactive: PAST }],
    ['deleted', { ...SIGNING, Inactive: PAST, Delete: PAST }],
    ['revoked', { ...SIGNING, Revoke: PAST }],
    ['a spare', { Created: PAST }],
  ])('has no DS of a key that is %s', async (_, times) => {
    const files = { ...zsk, [`${KSK_FILE}.key`]: keyFile(KSK, times) };
    await expect(dsOf(['example.com'], files)).rejects.toMatchObject({
      code: 'ds/no-key',
      message: 'by their times, no KSK or CSK of example.com signs the zone at 2026-11-22T12:00:00Z',
    });
    // The operator may know better.
    expect((await dsOf([KSK_FILE], files)).records).toHaveLength(1);
  });

  test('has the DS of a key from before there were times', async () => {
    expect((await dsOf(['example.com'], { ...zsk, [`${KSK_FILE}.key`]: keyFile(KSK) })).records).toHaveLength(
      1,
    );
  });

  test('does not have the DS of another zone with a similar name', async () => {
    const files = {
      [`${KSK_FILE}.key`]: keyFile(KSK),
      'keys/Kexample.com.au.+015+03613.key': 'broken',
      'keys/Kexample.com.+015+03613.key.bak': 'broken',
    };
    expect((await dsOf(['example.com'], files)).records).toHaveLength(1);
  });
});

describe('a zone file', () => {
  const soa = '@ 3600 IN SOA ns1 hostmaster 1 7200 3600 1209600 300\n';

  test('has the DNSKEYs of its apex', async () => {
    const text = `$ORIGIN example.com.\n${soa}@ 60 DNSKEY ${KSK}\n@ 60 DNSKEY ${KSK.replace('257', '256')}\nsub 60 DNSKEY ${KSK}\n`;
    expect(await dsOf(['x.zone'], { 'x.zone': text })).toEqual({
      records: [`example.com. ${KSK_DS}`],
      warnings: [],
    });
  });

  test('may leave its zone to its name, or to an option', async () => {
    const text = `${soa}@ 60 DNSKEY ${KSK}\n`;
    const expected = { records: [`example.com. ${KSK_DS}`], warnings: [] };
    expect(await dsOf(['db.example.com'], { 'db.example.com': text })).toEqual(expected);
    expect(await dsOf(['x'], { x: text }, { zone: nameFromText('example.com') })).toEqual(expected);
  });

  test('without DNSKEY records', async () => {
    await expect(dsOf(['x.zone'], { 'x.zone': `$ORIGIN example.com.\n${soa}` })).rejects.toMatchObject({
      kind: 'input',
      code: 'ds/no-dnskey',
      message: 'there is no DNSKEY record of example.com here',
    });
  });

  test('with an error of syntax', async () => {
    await expect(
      dsOf(['x.zone'], { 'x.zone': `$ORIGIN example.com.\n@ 60 DNSKEY 257 3\n` }),
    ).rejects.toMatchObject({
      kind: 'input',
      location: { file: 'x.zone', line: 2 },
    });
  });

  describe('with a single key without SEP flag', () => {
    const signer = VECTORS.find(({ source }) => source.includes('8080'))!;

    test('that does not sign the DNSKEY RRset: a ZSK, whatever is missing', async () => {
      const text = `${signer.owner} 60 IN DNSKEY ${signer.dnskey.replace('257', '256')}\n`;
      await expect(dsOf(['-'], {}, { stdin: text })).rejects.toMatchObject({ code: 'ds/no-key' });
    });

    test('that signs it: a CSK', async () => {
      const { signed, dnskey } = await selfSigned();
      const { records } = await dsOf(['-'], {}, { stdin: signed });
      expect(records).toHaveLength(1);
      // The same signature beside a second key is not over this RRset.
      const second = `example.com. 60 IN DNSKEY 256 3 15 AAAAoi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n`;
      await expect(dsOf(['-'], {}, { stdin: signed + second })).rejects.toMatchObject({ code: 'ds/no-key' });
      const damaged = signed.replace(
        / example\.com\. ./,
        (text) => `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`,
      );
      expect(damaged).not.toBe(signed);
      await expect(dsOf(['-'], {}, { stdin: damaged })).rejects.toMatchObject({ code: 'ds/no-key' });
      expect(dnskey).toMatch(/^256 /);
    });
  });
});

/** A DNSKEY RRset of one key without SEP flag, and its RRSIG, put together from RFC 4034 section 3.1.8.1. */
async function selfSigned(): Promise<{ signed: string; dnskey: string }> {
  const { publicKey, privateKey } = await nodeCrypto.generate(15, undefined);
  const dnskey = `256 3 15 ${Buffer.from(publicKey).toString('base64')}`;
  const rdata = rdataFromText(Type.DNSKEY, dnskey);
  let sum = 0;
  rdata.forEach((octet, i) => (sum += i % 2 === 0 ? octet * 256 : octet));
  const tag = (sum + (sum >> 16)) & 0xffff;
  const header = `DNSKEY 15 2 60 20270101000000 20260101000000 ${tag} example.com. `;
  const unsigned = rdataFromText(Type.RRSIG, `${header}${Buffer.alloc(64).toString('base64')}`).subarray(
    0,
    -64,
  );
  const owner = Buffer.from('\u0007example\u0003com\u0000', 'latin1');
  const fields = Buffer.from([0, 48, 0, 1, 0, 0, 0, 60, 0, rdata.length]);
  const data = Buffer.concat([unsigned, owner, fields, rdata]);
  const signature = Buffer.from(softwareSigner(privateKey).sign(data)).toString('base64');
  const signed = `example.com. 60 IN DNSKEY ${dnskey}\nexample.com. 60 IN RRSIG ${header}${signature}\n`;
  return { signed, dnskey };
}

describe('digests', () => {
  const files = { [`${KSK_FILE}.key`]: keyFile(KSK, SIGNING) };
  const types = ({ records }: Outcome): (string | undefined)[] =>
    records.map((record) => record.split(' ')[3]);

  test('are those of the policy', async () => {
    const policy = {
      ...DEFAULT_CONFIGURATION.policies.get('default')!,
      dsDigests: ['sha384', 'sha256'] as const,
    };
    const configuration = { ...DEFAULT_CONFIGURATION, policies: new Map([['default', policy]]) };
    expect(types(await dsOf(['example.com'], files, { configuration }))).toEqual(['2', '4']);
  });

  test('are SHA-1 with a warning only', async () => {
    const outcome = await dsOf(['example.com'], files, { digests: ['sha1', 'sha256'] });
    expect(types(outcome)).toEqual(['1', '2']);
    expect(outcome.warnings).toEqual([
      'the SHA-1 digest of key 3613 is not secure, and many validators ignore it',
    ]);
  });

  test('of a key with a deprecated algorithm come with a warning', async () => {
    const rsa = VECTORS.find(({ source }) => source.startsWith('RFC 4034 5.4'))!;
    const { records, warnings } = await dsOf(
      ['-'],
      {},
      {
        stdin: `${rsa.owner} 60 IN DNSKEY ${rsa.dnskey.replace('256', '257')}\n`,
      },
    );
    expect(records).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('has the algorithm RSASHA1: SHA-1 collisions')]);
  });
});
