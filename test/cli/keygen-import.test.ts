import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runInProcess, type InProcessResult } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const pem = (type: 'ec' | 'rsa' | 'ed25519', options: object = {}): string =>
  generateKeyPairSync(type as 'rsa', {
    ...(options as { modulusLength: number }),
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

const P256 = pem('ec', { namedCurve: 'P-256' });
const WEAK = pem('rsa', { modulusLength: 1024 });
const RSA = pem('rsa', { modulusLength: 2048 });
const OTHER_CURVE = pem('ec', { namedCurve: 'secp256k1' });

/** Makes keys; their base names. */
async function keygen(...args: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await runInProcess(['keygen', ...args]);
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trim().split('\n');
}

describe('keygen --import', () => {
  test('takes a key without changing what it read', async () => {
    workIn({ 'k.pem': P256 });
    const [base] = await keygen('example.com', '--import', 'k.pem', '--role', 'zsk', '-L', '1h');
    expect(readFileSync('k.pem', 'utf8')).toBe(P256);
    expect(base).toMatch(/^Kexample\.com\.\+013\+\d{5}$/);
    expect(readFileSync(`keys/${base!}.key`, 'utf8')).toContain('example.com. 3600 IN DNSKEY 256 3 13 ');
    expect(statSync(`keys/${base!}.private`).mode & 0o777).toBe(0o600);
  });

  test('keeps the times, the TTL and the role that BIND has for a key', async () => {
    workIn();
    const [csk] = await keygen('example.com', '--role', 'csk', '-A', '+5d', '-L', '77', '-K', 'theirs');
    for (const name of [`theirs/${csk!}.private`, `theirs/${csk!}`, `theirs/${csk!}.state`]) {
      const into = `into-${name.length}`;
      expect(await keygen('--import', name, '-K', into)).toEqual([csk]);
      for (const suffix of ['key', 'private', 'state']) {
        const file = `${csk!}.${suffix}`;
        expect(readFileSync(`${into}/${file}`, 'utf8')).toBe(readFileSync(`theirs/${file}`, 'utf8'));
      }
    }
  });

  test('reads standard input', async () => {
    workIn();
    const { status, stdout } = await runInProcess(
      ['keygen', 'example.com', '--import', '-', '--role', 'ksk'],
      {
        stdin: P256,
      },
    );
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^Kexample\.com\.\+013/)]);
  });

  test.each([
    ['k.pem', ['--import', 'k.pem', '--role', 'zsk'], 2, 'does not say which zone'],
    ['k.pem', ['x', '--import', 'k.pem'], 2, 'does not say what the key is for'],
    ['k.pem', ['x', '--import', 'k.pem', '--role', 'zsk', '-a', '15'], 3, 'this is no key of ED25519'],
    ['rsa', ['x', '--import', 'rsa', '--role', 'zsk'], 2, 'does not say which algorithm'],
    ['weak', ['x', '--import', 'weak', '--role', 'zsk', '-a', '8'], 3, 'RSA keys with 1024 bits'],
    ['curve', ['x', '--import', 'curve', '--role', 'zsk'], 3, 'no private key of a kind that DNSSEC has'],
    ['zone', ['x', '--import', 'zone', '--role', 'zsk'], 3, 'no key in a form that is known'],
    ['none', ['x', '--import', 'none', '--role', 'zsk'], 4, 'no such file'],
    ['k.pem', ['x', '--import', 'k.pem', '--bits', '2048'], 2, 'leave --bits out'],
    ['k.pem', ['x', '--import', 'k.pem', '--export', 'pem'], 2, 'exclude each other'],
  ])('%s: %j is refused', async (_, args, expected, message) => {
    workIn({ 'k.pem': P256, rsa: RSA, weak: WEAK, curve: OTHER_CURVE, zone: SMALL_ZONE });
    const { status, stdout, stderr } = await runInProcess(['keygen', ...args]);
    expect([status, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(message);
    expect(existsSync('keys')).toBe(false);
  });

  test('RSA exponents: 3 draws a warning, and what BIND does not verify with is refused', async () => {
    const rsa = (publicExponent: number): string => pem('rsa', { modulusLength: 2048, publicExponent });
    const jwk = createPrivateKey(RSA).export({ format: 'jwk' });
    const long = { ...jwk, e: Buffer.from('01000000000f', 'hex').toString('base64url') };
    workIn({ three: rsa(3), short: rsa(2 ** 32 - 5), long: JSON.stringify(long) });
    const run = (file: string): Promise<InProcessResult> =>
      runInProcess(['keygen', 'x', '--import', file, '--role', 'zsk', '-a', '8']);
    const three = await run('three');
    expect(three).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Kx\.\+008/) });
    expect(three.stderr).toContain('three: the RSA key has the exponent 3');
    expect(three.stderr).toContain('RFC 3110');
    expect(await run('short')).toMatchObject({ status: 0, stderr: '' });
    expect(await run('long')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('an exponent of 41 bits are not taken: BIND'),
    });
  });

  test('refuses what belongs to another zone, is there already, or is no pair', async () => {
    workIn();
    const [one] = await keygen('example.com', '--role', 'zsk', '-K', 'theirs');
    const [two] = await keygen('example.com', '--role', 'zsk', '-K', 'theirs', '--spare');
    const failure = async (...args: readonly string[]): Promise<string> => {
      const { status, stderr } = await runInProcess(['keygen', ...args]);
      expect(status).toBe(3);
      return stderr;
    };
    const file = `theirs/${one!}.private`;
    expect(await failure('other.example', '--import', file)).toContain('a key of example.com.');
    expect(await failure('--import', file, '--role', 'ksk')).toContain('the flags 256');
    expect(await failure('--import', file, '-a', '15')).toContain('a key of ECDSAP256SHA256, not of 15');
    expect(await failure('--import', file, '-K', 'theirs')).toContain('is in theirs already');
    cpSync(`theirs/${two!}.private`, file);
    expect(await failure('--import', file)).toMatch(/does not belong|damaged/);
  });

  test('refuses a key tag that another key of the zone has, revoked or not', async () => {
    workIn();
    const [base] = await keygen('example.com', '--role', 'zsk', '-K', 'theirs');
    const tag = Number(base!.slice(-5));
    await keygen('example.com', '--role', 'ksk');
    // A file alone takes a tag: this one is the other's once it is revoked.
    writeFileSync(`keys/Kexample.com.+013+${String((tag - 128) & 0xffff).padStart(5, '0')}.key`, '');
    const { status, stderr } = await runInProcess(['keygen', '--import', `theirs/${base!}.private`]);
    expect([status, stderr]).toEqual([3, expect.stringContaining(`the key tag ${tag}`)]);
  });
});

