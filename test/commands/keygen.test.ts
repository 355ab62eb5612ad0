import { beforeEach, describe, expect, test } from '@jest/globals';
import { makeSuccessor } from '../../src/commands/key-successor.ts';
import {
  keygen,
  type KeygenEnvironment,
  type KeygenOptions,
  type KeygenResult,
} from '../../src/commands/keygen.ts';
import { settime } from '../../src/commands/settime.ts';
import { nameFromText } from '../../src/dns/name.ts';
import type { GeneratedKey } from '../../src/dnssec/crypto.ts';
import { readDnskey, writeDnskey } from '../../src/dnssec/dnskey.ts';
import { keyTag, revokedKeyTag } from '../../src/dnssec/key-tag.ts';
import { environmentError } from '../../src/errors.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { KeyDirectory } from '../../src/keys/key-directory.ts';
import { openSigner } from '../../src/keys/key-source.ts';
import { MemoryFiles } from '../keys/memory-files.ts';
import { PLAIN_KEYS_ONLY } from '../support/key-access.ts';

const NOW = 1795348800;
const DAY = 86400;
const zone = nameFromText('Example.com.');
const plain: KeygenOptions = { zone, keyDirectory: 'keys', keys: 'split', algorithm: 'ED25519' };

let files: MemoryFiles;
let warnings: string[];
let environment: KeygenEnvironment;

beforeEach(() => {
  files = new MemoryFiles();
  warnings = [];
  environment = {
    now: NOW,
    files,
    crypto: nodeCrypto,
    keyAccess: PLAIN_KEYS_ONLY,
    warn: (message) => void warnings.push(message),
  };
});

function make(options: Partial<KeygenOptions> = {}): Promise<KeygenResult> {
  return keygen({ ...plain, ...options }, environment);
}

