import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { makeSuccessor } from '../../src/commands/key-successor.ts';
import { keygen, type KeygenEnvironment } from '../../src/commands/keygen.ts';
import { settime } from '../../src/commands/settime.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { toHex } from '../../src/dns/encoding.ts';
import { printCalendarTime, readTimestamp } from '../../src/dns/time.ts';
import { ALGORITHMS } from '../../src/dnssec/algorithms.ts';
import { readDnskey } from '../../src/dnssec/dnskey.ts';
import { makeDs } from '../../src/dnssec/ds.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { KeyDirectory } from '../../src/keys/key-directory.ts';
import { openSigner } from '../../src/keys/key-source.ts';
import { useOfKey, type Key } from '../../src/keys/key.ts';
import {
  isActive,
  isPublished,
  KEY_TIME_LABELS,
  type KeyTiming,
  type KeyUse,
} from '../../src/keys/timing.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { PLAIN_KEYS_ONLY } from '../support/key-access.ts';

const DAY = 86400;
const now = Math.floor(Date.now() / 1000);
const zone = nameFromText('example.com.');
const algorithms = ALGORITHMS.filter(({ status }) => status === 'recommended').map(
  ({ mnemonic }) => mnemonic,
);

let directory: string;
let environment: KeygenEnvironment;

beforeEach(() => {
  directory = temporaryDirectory();
  environment = {
    now,
    files: fileStore,
    crypto: nodeCrypto,
    keyAccess: PLAIN_KEYS_ONLY,
    warn: () => undefined,
  };
});

/** Runs a peer in the directory of the keys and expects it to succeed. */
async function run(name: string, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runPeer(name, args, { cwd: directory });
  expect({ name, status, stderr: status === 0 ? '' : stderr }).toEqual({ name, status: 0, stderr: '' });
  return stdout;
}

async function makePair(algorithm: string): Promise<readonly Key[]> {
  const { keys } = await keygen(
    { zone, keyDirectory: directory, keys: 'split', algorithm, ttl: 3600 },
    environment,
  );
  return keys;
}

function writeZone(...more: string[]): void {
  const lines = [
    '$TTL 300',
    '@ IN SOA ns hostmaster 1 3600 600 86400 300',
    '@ IN NS ns',
    'ns IN A 192.0.2.1',
    'www IN AAAA 2001:db8::1',
    ...more,
  ];
  writeFileSync(path.join(directory, 'zone'), `${lines.join('\n')}\n`);
}

const read = (name: string): string => readFileSync(path.join(directory, name), 'utf8');