describe('the public key of another signer', () => {
  test('is published and signs nothing, with and without a rotation state', async () => {
    workIn({ 'example.com.zone': SMALL_ZONE });
    const [theirs] = await keygen('example.com', '--role', 'zsk', '-K', 'theirs');
    const record = readFileSync(`theirs/${theirs!}.key`, 'utf8');
    const publicKey = / 13 (.+)\n$/.exec(record)![1]!.replaceAll(' ', '');
    await keygen('--import', `theirs/${theirs!}.key`);
    expect(readdirSync('keys')).toEqual([`${theirs!}.key`]);
    await keygen('example.com');
    const sign = async (): Promise<string> => {
      const { status, stderr } = await runInProcess(['sign', 'example.com.zone', '--full']);
      expect([status, stderr]).toEqual([0, expect.stringContaining('signed into')]);
      return readFileSync('example.com.zone.signed', 'utf8').replaceAll(/[ ()]/g, '');
    };
    expect(await sign()).toContain(publicKey);
    expect((await runInProcess(['rotate', 'example.com'])).status).toBe(0);
    const state = readFileSync('keys/example.com.state.json', 'utf8');
    expect(state).not.toContain(theirs);
    expect(await sign()).toContain(publicKey);
    expect((await runInProcess(['verify', 'example.com.zone.signed'])).status).toBe(0);
  });
});