describe('keygen', () => {
  test('makes a KSK and a ZSK, published and active from now on', async () => {
    const { keys, keyDirectory } = await make();
    expect(keyDirectory).toBe('keys');
    expect(keys.map(({ role, flags }) => [role, flags])).toEqual([
      ['ksk', 257],
      ['zsk', 256],
    ]);
    const timing = { created: NOW, publish: NOW, activate: NOW };
    for (const key of keys) {
      expect(key.base).toMatch(/^Kexample\.com\.\+015\+\d{5}$/);
      expect(key).toMatchObject({ timing, ttl: undefined, hasPrivate: true });
      expect(files.modes.get(`keys/${key.base}.private`)).toBe(0o600);
    }
    expect(files.directories.get('keys')).toBe(0o700);
    expect(files.paths()).toHaveLength(4);
    const listed = await new KeyDirectory('keys', files).listKeys(nameFromText('example.com.'));
    expect(listed.map(({ base }) => base)).toEqual(keys.map(({ base }) => base).sort());
    expect(warnings).toEqual([]);
  });

  test('makes one CSK where the policy asks for it, and marks it in a .state file', async () => {
    const { keys } = await make({ keys: 'csk' });
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ role: 'csk', flags: 257 });
    expect(files.text(`keys/${keys[0]!.base}.state`)).toMatch(/KSK: yes\nZSK: yes\n/);
    const found = await new KeyDirectory('keys', files).findKey(keys[0]!.base);
    expect(found.role).toBe('csk');
  });

  test.each(['ksk', 'zsk', 'csk'] as const)('makes one key when a role is named: %s', async (role) => {
    const { keys } = await make({ role });
    expect(keys.map((key) => key.role)).toEqual([role]);
  });

  test.each(['8', 'rsasha512', '13', 'ECDSAP384SHA384', 'ed25519', 'ED448'])(
    'algorithm %s: the key signs',
    async (algorithm) => {
      const { keys } = await make({ algorithm, role: 'zsk' });
      const key = keys[0]!;
      const signer = await openSigner(new KeyDirectory('keys', files), key, {
        crypto: nodeCrypto,
        keyAccess: PLAIN_KEYS_ONLY,
      });
      const { publicKey } = readDnskey(key.dnskeyRdata);
      const data = Uint8Array.of(1, 2, 3);
      expect(nodeCrypto.importPublicKey(key.algorithm, publicKey)!.verify(data, signer.sign(data))).toBe(
        true,
      );
    },
  );

  test.each([
    ['RSASHA1', /SHA-1/],
    ['7', /SHA-1/],
    ['NSEC3RSASHA1', /SHA-1/],
    ['DSA', /DSA/],
    ['6', /DSA/],
    ['RSAMD5', /MD5/],
    ['ECCGOST', /GOST/],
    ['nonsense', /no DNSSEC algorithm/],
    ['99', /no DNSSEC algorithm/],
  ])('refuses %s with the reason', async (algorithm, reason) => {
    await expect(make({ algorithm })).rejects.toMatchObject({
      kind: 'usage',
      code: 'usage/algorithm',
      message: expect.stringMatching(reason),
      hint: expect.stringContaining('ECDSAP256SHA256 (13)'),
    });
    expect(files.paths()).toEqual([]);
  });

  test('takes a size for RSA alone', async () => {
    const { keys } = await make({ algorithm: 'RSASHA256', role: 'zsk', bits: 2056 });
    expect(readDnskey(keys[0]!.dnskeyRdata).publicKey).toHaveLength(4 + 257);
    for (const bits of [1024, 2047, 2049, 4097, 4104, 2048.5, Number.NaN]) {
      await expect(make({ algorithm: '8', bits })).rejects.toMatchObject({ code: 'usage/bits' });
    }
    await expect(make({ bits: 2048 })).rejects.toMatchObject({ code: 'usage/bits' });
  });

  test('sets the times and the TTL that are asked for', async () => {
    const timing = {
      publish: NOW + 1,
      activate: NOW + 2,
      inactive: NOW + 4,
      delete: NOW + 5,
      syncPublish: NOW + 6,
    };
    const { keys } = await make({ role: 'ksk', timing: { ...timing, revoke: NOW + 3 }, ttl: 300 });
    expect(keys[0]).toMatchObject({ ttl: 300, timing: { created: NOW, ...timing, revoke: NOW + 3 } });
    expect(files.text(`keys/${keys[0]!.base}.key`)).toMatch(/^example\.com\. 300 IN DNSKEY 257 3 15 /m);
    expect(warnings).toEqual([]);
  });

  test('publishes when it activates, unless told otherwise', async () => {
    const later = NOW + DAY;
    const timingOf = async (timing: KeygenOptions['timing'] & object): Promise<object> =>
      (await make({ role: 'zsk', timing })).keys[0]!.timing;
    expect(await timingOf({ activate: later })).toEqual({ created: NOW, publish: later, activate: later });
    expect(await timingOf({ publish: NOW - DAY })).toEqual({
      created: NOW,
      publish: NOW - DAY,
      activate: NOW,
    });
    expect(await timingOf({ publish: null })).toEqual({ created: NOW, activate: NOW });
    expect(await timingOf({ activate: null })).toEqual({ created: NOW, publish: NOW });
  });

  test('makes a spare, which has no times but that of creation', async () => {
    expect((await make({ role: 'zsk', spare: true })).keys[0]!.timing).toEqual({ created: NOW });
    await expect(make({ spare: true, timing: { publish: NOW } })).rejects.toMatchObject({
      code: 'usage/timing',
    });
  });

  test('warns of times that make no sense', async () => {
    await make({
      role: 'zsk',
      timing: { revoke: NOW, activate: NOW + 9, inactive: NOW + 5, delete: NOW + 1 },
    });
    expect(warnings).toEqual([
      expect.stringContaining('is a ZSK'),
      expect.stringContaining('inactive before it is active'),
      expect.stringContaining('deleted before it becomes inactive'),
    ]);
    warnings.length = 0;
    await make({ role: 'zsk', timing: { publish: NOW + 9 } });
    expect(warnings).toEqual([expect.stringContaining('to sign before it is published')]);
  });
});