describeWithPeers(
  ['dnssec-signzone', 'dnssec-settime', 'dnssec-dsfromkey', 'dnssec-verify', 'named-checkzone'],
  'BIND uses our keys',
  () => {
    test.each(algorithms)('%s: signs with them, reads their times, makes the same DS', async (algorithm) => {
      const keys = await makePair(algorithm);
      writeZone();
      await run('dnssec-signzone', '-S', '-K', '.', '-o', 'example.com', '-f', 'signed', 'zone');
      await run('dnssec-verify', '-o', 'example.com', 'signed');

      for (const { base, dnskeyRdata, zone: owner } of keys) {
        const times = await run('dnssec-settime', '-p', 'all', base);
        expect(times).toContain(`Publish: ${printCalendarTime(now)}\n`);
        const ds = await run('dnssec-dsfromkey', '-a', 'SHA-256', '-A', base);
        expect(ds).toContain(toHex(makeDs(owner, dnskeyRdata, 2, nodeCrypto).subarray(4)));
      }
      writeZone(...keys.map(({ base }) => `$INCLUDE ${base}.key`));
      expect(await run('named-checkzone', 'example.com', 'zone')).toContain('OK');
    });

    test('rewrites them byte by byte as they were, and we read what it wrote', async () => {
      const timing = { publish: now + 1, activate: now + 2, inactive: now + 4, delete: now + 5 };
      const options = { zone, keyDirectory: directory, keys: 'split', algorithm: '13', timing } as const;
      const { keys } = await keygen({ ...options, ttl: 60 }, environment);
      for (const { base, timing: ours } of keys) {
        const before = [read(`${base}.key`), read(`${base}.private`)];
        await run('dnssec-settime', '-D', '20370101000000', base);
        const source = new KeyDirectory(directory, fileStore);
        expect((await source.findKey(base)).timing).toEqual({
          ...ours,
          delete: readTimestamp('20370101000000'),
        });
        await settime({ keyDirectory: directory, keyFile: base, timing }, environment);
        expect([read(`${base}.key`), read(`${base}.private`)]).toEqual(before);
      }
    });

    test('takes all of our times', async () => {
      const timing = Object.fromEntries(
        KEY_TIME_LABELS.filter(([time]) => time !== 'created').map(([time], i) => [
          time,
          now + (i + 1) * DAY,
        ]),
      ) as KeyTiming;
      const options = { zone, keyDirectory: directory, keys: 'split', algorithm: '15', role: 'ksk' } as const;
      const { keys } = await keygen({ ...options, timing }, environment);
      const text = await run('dnssec-settime', '-p', 'all', keys[0]!.base);
      const times = text.split('\n').flatMap((line) => /^[\w ]+: (?!UNSET)(.*)$/.exec(line)?.[1] ?? []);
      const expected = [now, ...Object.values(timing)].map(printCalendarTime);
      expect(times.sort()).toEqual(expected.sort());
    });

    test('a successor is like one that dnssec-keygen makes', async () => {
      const times = { activate: now - DAY, inactive: now + 60 * DAY, delete: now + 90 * DAY };
      const ours = temporaryDirectory();
      const options = {
        zone,
        keyDirectory: ours,
        keys: 'split',
        algorithm: '8',
        role: 'zsk',
        bits: 2048,
      } as const;
      const { keys } = await keygen({ ...options, timing: times, ttl: 60 }, environment);
      const { base } = keys[0]!;
      for (const suffix of ['key', 'private']) {
        cpSync(path.join(ours, `${base}.${suffix}`), path.join(directory, `${base}.${suffix}`));
      }
      const { keys: made } = await makeSuccessor({ keyDirectory: ours, keyFile: base }, environment);
      const theirs = (await run('dnssec-keygen', '-q', '-S', base)).trim();

      const found = await new KeyDirectory(directory, fileStore).findKey(theirs);
      const { publish, activate } = made[0]!.timing;
      expect(found).toMatchObject({ role: 'zsk', algorithm: 8, timing: { publish, activate } });
      expect(found.dnskeyRdata).toHaveLength(made[0]!.dnskeyRdata.length);
      const lines = (text: string): string[] => text.split('\n').map((line) => line.replace(/:.*/, ''));
      expect(lines(readFileSync(path.join(ours, `${made[0]!.base}.private`), 'utf8'))).toEqual(
        lines(read(`${theirs}.private`)),
      );
      expect(lines(readFileSync(path.join(ours, `${base}.private`), 'utf8'))).toEqual(
        lines(read(`${base}.private`)),
      );
    });

    test('a combined key signs with -z, its .state file beside it', async () => {
      await keygen({ zone, keyDirectory: directory, keys: 'csk', algorithm: '13' }, environment);
      writeZone();
      await run('dnssec-signzone', '-S', '-z', '-K', '.', '-o', 'example.com', '-f', 'signed', 'zone');
      await run('dnssec-verify', '-z', '-o', 'example.com', 'signed');
    });

    const options = { zone, keys: 'split', algorithm: '15' } as const;

    /** Signs a zone with these keys, and one more that always signs; returns where BIND and we use a key differently. */
    async function differences(uses: readonly Pick<Key, 'timing' | 'state' | 'role'>[]): Promise<object[]> {
      writeZone();
      await keygen({ ...options, keyDirectory: directory, role: 'ksk' }, environment);
      const source = new KeyDirectory(directory, fileStore);
      const keys: Key[] = [];
      for (const { timing, state, role } of uses) {
        const made = await keygen({ ...options, keyDirectory: directory, role, spare: true }, environment);
        const { base } = made.keys[0]!;
        const { publicKey, privateKey } = await source.readFiles(base);
        await source.removeKey(base, PLAIN_KEYS_ONLY);
        const files = {
          publicKey: { ...publicKey, timing },
          privateKey: { ...privateKey!, timing },
          state,
        };
        await source.createKeys([{ base, files }]);
        keys.push(await source.findKey(base));
      }
      // Without verification (-P): revoked keys sign what they should not.
      const output = ['-O', 'full', '-f', 'signed', 'zone'];
      await run('dnssec-signzone', '-P', '-S', '-z', '-K', '.', '-o', 'example.com', ...output);
      const lines = read('signed').split('\n');
      const published = lines
        .filter((line) => /\sDNSKEY\s+(256|257|384|385) /.test(line))
        .map((line) => line.replace(/\s+/g, ''));
      const signers = new Set(
        lines.flatMap((line) => /\sRRSIG\s+(?:DNSKEY|SOA) 15 (?:\S+ ){4}(\d+) /.exec(line)?.[1] ?? []),
      );
      return keys.flatMap((key) => {
        const publicKey = Buffer.from(readDnskey(key.dnskeyRdata).publicKey).toString('base64');
        const line = published.find((candidate) => candidate.includes(publicKey));
        const tags = [0, 128, 129].map((difference) => String((key.keyTag + difference) & 0xffff));
        const theirs: KeyUse = {
          published: line !== undefined,
          active: tags.some((tag) => signers.has(tag)),
          revoked: /DNSKEY38[45]/.test(line ?? ''),
        };
        const ours = useOfKey(key, now);
        const { timing, state, role } = key;
        return JSON.stringify(theirs) === JSON.stringify(ours) ? [] : [{ timing, state, role, theirs, ours }];
      });
    }

    test('we publish and sign by the same times, whatever they are', async () => {
      const choices = [undefined, now - DAY, now + DAY];
      const uses = choices.flatMap((publish) =>
        choices.flatMap((activate) =>
          choices.flatMap((inactive) =>
            choices.flatMap((gone) =>
              choices.map((revoke) => {
                const all = { created: now - 2 * DAY, publish, activate, inactive, delete: gone, revoke };
                const set = Object.entries(all).filter(([, time]) => time !== undefined);
                return {
                  timing: Object.fromEntries(set),
                  state: undefined,
                  role: 'ksk' as const,
                };
              }),
            ),
          ),
        ),
      );
      expect(await differences(uses)).toEqual([]);
    });

    test('we publish and sign by the same states, whatever they are', async () => {
      const states = ['hidden', 'rumoured', 'omnipresent', 'unretentive'] as const;
      const times = [now - DAY, now + DAY];
      const uses = (['ksk', 'zsk', 'csk'] as const).flatMap((role) =>
        states.flatMap((dnskeyState) =>
          states.flatMap((zrrsigState) =>
            times.flatMap((activate) =>
              times.map((inactive) => {
                const ksk = role !== 'zsk';
                const zsk = role !== 'ksk';
                const state = {
                  algorithm: 15,
                  length: 256,
                  ksk,
                  zsk,
                  dnskeyState,
                  ...(zsk && { zrrsigState }),
                };
                const timing = { created: now - 2 * DAY, publish: now - DAY, activate, inactive };
                return { timing, state, role };
              }),
            ),
          ),
        ),
      );
      expect(await differences(uses)).toEqual([]);
    });
  },
);

