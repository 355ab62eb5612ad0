import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CLOCK, runForJson, runInProcess } from './in-process.ts';
import { schemaErrors } from './schemas.ts';
import { workIn } from './working-directory.ts';

interface KeyDocument {
  readonly base: string;
  readonly role: string;
  readonly algorithm: number;
  readonly ttl?: number;
  readonly timing: Readonly<Record<string, string>>;
}

/** Makes keys, and returns what `--json` says of them. */
async function keygen(...args: readonly string[]): Promise<readonly KeyDocument[]> {
  const { status, document, stderr } = await runForJson(['keygen', ...args]);
  expect([status, stderr]).toEqual([0, '']);
  expect(schemaErrors(document)).toEqual([]);
  return document['keys'] as KeyDocument[];
}

describe('keygen', () => {
  test('prints the base name of each new key, one a line', async () => {
    workIn();
    const { status, stdout, stderr } = await runInProcess(['keygen', 'Example.COM']);
    expect([status, stderr]).toEqual([0, '']);
    const bases = stdout.split('\n').slice(0, -1);
    expect(bases).toHaveLength(2);
    for (const base of bases) {
      expect(base).toMatch(/^Kexample\.com\.\+013\+\d{5}$/);
      for (const suffix of ['key', 'private']) expect(existsSync(`keys/${base}.${suffix}`)).toBe(true);
    }
  });

  test('makes what the policy asks for, and what options ask for instead', async () => {
    workIn({ '.zonewrightrc.yaml': 'policies: {default: {keys: csk, algorithm: ED448}}' });
    expect(await keygen('a.example')).toMatchObject([{ role: 'csk', algorithm: 16 }]);
    expect(await keygen('b.example', '-a', '15')).toMatchObject([{ role: 'csk', algorithm: 15 }]);
    expect(await keygen('c.example', '--role', 'zsk')).toMatchObject([{ role: 'zsk', algorithm: 16 }]);
    expect(await keygen('d.example', '-f', 'KSK')).toMatchObject([{ role: 'ksk' }]);
    expect(await keygen('e.example', '-f', 'zsk')).toMatchObject([{ role: 'zsk' }]);
    expect(await keygen('f.example', '--role', 'KSK', '-f', 'ksk')).toMatchObject([{ role: 'ksk' }]);
  });

  test('takes times and a TTL', async () => {
    workIn();
    const options = ['-P', 'now', '-A', '+1d', '-I', '2027-01-01', '-D', 'none', '-L', '1h', '--role', 'ksk'];
    expect(await keygen('example.com', ...options)).toMatchObject([
      {
        ttl: 3600,
        timing: {
          created: '2026-11-22T12:00:00Z',
          publish: '2026-11-22T12:00:00Z',
          activate: '2026-11-23T12:00:00Z',
          inactive: '2027-01-01T00:00:00Z',
        },
      },
    ]);
  });

  test('makes spares, which have no times', async () => {
    workIn();
    const [key] = await keygen('example.com', '--role', 'zsk', '--spare');
    expect(Object.keys(key!.timing)).toEqual(['created']);
  });

  test('makes RSA keys of a size', async () => {
    workIn();
    const [key] = await keygen('example.com', '--role', 'zsk', '-a', 'RSASHA256', '-b', '3072');
    // A 3072-bit modulus is 384 octets; with the exponent 65537 the field has 388.
    const [, publicKey] = / DNSKEY 256 3 8 ([^\n]+)/.exec(readFileSync(`keys/${key!.base}.key`, 'utf8'))!;
    expect(Buffer.from(publicKey!.replaceAll(' ', ''), 'base64')).toHaveLength(388);
  });

  test('--settime changes times and TTL of a key', async () => {
    workIn();
    const [key] = await keygen('example.com', '--role', 'zsk');
    const changed = await keygen('--settime', key!.base, '--inactive', '+30d', '--ttl', '60');
    expect(changed).toMatchObject([
      { base: key!.base, ttl: 60, timing: { inactive: '2026-12-22T12:00:00Z' } },
    ]);
    expect(
      await keygen('--settime', `keys/${key!.base}.key`, '--inactive', 'none', '-L', 'none'),
    ).toMatchObject([{ timing: expect.not.objectContaining({ inactive: expect.anything() }) }]);
  });

  test('--settime and --successor find a key in the working directory too', async () => {
    workIn();
    const [key] = await keygen('example.com', '--role', 'zsk', '-K', '.', '-I', '+60d', '-D', '+90d');
    expect(await keygen('--settime', `${key!.base}.key`, '-L', '1h')).toMatchObject([{ ttl: 3600 }]);
    const [next] = await keygen('--successor', key!.base);
    expect(existsSync(`${next!.base}.private`)).toBe(true);
    expect(existsSync('keys')).toBe(false);
  });

  test('--successor makes the key that follows another', async () => {
    workIn();
    const [key] = await keygen('example.com', '--role', 'zsk', '-I', '+60d', '-D', '+90d');
    const [next] = await keygen('--successor', key!.base, '--interval', '10d');
    expect(next).toMatchObject({
      role: 'zsk',
      timing: { publish: '2027-01-11T12:00:00Z', activate: '2027-01-21T12:00:00Z' },
    });
    expect(next!.base).not.toBe(key!.base);
  });

  test.each([
    [[], 'the name of the zone is missing'],
    [['a..b'], '"a..b" is no zone name'],
    [['x', '--role', 'boss'], 'choose from ksk, zsk, csk'],
    [['x', '-f', 'REVOKE'], '"REVOKE" is no role of a key'],
    [['x', '--role', 'zsk', '-f', 'KSK'], '--role and -f name different roles'],
    [['x', '-i', '3d'], '--interval is for --successor'],
    [['--settime', 'K', '-i', '3d'], '--settime takes everything from the key file: leave --interval out'],
    [['x', '-K', ''], '--key-directory is empty'],
    [['x', '--config', ''], '--config is empty'],
    [['x', '-a', 'RSAMD5'], 'no keys of RSAMD5 are made'],
    [['x', '-a', '8', '--bits', 'many'], '--bits takes a whole number, not "many"'],
    [['x', '-a', '8', '--bits', '1024'], 'RSA keys are made with 2048 to 4096 bits'],
    [['x', '-P', 'tomorrow'], '--publish: "tomorrow" is no time'],
    [['x', '--settime', 'K'], '--settime takes everything from the key file: leave the zone x out'],
    [['--settime', 'K', '-a', '13'], '--settime takes everything from the key file: leave --algorithm out'],
    [
      ['--successor', 'K', '--role', 'ksk'],
      '--successor takes everything from the key file: leave --role out',
    ],
    [['--successor', 'K', '--settime', 'K'], '--settime and --successor exclude each other'],
  ])('%j is a mistake', async (args, message) => {
    workIn();
    const { status, stdout, stderr } = await runInProcess(['keygen', ...args], { clock: CLOCK });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(existsSync('keys')).toBe(false);
  });

  test('puts its warnings into the document, too', async () => {
    workIn();
    const { document, stderr } = await runForJson(['keygen', 'example.com', '--role', 'zsk', '-R', '+1d']);
    expect(document['warnings']).toMatchObject([{ message: expect.stringContaining('is a ZSK') }]);
    expect(stderr).toMatch(/^zonewright: warning: K.* is a ZSK/);
    expect(schemaErrors(document)).toEqual([]);
  });
});