describe('key tags', () => {
  /** A generator that gives these keys one after another, then real ones. */
  function scripted(keys: readonly GeneratedKey[]): { asked: () => number } {
    const queue = [...keys];
    let asked = 0;
    environment = {
      ...environment,
      crypto: {
        ...nodeCrypto,
        generate: (algorithm, bits) => {
          asked++;
          const next = queue.shift();
          return next === undefined ? nodeCrypto.generate(algorithm, bits) : Promise.resolve(next);
        },
      },
    };
    return { asked: () => asked };
  }

  const rdataOf = ({ publicKey }: GeneratedKey, flags = 256): Uint8Array =>
    writeDnskey({ flags, protocol: 3, algorithm: 15, publicKey });

  const marker = (tag: number): string => `keys/Kexample.com.+015+${String(tag).padStart(5, '0')}.private`;

  test('are never those of another key, even one whose .key file is lost, or of another algorithm', async () => {
    const key = await nodeCrypto.generate(15, undefined);
    const tag = String(keyTag(rdataOf(key))).padStart(5, '0');
    for (const name of [`Kexample.com.+015+${tag}.private`, `KEXAMPLE.com.+008+${tag}.key`]) {
      files = new MemoryFiles();
      environment = { ...environment, files };
      files.put(`keys/${name}`, 'damaged');
      const { asked } = scripted([key]);
      const { keys } = await make({ role: 'zsk' });
      expect(asked()).toBeGreaterThan(1);
      expect(keys[0]!.keyTag).not.toBe(keyTag(rdataOf(key)));
    }
  });

  test('are never those that another key would have once revoked', async () => {
    const key = await nodeCrypto.generate(15, undefined);
    // A key in the directory whose revoked tag is the new key's tag.
    files.put(marker((keyTag(rdataOf(key)) - 128) & 0xffff), '');
    const { asked } = scripted([key]);
    await make({ role: 'zsk' });
    expect(asked()).toBe(2);
  });

  test('once revoked are never those of another key', async () => {
    const key = await nodeCrypto.generate(15, undefined);
    files.put(marker(revokedKeyTag(rdataOf(key))), '');
    const { asked } = scripted([key]);
    await make({ role: 'zsk' });
    expect(asked()).toBe(2);
  });

  test('differ within one pair', async () => {
    const key = await nodeCrypto.generate(15, undefined);
    // As a ZSK the same public key has the tag of the KSK less one; only a shifted one collides. So: the same key, two KSKs.
    const { asked } = scripted([key, key]);
    const first = await make({ role: 'ksk' });
    const second = await make({ role: 'ksk' });
    expect(asked()).toBe(3);
    expect(second.keys[0]!.keyTag).not.toBe(first.keys[0]!.keyTag);
  });

  test('of other zones do not count', async () => {
    const key = await nodeCrypto.generate(15, undefined);
    const tag = String(keyTag(rdataOf(key))).padStart(5, '0');
    files.put(`keys/Kexample.org.+015+${tag}.private`, '');
    const { asked } = scripted([key]);
    await make({ role: 'zsk' });
    expect(asked()).toBe(1);
  });

  test('that collide for ever end with an error', async () => {
    const key = await nodeCrypto.generate(15, undefined);
    files.put(marker(keyTag(rdataOf(key))), '');
    scripted(Array.from({ length: 200 }, () => key));
    await expect(make({ role: 'zsk' })).rejects.toMatchObject({ code: 'key/tag-collision' });
  });
});

describe('all or nothing', () => {
  test.each([0, 1, 2, 3])('when write %i of a pair fails, no file is left', async (failing) => {
    let writes = 0;
    files.beforeWrite = () => {
      if (writes++ === failing) throw environmentError('file/no-space', 'no space');
    };
    await expect(make()).rejects.toMatchObject({ code: 'file/no-space' });
    expect(files.paths()).toEqual([]);
  });

  test('when the predecessor cannot be rewritten, its successor goes again', async () => {
    const { keys } = await make({
      role: 'zsk',
      timing: { inactive: NOW + 60 * DAY, delete: NOW + 90 * DAY },
    });
    const before = files.paths();
    files.beforeWrite = (path) => {
      if (path === `keys/${keys[0]!.base}.private`) throw environmentError('file/permission', 'denied');
    };
    await expect(
      makeSuccessor({ keyDirectory: 'keys', keyFile: keys[0]!.base }, environment),
    ).rejects.toMatchObject({ code: 'file/permission' });
    expect(files.paths()).toEqual(before);
  });
});

