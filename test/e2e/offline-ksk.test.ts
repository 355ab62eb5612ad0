import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DAY, SIGNED } from '../cli/operation.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { ServedOperation } from '../support/served-world.ts';

const POLICY = 'kskLifetime: unlimited, zskLifetime: 90d, checkParent: false';

/** A zone in its ordinary life whose KSK has just been put into the safe: its private half is in another directory. */
async function withKskInSafe(start?: number): Promise<ServedOperation> {
  const operation = new ServedOperation({ policy: POLICY });
  operation.now = start ?? operation.now;
  operation.serveDs([]);
  await operation.rotate('--sign');
  operation.observe();
  await operation.finish();
  mkdirSync('safe');
  const [ksk] = operation.keys('ksk');
  renameSync(`keys/${ksk!.base}.private`, `safe/${ksk!.base}.private`);
  writeFileSync(`safe/${ksk!.base}.key`, readFileSync(`keys/${ksk!.base}.key`));
  return operation;
}

async function requestAndAnswer(operation: ServedOperation, ...until: string[]): Promise<string> {
  const said = await operation.rotate('--key-request', 'ksr', ...until);
  await operation.succeed('sign', '--key-request', 'ksr', '--response', 'skr', '-K', 'safe');
  return said;
}

describe('a KSK in a safe', () => {
  test('a year of nights with ZSK rollovers on one response, and no resolver sees a gap', async () => {
    const operation = await withKskInSafe();
    const said = await requestAndAnswer(operation, '--until', '400d');
    expect(said).toMatch(/made for it: K\S+, K/);
    await operation.sign('--response', 'skr');
    operation.observe();
    const before = operation.keys('zsk').length;
    const files = readFileSync('ksr', 'utf8');
    expect(files).toMatch(/^;; KeySigningRequest 1\.0 \d+ \(/);
    expect(files).not.toContain('PrivateKey');
    for (const end = operation.now + 365 * DAY; operation.now < end;) {
      operation.now += DAY;
      await operation.rotate('--sign');
      operation.observe();
    }
    expect(operation.violations).toEqual([]);
    const zsks = operation.state().keys.filter(({ role }) => role === 'zsk');
    expect(zsks.filter(({ removed }) => removed !== undefined).length).toBeGreaterThanOrEqual(3);
    expect(before).toBeGreaterThan(3);
    await operation.expectValid(operation.keys('ksk'));
    expect(operation.count('CDS')).toBe(1);
    // Nothing due: the file stays as it is.
    const signed = readFileSync(SIGNED, 'utf8');
    await operation.rotate('--sign');
    expect(readFileSync(SIGNED, 'utf8')).toBe(signed);
  }, 240_000);

  test('a response that ends: sign says so and leaves the zone, and a new response goes on', async () => {
    const operation = await withKskInSafe();
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.observe();
    await operation.nights(50 * DAY, 5 * DAY);
    operation.now += 120 * DAY;
    const { status, stderr } = await operation.run('sign', 'example.com.zone');
    expect({ status, stderr }).toMatchObject({ status: 3 });
    expect(stderr).toContain('--key-request');
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    await operation.expectValid(operation.keys('ksk'));
  });

  test('files that were changed on their way are refused, and so is a response with a gap', async () => {
    const operation = await withKskInSafe();
    await requestAndAnswer(operation, '--until', '200d');
    const request = readFileSync('ksr', 'utf8');
    const response = readFileSync('skr', 'utf8');
    const refused = async (name: string, text: string, ...args: string[]): Promise<string> => {
      writeFileSync(name, text);
      const { status, stderr } = await operation.run(...args);
      expect({ status, stderr }).toMatchObject({ status: 3 });
      return stderr;
    };
    const answer = ['sign', '--key-request', 'ksr.bad', '--response', 'skr.new', '-K', 'safe'];
    const importing = ['sign', 'example.com.zone', '--response', 'skr.bad'];
    expect(await refused('ksr.bad', request.replace(' 3600 IN', ' 3601 IN'), ...answer)).toContain('changed');
    expect(await refused('ksr.bad', response, ...answer)).toContain('not a KeySigningRequest');
    expect(await refused('skr.bad', request, ...importing)).toContain('not a SignedKeyResponse');
    expect(await refused('skr.bad', response.slice(0, 3000), ...importing)).toContain('its end is missing');
    expect(await refused('skr.bad', response.replace(' 3600 IN', ' 3601 IN'), ...importing)).toContain(
      'changed',
    );
    // Somebody leaves bundles out, and the seal with them.
    const bundles = response
      .split(/^(?=;; SignedKeyResponse)/m)
      .filter((part) => !part.includes('signed by key'));
    const end = ';; SignedKeyResponse 1.0 generated at some time by somebody\n';
    const withHole = [bundles[0], bundles[1], ...bundles.slice(-2), end].join('');
    expect(await refused('skr.bad', withHole, ...importing)).toContain('the plan needs a signature');
    // A signature that another key made.
    const forged = bundles.join('').replaceAll(/(RRSIG DNSKEY .* )(\S)(\S*)$/gm, '$1A$3') + end;
    expect(await refused('skr.bad', forged, ...importing)).toContain('no good signature');
    await operation.sign('--response', 'skr');
  });

  test('another KSK in the safe, or none, cannot answer', async () => {
    const operation = await withKskInSafe();
    await operation.rotate('--key-request', 'ksr', '--until', '30d');
    mkdirSync('other');
    await operation.succeed('keygen', 'example.com', '--role', 'ksk', '-K', 'other');
    for (const directory of ['other', 'nowhere']) {
      const args = ['sign', '--key-request', 'ksr', '--response', 'skr', '-K', directory];
      const { status, stderr } = await operation.run(...args);
      expect({ status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining('KSK') });
    }
  });
});

describeWithPeers(['keymgr', 'dnssec-verify'], 'with Knot DNS', () => {
  /** A Knot key database with the key of files, as its KSK. */
  async function knotWith(key: string): Promise<(...args: string[]) => Promise<string>> {
    mkdirSync('knot');
    writeFileSync(
      'knot.conf',
      [
        'server:\n  rundir: knot',
        'database:\n  storage: knot',
        'policy:\n  - id: p\n    algorithm: ECDSAP256SHA256\n    manual: on\n    offline-ksk: on\n    ksk-lifetime: 0',
        '    dnskey-ttl: 3600\n    rrsig-lifetime: 30d\n    rrsig-refresh: 10d',
        'zone:\n  - domain: example.com\n    storage: knot\n    dnssec-policy: p\n    dnssec-signing: on',
        '',
      ].join('\n'),
    );
    const keymgr = async (...args: string[]): Promise<string> => {
      const { status, stdout, stderr } = await runPeer('keymgr', ['-c', 'knot.conf', ...args]);
      if (status !== 0) throw new Error(`keymgr ${args.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    };
    await keymgr('example.com', 'import-bind', key);
    return keymgr;
  }

  test('signs our request, and we take its response; it validates ours', async () => {
    // Knot signs by the clock of the machine, and so do we now.
    const clock = Math.floor(Date.now() / 1000);
    const operation = await withKskInSafe(clock - 20 * DAY);
    operation.now = clock;
    await operation.rotate();
    await operation.rotate('--key-request', 'ksr', '--until', '30d');
    const [ksk] = operation.keys('ksk');
    const keymgr = await knotWith(`safe/${ksk!.base}`);
    writeFileSync('skr.knot', await keymgr('example.com', 'sign-ksr', 'ksr'));
    await operation.sign('--response', 'skr.knot');
    expect(await runPeer('dnssec-verify', ['-o', 'example.com', SIGNED])).toMatchObject({ status: 0 });
    await operation.succeed('sign', '--key-request', 'ksr', '--response', 'skr', '-K', 'safe');
    expect(await keymgr('example.com', 'validate-skr', 'skr')).toContain('OK');
  });
});
