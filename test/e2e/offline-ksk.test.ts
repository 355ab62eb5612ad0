import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DAY, SIGNED } from '../cli/operation.ts';
import { schemaErrors } from '../cli/schemas.ts';
import { SMALL_ZONE } from '../cli/working-directory.ts';
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

/** Makes a KSK in the safe and brings its public half here. Returns its base name. */
async function newKskOfSafe(operation: ServedOperation): Promise<string> {
  const made = await operation.succeed('keygen', 'example.com', '--role', 'ksk', '--spare', '-K', 'safe');
  const base = made.trim();
  copyFileSync(`safe/${base}.key`, `keys/${base}.key`);
  return base;
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
  }, 900_000);

  test('a KSK rollover that falls into the time of the response, with a KSK that was made in the safe', async () => {
    const operation = await withKskInSafe();
    const [old] = operation.keys('ksk');
    const withoutKey = await operation.run(
      'rotate',
      'example.com',
      '--key-request',
      'ksr',
      '--until',
      '300d',
    );
    expect(withoutKey.stderr).not.toContain('a new KSK is due');
    operation.configure(POLICY.replace('kskLifetime: unlimited', 'kskLifetime: 70d'));
    const tooShort = await operation.run('rotate', 'example.com', '--key-request', 'ksr', '--until', '300d');
    expect(tooShort.stderr).toMatch(/the request ends at .*, when a new KSK is due/);
    const base = await newKskOfSafe(operation);
    const { stderr } = await operation.run(
      'rotate',
      'example.com',
      '--key-request',
      'ksr',
      '--until',
      '300d',
    );
    expect(stderr).toMatch(/the request ends at .*, when a new KSK is due/);
    await operation.succeed('sign', '--key-request', 'ksr', '--response', 'skr', '-K', 'safe');
    await operation.sign('--response', 'skr');
    operation.observe();
    await operation.nights(115 * DAY, 2 * DAY);
    expect(operation.violations).toEqual([]);
    expect(operation.keys('ksk').map((key) => key.base)).toEqual([base]);
    expect(operation.signers('DNSKEY')).toEqual([operation.keys('ksk')[0]!.keyTag]);
    expect(operation.state().keys.find((key) => key.base === old!.base)?.removed).toBeDefined();
    expect(readdirSync('keys').filter((name) => name.includes(base))).toEqual([`${base}.key`]);
    await operation.expectValid(operation.keys('ksk'));
  }, 600_000);

  test('no KSK is made outside of the safe, and none used that has signed nothing ahead', async () => {
    const operation = await withKskInSafe();
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    const start = async (): Promise<string> => {
      const { status, stderr } = await operation.run('rotate', 'example.com', '--start', 'ksk');
      expect({ status, stderr }).toMatchObject({ status: 3 });
      return stderr;
    };
    expect(await start()).toContain('has to be made where KSKs are');
    operation.observe();
    operation.configure(POLICY.replace('kskLifetime: unlimited', 'kskLifetime: 30d'));
    await operation.nights(25 * DAY, 5 * DAY);
    const { stderr } = await operation.run('rotate', 'example.com', '--sign');
    expect(stderr).toContain('has to be made where KSKs are');
    const base = await newKskOfSafe(operation);
    expect(await start()).toContain('has signed nothing ahead yet');
    await operation.nights(2 * DAY);
    expect(operation.count('DNSKEY')).toBe(2);
    expect(operation.keys('ksk').map((key) => key.base)).toContain(base);
    // Due as it is, it rolls over with the next response.
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.observe();
    await operation.nights(14 * DAY);
    expect(operation.violations).toEqual([]);
    expect(operation.keys('ksk').map((key) => key.base)).toEqual([base]);
    await operation.expectValid(operation.keys('ksk'));
  }, 600_000);

  test('a compromised KSK is not replaced by one outside of the safe: what to do is said, and works', async () => {
    const operation = await withKskInSafe();
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.observe();
    const [old] = operation.keys('ksk');
    const emergency = ['rotate', 'example.com', '--emergency', String(old!.keyTag), '--yes'];
    const before = operation.files();
    const refused = await operation.run(...emergency);
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toContain('has to be made where KSKs are');
    expect(refused.stderr).toContain('keygen --role ksk --spare');
    expect(operation.files()).toEqual(before);

    const base = await newKskOfSafe(operation);
    expect((await operation.run(...emergency)).stderr).toContain('with a kskLifetime by which it is due');
    operation.configure(POLICY.replace('kskLifetime: unlimited', 'kskLifetime: 7d'));
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.configure(POLICY);
    expect(await operation.succeed(...emergency)).toContain('new: KSK');
    await operation.nights(5 * DAY);
    expect(operation.violations).toEqual([]);
    expect(operation.keys('ksk').map((key) => key.base)).toEqual([base]);
    await operation.expectValid(operation.keys('ksk'));
  });

  test('a KSK that is lost with its safe is replaced by one that is here', async () => {
    const operation = await withKskInSafe();
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.observe();
    const [old] = operation.keys('ksk');
    const recover = ['rotate', 'example.com', '--recover', String(old!.keyTag)];
    const refused = await operation.run(...recover);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('take keys/example.com.response away');
    rmSync('keys/example.com.response');
    await operation.succeed(...recover);
    await operation.nights(8 * DAY);
    expect(operation.violations).toEqual([]);
    expect(operation.keys('ksk').map(({ base }) => base)).not.toContain(old!.base);
    await operation.expectValid(operation.keys('ksk'));
  });

  test('status knows where the KSK is, and says when a new request is due', async () => {
    const operation = await withKskInSafe();
    const problems = async (): Promise<string[]> => {
      const { stdout } = await operation.run('status', 'example.com', '--json');
      const document = JSON.parse(stdout) as { health: string; problems: { code: string }[] };
      return [document.health, ...document.problems.map(({ code }) => code)];
    };
    expect(await problems()).toEqual(['critical', 'key/lost']);
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    expect(await problems()).toEqual(['ok']);
    expect(await operation.succeed('status', 'example.com')).not.toContain('no private key');
    await operation.nights(75 * DAY, 15 * DAY);
    await operation.nights(6 * DAY, 3 * DAY);
    expect(await problems()).toEqual(['warning', 'response/ends']);
    const { stdout } = await operation.run('status', 'example.com');
    expect(stdout).toContain('zonewright rotate example.com --key-request');
    await operation.nights(3 * DAY, 3 * DAY);
    expect(await problems()).toEqual(['warning', 'response/unsigned']);
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    expect(await problems()).toEqual(['ok']);
  });

  test('beyond the end of the response the zone is signed every night with the keys that it has', async () => {
    const operation = await withKskInSafe();
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.observe();
    let warnings = '';
    const night = async (): Promise<void> => {
      writeFileSync('example.com.zone', `${SMALL_ZONE}night-${operation.now} A 192.0.2.9\n`);
      const { status, stderr } = await operation.run('rotate', 'example.com', '--sign');
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(readFileSync(SIGNED, 'utf8')).toContain(`night-${operation.now}`);
      warnings += stderr;
    };
    // The ZSK is due before the last signature over the DNSKEYs ends.
    await operation.nights(84 * DAY, 3 * DAY, night);
    expect(operation.violations).toEqual([]);
    expect(warnings).toContain('nobody has signed the DNSKEYs that rotate decided on');
    expect(warnings).toContain('the stored response of the KSK ends');
    await operation.expectValid(operation.keys('ksk'));
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.observe();
    await operation.nights(30 * DAY, 3 * DAY);
    expect(operation.violations).toEqual([]);
    expect(
      operation.keys('zsk').some((key) => key.removed !== undefined || key.activated === operation.now),
    ).toBe(false);
    await operation.expectValid(operation.keys('ksk'));
  }, 600_000);

  test('a response that ended long ago: what it signed runs out, and a new one brings the zone back', async () => {
    const operation = await withKskInSafe();
    await requestAndAnswer(operation, '--until', '60d');
    await operation.sign('--response', 'skr');
    operation.now += 170 * DAY;
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
    // Somebody leaves bundles out, and the seal with them: found before the safe is closed.
    const asked = request
      .split(/^(?=;; KeySigningRequest)/m)
      .filter((part) => !part.includes('signed by key'));
    const requestEnd = ';; KeySigningRequest 1.0 generated at some time by somebody\n';
    const requestWithHole = [asked[0], asked[1], ...asked.slice(-2), requestEnd].join('');
    expect(await refused('ksr.bad', requestWithHole, ...answer)).toContain('no signature is valid from');
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

  test('as JSON, both ends say what they did, with the same digest of the request', async () => {
    const operation = await withKskInSafe();
    const document = async (...args: string[]): Promise<Record<string, unknown>> => {
      const found = JSON.parse(await operation.succeed(...args, '--json')) as Record<string, unknown>;
      expect(schemaErrors(found)).toEqual([]);
      return found;
    };
    const request = await document('rotate', 'example.com', '--key-request', 'ksr', '--until', '200d');
    expect(request['madeKeys']).toHaveLength(2);
    const response = await document('sign', '--key-request', 'ksr', '--response', 'skr', '-K', 'safe');
    expect(response['requestDigest']).toBe(request['digest']);
    expect(response['bundles']).toBe(request['bundles']);
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

describeWithPeers(['keymgr', 'kzonesign', 'dnssec-verify'], 'with Knot DNS', () => {
  /** Knot's key database, with a key of files as its KSK or without one. */
  async function knotWith(key?: string): Promise<(...args: string[]) => Promise<string>> {
    mkdirSync('knot');
    writeFileSync(
      'knot.conf',
      [
        'server:\n  rundir: knot',
        'database:\n  storage: knot',
        'policy:\n  - id: p\n    algorithm: ECDSAP256SHA256\n    manual: on\n    offline-ksk: on\n    ksk-lifetime: 0',
        '    zsk-lifetime: 30d\n    zone-max-ttl: 3600\n    propagation-delay: 1h',
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
    if (key !== undefined) await keymgr('example.com', 'import-bind', key);
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

  test('answers a request of Knot for three months of ZSKs, and Knot signs with the response', async () => {
    const operation = new ServedOperation({ policy: POLICY });
    operation.now = Math.floor(Date.now() / 1000);
    const made = await operation.succeed('keygen', 'example.com', '--role', 'ksk', '-K', 'safe');
    const keymgr = await knotWith();
    await keymgr('example.com', 'generate', 'ksk=no', 'zsk=yes');
    await keymgr('example.com', 'pregenerate', '+3mo');
    writeFileSync('ksr.knot', await keymgr('example.com', 'generate-ksr', '+0', '+3mo'));
    expect(readFileSync('ksr.knot', 'utf8').match(/^;; KeySigningRequest 1\.0 \d/gm)!.length).toBeGreaterThan(
      4,
    );
    await operation.succeed('sign', '--key-request', 'ksr.knot', '--response', 'skr', '-K', 'safe');
    expect(await keymgr('example.com', 'validate-skr', 'skr')).toContain('OK');
    expect(await keymgr('example.com', 'import-skr', 'skr')).toContain('OK');
    copyFileSync('example.com.zone', 'knot/example.com.zone');
    mkdirSync('signed');
    const signing = await runPeer('kzonesign', ['-c', 'knot.conf', '-o', 'signed', 'example.com']);
    expect(signing).toMatchObject({ status: 0 });
    const signed = 'signed/example.com.zone';
    expect(await runPeer('dnssec-verify', ['-o', 'example.com', signed])).toMatchObject({ status: 0 });
    const tag = Number(made.trim().slice(-5));
    expect(readFileSync(signed, 'utf8')).toMatch(new RegExp(`RRSIG\\s+DNSKEY .* ${tag} example\\.com\\. `));
  });
});