describe('settime', () => {
  test('changes times in both files and leaves the rest', async () => {
    const { keys } = await make({ role: 'zsk' });
    const { base } = keys[0]!;
    const before = files.text(`keys/${base}.private`);
    const result = await settime(
      {
        keyDirectory: 'elsewhere',
        keyFile: `keys/${base}.key`,
        timing: { inactive: NOW + DAY, publish: null },
      },
      environment,
    );
    const timing = { created: NOW, activate: NOW, inactive: NOW + DAY };
    expect(result.keys[0]).toMatchObject({ base, timing });
    const found = await new KeyDirectory('keys', files).readFiles(base);
    expect(found.publicKey.timing).toEqual(timing);
    expect(found.privateKey!.timing).toEqual(timing);
    expect(files.text(`keys/${base}.private`)).toContain(/PrivateKey: .*/.exec(before)![0]);
    expect(files.modes.get(`keys/${base}.private`)).toBe(0o600);
  });

  test('sets and takes away the TTL', async () => {
    const { keys } = await make({ role: 'zsk' });
    const options = { keyDirectory: 'keys', keyFile: keys[0]!.base };
    expect((await settime({ ...options, ttl: 60 }, environment)).keys[0]!.ttl).toBe(60);
    expect((await settime(options, environment)).keys[0]!.ttl).toBe(60);
    expect((await settime({ ...options, ttl: null }, environment)).keys[0]!.ttl).toBeUndefined();
  });

  test('keeps a key from before there were times published and active', async () => {
    const { keys } = await make({ role: 'zsk' });
    const { base } = keys[0]!;
    const text = files.text(`keys/${base}.private`);
    files.put(
      `keys/${base}.private`,
      text.replace('v1.3', 'v1.2').replace(/^(Created|Publish|Activate).*\n/gm, ''),
    );
    files.put(`keys/${base}.key`, files.text(`keys/${base}.key`).replace(/^;.*\n/gm, ''));
    expect((await new KeyDirectory('keys', files).findKey(base)).timing).toEqual({});
    const later = { ...environment, now: NOW + DAY };
    const { keys: changed } = await settime(
      { keyDirectory: 'keys', keyFile: base, timing: { inactive: NOW + 9 * DAY } },
      later,
    );
    const now = later.now;
    expect(changed[0]!.timing).toEqual({
      created: now,
      publish: now,
      activate: now,
      inactive: NOW + 9 * DAY,
    });
    expect(files.text(`keys/${base}.private`)).toMatch(/^Private-key-format: v1\.3\n/);
  });

  test('works on a key without its private part', async () => {
    const { keys } = await make({ role: 'zsk' });
    const { base } = keys[0]!;
    files.contents.delete(`keys/${base}.private`);
    const result = await settime(
      { keyDirectory: 'keys', keyFile: base, timing: { delete: NOW } },
      environment,
    );
    expect(result.keys[0]).toMatchObject({ hasPrivate: false, timing: { delete: NOW } });
    expect(files.contents.has(`keys/${base}.private`)).toBe(false);
  });

  test('warns where the states of BIND count more than times', async () => {
    const { keys } = await make({ role: 'csk' });
    const state = `keys/${keys[0]!.base}.state`;
    files.put(state, `${files.text(state)}DNSKEYState: omnipresent\n`);
    await settime(
      { keyDirectory: 'keys', keyFile: keys[0]!.base, timing: { delete: NOW + DAY } },
      environment,
    );
    expect(warnings).toEqual([expect.stringContaining('.state file')]);
  });

  test('names what is not there, or no key', async () => {
    const call = (keyFile: string): Promise<KeygenResult> =>
      settime({ keyDirectory: 'keys', keyFile }, environment);
    await expect(call('Kexample.com.+015+00001')).rejects.toMatchObject({ code: 'key/not-found' });
    await expect(call('example.com.zone')).rejects.toMatchObject({ code: 'usage/key-file' });
    await expect(call('Kexample.com.+003+00001')).rejects.toMatchObject({ code: 'key/algorithm' });
  });
});