describeWithPeers(['ldns-signzone', 'ldns-verify-zone', 'ldns-key2ds'], 'ldns uses our keys', () => {
  test.each(algorithms)('%s: signs with them and makes the same DS', async (algorithm) => {
    const keys = await makePair(algorithm);
    writeZone();
    await run('ldns-signzone', '-o', 'example.com', '-f', 'signed', 'zone', ...keys.map(({ base }) => base));
    await run('ldns-verify-zone', 'signed');
    for (const { base, dnskeyRdata, zone: owner } of keys) {
      const ds = await run('ldns-key2ds', '-n', '-f', '-2', `${base}.key`);
      expect(ds.toUpperCase()).toContain(toHex(makeDs(owner, dnskeyRdata, 2, nodeCrypto).subarray(4)));
    }
  });
});

/** Every key in the directory signs, and is what its name says. */
async function expectUsable(expected: number): Promise<void> {
  const source = new KeyDirectory(directory, fileStore);
  const keys = await source.listKeys(zone);
  expect(keys).toHaveLength(expected);
  for (const key of keys) {
    const data = Uint8Array.of(1, 2, 3);
    const signature = (
      await openSigner(source, key, { crypto: nodeCrypto, keyAccess: PLAIN_KEYS_ONLY })
    ).sign(data);
    const verifier = nodeCrypto.importPublicKey(key.algorithm, readDnskey(key.dnskeyRdata).publicKey)!;
    expect(verifier.verify(data, signature)).toBe(true);
  }
}

