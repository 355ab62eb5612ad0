import { beforeEach, describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import { environmentError } from '../../src/errors.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { KeyDirectory } from '../../src/keys/key-directory.ts';
import { openSigner } from '../../src/keys/key-source.ts';
import { MemoryFiles } from './memory-files.ts';
import { PLAIN_KEYS_ONLY } from '../support/key-access.ts';

// The keys of RFC 8080 section 6.1.
const KSK = 'Kexample.com.+015+03613';
const OTHER = 'Kexample.com.+015+35217';
const kskRecord = 'example.com. IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n';
const otherRecord = 'example.com. IN DNSKEY 257 3 15 zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=\n';
const kskPrivate =
  'Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n';
const zone = nameFromText('example.com.');

let files: MemoryFiles;
let directory: KeyDirectory;

beforeEach(() => {
  files = new MemoryFiles();
  directory = new KeyDirectory('keys', files);
  files.put(`keys/${KSK}.key`, kskRecord);
  files.put(`keys/${KSK}.private`, kskPrivate);
});

describe('keys of a zone', () => {
  test('are found by their names, in order, with what their files hold', async () => {
    files.put(`keys/${OTHER}.key`, otherRecord);
    files.put(`keys/${OTHER}.state`, 'KSK: yes\nZSK: yes\n');
    files.put('keys/Kexample.org.+015+03613.key', 'whatever');
    files.put('keys/notes.txt', 'whatever');
    files.put('keys/Kexample.com.+015+x.key', 'whatever');
    const keys = await directory.listKeys(zone);
    expect(keys.map(({ base, role, hasPrivate }) => [base, role, hasPrivate])).toEqual([
      [KSK, 'ksk', true],
      [OTHER, 'csk', false],
    ]);
    expect(keys[0]).toMatchObject({
      zone,
      algorithm: 15,
      keyTag: 3613,
      flags: 257,
      ttl: undefined,
      timing: {},
    });
  });

  test('are none where the directory does not exist', async () => {
    expect(await new KeyDirectory('nowhere', files).listKeys(zone)).toEqual([]);
  });

  test('leave out keys of hosts, which cannot be asked for either', async () => {
    // Flags without the ZONE bit: a SIG(0) key.
    files.put('keys/Kexample.com.+015+03357.key', kskRecord.replace('DNSKEY 257', 'KEY 1'));
    expect(await directory.listKeys(zone)).toHaveLength(1);
    await expect(directory.findKey('Kexample.com.+015+03357')).rejects.toMatchObject({
      code: 'key/no-zone-key',
    });
  });

  test('take the times of the .private file before those of the .key file', async () => {
    files.put(`keys/${KSK}.key`, `; Created: 20260101000000\n${kskRecord}`);
    expect((await directory.findKey(KSK)).timing).toEqual({ created: 1767225600 });
    files.put(`keys/${KSK}.private`, `${kskPrivate}Publish: 20260102000000\n`);
    expect((await directory.findKey(KSK)).timing).toEqual({ publish: 1767312000 });
  });
});

describe('what is wrong is said with the file', () => {
  test.each([
    ['a name of another key', `${OTHER}.key`, kskRecord, /holds the key Kexample\.com\.\+015\+03613/],
    ['a .key file without a record', `${KSK}.key`, '', /no record/],
    [
      'a .private file of another algorithm',
      `${KSK}.private`,
      kskPrivate.replace(': 15', ': 13'),
      /13, but 15/,
    ],
    ['a truncated .private file', `${KSK}.private`, 'Private-key-', /Name: value/],
    ['a damaged .state file', `${KSK}.state`, 'nothing', /Name: value/],
  ])('%s', async (_, name, text, message) => {
    files.put(`keys/${name}`, text);
    await expect(directory.listKeys(zone)).rejects.toMatchObject({
      kind: 'input',
      code: 'key/damaged',
      location: { file: `keys/${name}` },
      message: expect.stringMatching(message),
    });
  });

  test('a key that is not there', async () => {
    await expect(directory.findKey(OTHER)).rejects.toMatchObject({ kind: 'input', code: 'key/not-found' });
  });

  test('a file that must not be read', async () => {
    files.unreadable.add(`keys/${KSK}.private`);
    await expect(directory.findKey(KSK)).rejects.toMatchObject({
      kind: 'environment',
      code: 'key/unreadable',
      location: { file: `keys/${KSK}.private` },
    });
  });

  test('a private key that is gone', async () => {
    const key = await directory.findKey(KSK);
    files.contents.delete(`keys/${KSK}.private`);
    await expect(directory.privateKey(key, PLAIN_KEYS_ONLY)).rejects.toMatchObject({
      code: 'key/no-private',
      hint: expect.stringContaining('zonewright rotate example.com --recover 3613'),
    });
  });

  test('a private key of another pair', async () => {
    const key = await directory.findKey(KSK);
    files.put(`keys/${KSK}.private`, kskPrivate.replace('ODIy', 'ODIx'));
    await expect(
      openSigner(directory, key, { crypto: nodeCrypto, keyAccess: PLAIN_KEYS_ONLY }),
    ).rejects.toMatchObject({
      code: 'key/mismatch',
      location: { file: `keys/${KSK}.private` },
    });
  });
});

test('a signer is opened on demand', async () => {
  const key = await directory.findKey(KSK);
  const signer = await openSigner(directory, key, { crypto: nodeCrypto, keyAccess: PLAIN_KEYS_ONLY });
  const data = Uint8Array.of(1, 2, 3);
  const verifier = nodeCrypto.importPublicKey(15, key.dnskeyRdata.subarray(4))!;
  expect(verifier.verify(data, signer.sign(data))).toBe(true);
});

describe('rewriting a key', () => {
  test('touches only files that change', async () => {
    const written: string[] = [];
    files.beforeWrite = (path) => void written.push(path);
    const before = await directory.readFiles(KSK);
    await directory.rewriteKey(KSK, { ...before, publicKey: { ...before.publicKey, ttl: 60 } });
    expect(written).toEqual([`keys/${KSK}.key`]);
    expect((await directory.findKey(KSK)).ttl).toBe(60);
  });

  test('puts the first file back when the second cannot be written', async () => {
    files.modes.set(`keys/${KSK}.private`, 0o600);
    const before = await directory.readFiles(KSK);
    files.beforeWrite = (path) => {
      if (path.endsWith('.key')) throw new Error('disk full');
    };
    const timing = { created: 1, publish: 2 };
    const changed = {
      ...before,
      publicKey: { ...before.publicKey, timing },
      privateKey: { ...before.privateKey!, timing },
    };
    await expect(directory.rewriteKey(KSK, changed)).rejects.toThrow('disk full');
    expect(files.text(`keys/${KSK}.private`)).toBe(kskPrivate);
    expect(files.text(`keys/${KSK}.key`)).toBe(kskRecord);
    expect(files.modes.get(`keys/${KSK}.private`)).toBe(0o600);
  });
});

test('keys that cannot be written leave no new directory', async () => {
  const fresh = new KeyDirectory('fresh', files);
  const found = await directory.readFiles(KSK);
  files.beforeWrite = (path) => {
    if (path.endsWith('.key')) throw environmentError('file/no-space', 'no space is left on the device');
  };
  await expect(fresh.createKeys([{ base: KSK, files: found }])).rejects.toMatchObject({
    code: 'file/no-space',
  });
  expect(files.paths().filter((path) => path.startsWith('fresh/'))).toEqual([]);
  expect(files.directories.has('fresh')).toBe(false);
});