describe('makeSuccessor', () => {
  const times = { inactive: NOW + 60 * DAY, delete: NOW + 90 * DAY };
  // The 512-bit key of RFC 5702 section 6.1.
  const RFC5702_KEY = `; Activate: 20260101000000
; Inactive: 20270601000000
; Delete: 20270701000000
example.net. IN DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=
`;

  test('makes the follower of a key', async () => {
    const { keys } = await make({ role: 'zsk', algorithm: 'RSASHA256', bits: 2560, timing: times, ttl: 900 });
    const predecessor = keys[0]!;
    const { keys: made } = await makeSuccessor(
      { keyDirectory: 'keys', keyFile: predecessor.base },
      environment,
    );
    const successor = made[0]!;
    expect(successor).toMatchObject({
      role: 'zsk',
      algorithm: 8,
      ttl: 900,
      timing: { created: NOW, publish: NOW + 30 * DAY, activate: NOW + 60 * DAY },
    });
    expect(successor.dnskeyRdata).toHaveLength(predecessor.dnskeyRdata.length);
    expect(files.text(`keys/${successor.base}.private`)).toMatch(`Predecessor: ${predecessor.keyTag}\n`);
    expect(files.text(`keys/${predecessor.base}.private`)).toMatch(`Successor: ${successor.keyTag}\n`);
    expect(warnings).toEqual([]);
  });

  test('of a short RSA key is as long as keys should be', async () => {
    files.put('keys/Kexample.net.+008+09033.key', RFC5702_KEY);
    const { keys: made } = await makeSuccessor(
      { keyDirectory: 'keys', keyFile: 'Kexample.net.+008+09033' },
      environment,
    );
    expect(readDnskey(made[0]!.dnskeyRdata).publicKey).toHaveLength(4 + 256);
  });

  test('of a CSK is a CSK', async () => {
    const { keys } = await make({ role: 'csk', timing: times });
    const { keys: made } = await makeSuccessor({ keyDirectory: 'keys', keyFile: keys[0]!.base }, environment);
    expect(made[0]!.role).toBe('csk');
    expect(made[0]!.state).toMatchObject({ predecessor: keys[0]!.keyTag });
    expect(files.text(`keys/${keys[0]!.base}.state`)).toMatch(`Successor: ${made[0]!.keyTag}\n`);
  });

  test.each([
    ['no activation', { activate: null, ...times }, {}, /no time of activation/],
    ['no inactivation', {}, {}, /no time of inactivation/],
    ['too late', { inactive: NOW + 29 * DAY }, {}, /too soon/],
  ])('refuses a predecessor with %s', async (_, timing, options, message) => {
    const { keys } = await make({ role: 'zsk', timing });
    await expect(
      makeSuccessor({ keyDirectory: 'keys', keyFile: keys[0]!.base, ...options }, environment),
    ).rejects.toMatchObject({
      kind: 'usage',
      code: 'usage/successor',
      message: expect.stringMatching(message),
    });
  });

  test('takes another prepublication interval, and warns of a predecessor that stays for ever', async () => {
    const { keys } = await make({ role: 'zsk', timing: { inactive: NOW + 10 * DAY } });
    const options = { keyDirectory: 'keys', keyFile: keys[0]!.base, prepublication: 7 * DAY };
    const { keys: made } = await makeSuccessor(options, environment);
    expect(made[0]!.timing).toMatchObject({ publish: NOW + 3 * DAY, activate: NOW + 10 * DAY });
    expect(warnings).toEqual([expect.stringContaining('no time of deletion')]);
  });
});