describeWithPeers(['dnssec-keygen', 'dnssec-settime', 'dnssec-revoke'], 'we use the keys of BIND', () => {
  const timeOptions = ['-P', 'now', '-A', 'now+1d', '-I', 'now+2d', '-D', 'now+3d', '-P', 'sync', 'now+4d'];

  test.each(algorithms)('%s', async (algorithm) => {
    const size = algorithm.startsWith('RSA') ? ['-b', '2048'] : [];
    const args = ['-q', '-a', algorithm, ...size, '-L', '3600', ...timeOptions, 'Example.com'];
    const base = (await run('dnssec-keygen', ...args)).trim();
    await run('dnssec-keygen', '-f', 'KSK', ...args);
    await expectUsable(2);
    const { timing, ttl, role, zone: owner } = await new KeyDirectory(directory, fileStore).findKey(base);
    expect(ttl).toBe(3600);
    expect(role).toBe('zsk');
    expect(owner).toEqual(zone);
    const { publish } = timing;
    expect(timing).toEqual({
      created: publish,
      publish,
      activate: publish! + DAY,
      inactive: publish! + 2 * DAY,
      delete: publish! + 3 * DAY,
      syncPublish: publish! + 4 * DAY,
    });
  });

  test('old ones, without times, and spares', async () => {
    const old = (await run('dnssec-keygen', '-q', '-C', '-a', '13', 'example.com')).trim();
    const spare = (await run('dnssec-keygen', '-q', '-G', '-a', '13', 'example.com')).trim();
    await expectUsable(2);
    const source = new KeyDirectory(directory, fileStore);
    expect(isActive((await source.findKey(old)).timing, now)).toBe(true);
    expect(isPublished((await source.findKey(spare)).timing, now)).toBe(false);
  });

  test('with .state files, which we print as they were', async () => {
    const base = (await run('dnssec-keygen', '-q', '-k', 'default', 'example.com')).trim();
    const states = [
      '-g',
      'omnipresent',
      '-k',
      'rumoured',
      'now',
      '-z',
      'omnipresent',
      'now',
      '-d',
      'hidden',
      'now',
    ];
    await run('dnssec-settime', '-s', ...states, base);
    await run('dnssec-settime', '-s', '-P', 'ds', 'now', '-D', 'ds', 'now+1d', base);
    const before = read(`${base}.state`);
    const source = new KeyDirectory(directory, fileStore);
    const key = await source.findKey(base);
    expect(key.role).toBe('csk');
    expect(key.state).toMatchObject({ goalState: 'omnipresent', dnskeyState: 'rumoured', dsState: 'hidden' });
    const files = await source.readFiles(base);
    await source.rewriteKey(base, { ...files, state: { ...files.state!, lifetime: 5 } });
    await source.rewriteKey(base, files);
    expect(read(`${base}.state`)).toBe(before);
  });

  test('revoked ones', async () => {
    const base = (await run('dnssec-keygen', '-q', '-f', 'KSK', '-a', '13', 'example.com')).trim();
    await run('dnssec-revoke', '-r', base);
    const [key] = await new KeyDirectory(directory, fileStore).listKeys(zone);
    expect(key!.flags).toBe(385);
    await expectUsable(1);
  });

  test('their files and ours differ in nothing but the key itself', async () => {
    const theirs = (
      await run('dnssec-keygen', '-q', '-f', 'KSK', '-L', '60', '-a', '13', 'example.com')
    ).trim();
    const { created } = (await new KeyDirectory(directory, fileStore).findKey(theirs)).timing;
    const other = temporaryDirectory();
    const options = {
      zone,
      keyDirectory: other,
      keys: 'split',
      role: 'ksk',
      algorithm: '13',
      ttl: 60,
    } as const;
    const { keys } = await keygen(options, { ...environment, now: created! });
    const normal = (text: string): string =>
      text.replace(/keyid \d+/, 'keyid').replace(/[A-Za-z0-9+/]{40,}=*( [A-Za-z0-9+/]+=*)?/g, 'KEY');
    for (const suffix of ['key', 'private']) {
      const ours = readFileSync(path.join(other, `${keys[0]!.base}.${suffix}`), 'utf8');
      expect(normal(ours)).toBe(normal(read(`${theirs}.${suffix}`)));
    }
  });
});

describeWithPeers(['ldns-keygen'], 'we use the keys of ldns', () => {
  test.each(algorithms)('%s', async (algorithm) => {
    const size = algorithm.startsWith('RSA') ? ['-b', '2048'] : [];
    await run('ldns-keygen', '-a', algorithm, ...size, 'example.com');
    await run('ldns-keygen', '-k', '-a', algorithm, ...size, 'example.com');
    await expectUsable(2);
    expect(readdirSync(directory).filter((name) => name.endsWith('.key'))).toHaveLength(2);
  });
});
