import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { DAY, Operation, SIGNED } from '../cli/operation.ts';
import { runForJson, runInProcess, type InProcessResult } from '../cli/in-process.ts';
import { SMALL_ZONE, workIn } from '../cli/working-directory.ts';
import type { ManagedKey } from '../../src/rollover/state.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { ServedOperation } from '../support/served-world.ts';
import { HSM_PEERS, SOFTHSM_LIBRARY, SoftHsm } from '../support/soft-hsm.ts';
import { runCli, temporaryDirectory } from '../support/workspace.ts';

const ZONE = 'example.com.zone';
const QUIET =
  'kskLifetime: unlimited, zskLifetime: unlimited, checkParent: false, rotationPeriod: 4d, purgeDelay: 10d';

/** What dnssec-keyfromlabel of BIND 9.20 wrote, and the token with the keys. */
const KEYFROMLABEL = new URL('../../fixtures/dnssec-keyfromlabel/', import.meta.url);

interface MadeKey {
  readonly base: string;
  readonly keyTag: number;
}

describeWithPeers([...HSM_PEERS, 'dnssec-verify'], 'a zone with keys in SoftHSM', () => {
  let hsm: SoftHsm;

  beforeAll(async () => {
    hsm = new SoftHsm(temporaryDirectory());
    await hsm.start();
    cpSync(new URL('token', KEYFROMLABEL), path.join(hsm.tokenDirectory, 'bind-token'), { recursive: true });
  });

  /** The time of the peers, which have no other. */
  const clock = Math.floor(Date.now() / 1000);

  async function run(...args: readonly string[]): Promise<InProcessResult> {
    const result = await runInProcess(args, { clock });
    expect(result.stdout + result.stderr).not.toContain(hsm.pin);
    return result;
  }

  async function keygen(...args: readonly string[]): Promise<MadeKey> {
    const { status, document, stderr } = await runForJson(['keygen', 'example.com', ...args], { clock });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return (document['keys'] as MadeKey[])[0]!;
  }

  async function expectSigned(): Promise<void> {
    expect(await run('sign', ZONE)).toMatchObject({ status: 0 });
    expect(await runPeer('dnssec-verify', ['-o', 'example.com', SIGNED])).toMatchObject({ status: 0 });
  }

  function expectNoPinIn(directory: string): void {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const octets = readFileSync(`${entry.parentPath}/${entry.name}`, 'latin1');
      expect(octets).not.toContain(hsm.pin);
      expect(octets).not.toContain(Buffer.from(hsm.pin).toString('base64').slice(0, 20));
    }
  }

  test.each([
    ['RSASHA256', 8],
    ['ECDSAP256SHA256', 13],
    ['ECDSAP384SHA384', 14],
    ['ED25519', 15],
  ])('a %s KSK there and a ZSK in files: BIND verifies what both sign', async (algorithm, number) => {
    const directory = workIn({ [ZONE]: SMALL_ZONE });
    const ksk = await keygen('--role', 'ksk', '-a', algorithm, '--pkcs11', hsm.uri(`object=e2e-${number}`));
    const zsk = await keygen('--role', 'zsk', '-a', algorithm);
    await expectSigned();
    const signed = readFileSync(SIGNED, 'utf8');
    expect(signed).toContain(` ${ksk.keyTag} example.com. `);
    expect(signed).toContain(` ${zsk.keyTag} example.com. `);
    expectNoPinIn(directory);
    // The file says where the key is, in the form of BIND.
    const text = readFileSync(`keys/${ksk.base}.private`, 'utf8');
    expect(text).not.toMatch(/^Engine/m);
    const label = Buffer.from(/^Label: (.*)$/m.exec(text)![1]!, 'base64').toString();
    expect(label).toMatch(/^pkcs11:token=zw-test;id=(%[0-9A-F]{2})+;object=e2e-\d+\?pin-source=file:.*\0$/);
    expect(text).not.toMatch(/PrivateKey|PrivateExponent/);
  });

  test('the command that the page shows makes a key, and uses it from then on', async () => {
    const page = readFileSync(new URL('../../docs/hsm.md', import.meta.url), 'utf8');
    const shown = /^```sh\nzonewright (.+?) '(pkcs11:.+)'\n```$/m.exec(page)!;
    const args = [...shown[1]!.split(' '), shown[2]!.replace('token=hsm;', `token=${hsm.label};`)];
    const variables = { ZONEWRIGHT_PKCS11_MODULE: SOFTHSM_LIBRARY, ZONEWRIGHT_PKCS11_PIN: hsm.pin };
    workIn();
    const made = await runInProcess(args, { clock, variables });
    expect(made).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Kexample\.com\.\+013\+\d{5}\n$/),
    });
    workIn();
    expect(await runInProcess(args, { clock, variables })).toMatchObject({ status: 0, stdout: made.stdout });
  });

  test('both keys there: thousands of names are signed in acceptable time, beside the threads', async () => {
    const names = Array.from({ length: 1500 }, (_, i) => `n${i} A 192.0.2.1\n`).join('');
    workIn({ [ZONE]: SMALL_ZONE + names });
    expect(await run('keygen', 'example.com', '--pkcs11', hsm.uri())).toMatchObject({ status: 0 });
    await expectSigned();
    const list = await hsm.tool('--list-objects', '--type', 'privkey');
    expect(list).toMatch(/example\.com-ksk-\d{14}/);
    expect(list).toMatch(/example\.com-zsk-\d{14}/);
  });

  test('a CSK there by the policy, with NSEC3 and ZONEMD', async () => {
    workIn({ [ZONE]: SMALL_ZONE });
    writeFileSync(
      '.zonewrightrc.yaml',
      `policies: {default: {keys: csk, denial: nsec3, zonemd: sha384, kskSource: '${hsm.uri()}'}}\n`,
    );
    expect(await run('keygen', 'example.com')).toMatchObject({ status: 0 });
    expect(await run('sign', ZONE)).toMatchObject({ status: 0 });
    const verified = await runPeer('dnssec-verify', ['-z', '-o', 'example.com', SIGNED]);
    expect(verified).toMatchObject({ status: 0 });

    // What follows it is made there as well.
    const [key] = readdirSync('keys').filter((name) => name.endsWith('.key'));
    await run('keygen', '--settime', `keys/${key!}`, '--inactive', '+90d', '--delete', '+100d');
    const { status, stdout } = await run('keygen', '--successor', `keys/${key!}`);
    expect(status).toBe(0);
    expect(readFileSync(`keys/${stdout.trim()}.private`, 'utf8')).toMatch(/^Label: /m);
  });

  test('a key of pkcs11-tool, with the label as BIND 9.18 notes it', async () => {
    workIn({ [ZONE]: SMALL_ZONE });
    await hsm.tool('--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'bind-ksk', '--id', 'b1');
    const ksk = await keygen('--role', 'ksk', '--pkcs11', hsm.uri('object=bind-ksk'));
    await keygen('--role', 'zsk');
    const file = `keys/${ksk.base}.private`;
    // BIND notes the label as it was typed: with the PIN source in the path, and without the library, which it has from the environment.
    const label = `pkcs11:token=${hsm.label};object=bind-ksk;pin-source=${hsm.pinFile}`;
    const base64 = Buffer.from(`${label}\0`).toString('base64');
    const lines = `Engine: cGtjczExAA==\nLabel: ${base64}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^Label: .*$/m, lines));
    const variables = { PKCS11_MODULE_PATH: SOFTHSM_LIBRARY };
    expect(await runInProcess(['sign', ZONE], { clock, variables })).toMatchObject({ status: 0 });
    expect(await runPeer('dnssec-verify', ['-o', 'example.com', SIGNED])).toMatchObject({ status: 0 });
  });

  test.each([
    ['example.com', 'Kexample.com.+013+61744', '13', 'bind-ksk'],
    ['rsa.example', 'Krsa.example.+008+55430', '8', 'bind-zsk'],
  ])('files of dnssec-keyfromlabel of BIND 9.20, of %s', async (zone, base, algorithm, object) => {
    workIn({
      [ZONE]: SMALL_ZONE.replace('example.com', zone),
      '.zonewrightrc.yaml': 'policies: {default: {keys: csk}}\n',
    });
    cpSync(new URL('keys', KEYFROMLABEL), 'keys', { recursive: true });
    const variables = { PKCS11_MODULE_PATH: SOFTHSM_LIBRARY, ZONEWRIGHT_PKCS11_PIN: hsm.pin };
    const args = ['sign', ZONE, '-k', base];
    expect(await runInProcess(args, { clock, variables })).toMatchObject({ status: 0 });
    expect(await runPeer('dnssec-verify', ['-z', '-o', zone, SIGNED])).toMatchObject({ status: 0 });
    // What we write for such a key has the same lines, so that BIND reads it as well.
    const uri = `pkcs11:token=bind-token;object=${object}`;
    const making = ['keygen', zone, '--role', 'ksk', '-a', algorithm, '-K', 'ours', '--pkcs11', uri];
    const made = await runInProcess(making, { clock, variables });
    expect(made).toMatchObject({ status: 0, stdout: `${base}\n` });
    const fields = (directory: string): string[] =>
      readFileSync(`${directory}/${base}.private`, 'utf8').match(/^[\w-]+/gm)!;
    expect(fields('ours')).toEqual(fields('keys'));
  });

  test('the same key is not taken twice, nor one key for two roles, nor a PIN on the command line', async () => {
    workIn({ [ZONE]: SMALL_ZONE });
    const uri = hsm.uri('object=once');
    await keygen('--role', 'ksk', '--pkcs11', uri);
    const again = await run('keygen', 'example.com', '--role', 'ksk', '--pkcs11', uri);
    expect(again).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('in the key directory already'),
    });
    const both = await run('keygen', 'example.com', '--pkcs11', uri);
    expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('add --role') });
    const visible = await run('keygen', 'example.com', '--pkcs11', 'pkcs11:token=a?pin-value=1234567');
    expect(visible).toMatchObject({ status: 2, stderr: expect.stringContaining('others can read it') });
    expect(visible.stderr).not.toContain('1234567');
  });

  test('an RSA key that is too short is not taken there either', async () => {
    workIn();
    await hsm.tool('--keypairgen', '--key-type', 'rsa:1024', '--label', 'short', '--id', '10');
    const args = ['keygen', 'example.com', '--role', 'zsk', '-a', '8', '--pkcs11', hsm.uri('object=short')];
    const message = expect.stringContaining('RSA keys with 1024 bits are not taken');
    expect(await run(...args)).toMatchObject({ status: 3, stdout: '', stderr: message });
  });

  test('files that cannot be written leave no key behind in the HSM', async () => {
    workIn({ [ZONE]: SMALL_ZONE, keys: 'a file, where the directory should be' });
    const before = await hsm.tool('--list-objects');
    expect((await run('keygen', 'example.com', '--pkcs11', hsm.uri())).status).toBeGreaterThan(2);
    expect(await hsm.tool('--list-objects')).toBe(before);
  });

  test('a token that is away is an error of the environment, and nothing is half written', async () => {
    workIn({ [ZONE]: SMALL_ZONE });
    await keygen('--role', 'ksk', '--pkcs11', hsm.uri('object=away'));
    await keygen('--role', 'zsk');
    await expectSigned();
    const before = readFileSync(SIGNED, 'utf8');
    renameSync(hsm.tokenDirectory, `${hsm.tokenDirectory}.away`);
    try {
      writeFileSync(hsm.tokenDirectory, '');
      const { status, stderr } = await run('sign', ZONE, '--full');
      expect({ status, stderr }).toMatchObject({ status: 4 });
      expect(stderr).toMatch(/token|PKCS#11/);
      expect(readFileSync(SIGNED, 'utf8')).toBe(before);
      expect(readdirSync('.').sort()).toEqual([ZONE, SIGNED, 'keys'].sort());
    } finally {
      rmSync(hsm.tokenDirectory, { force: true });
      renameSync(`${hsm.tokenDirectory}.away`, hsm.tokenDirectory);
    }
  });

  test('rotate calls a key lost while its token is away, and goes on', async () => {
    const operation = new ServedOperation({ policy: `${QUIET}, kskSource: '${hsm.uri()}'` });
    await operation.rotate('--sign');
    const [ksk] = operation.keys('ksk');
    expect((await operation.rotateJson()).lostKeys).toEqual([]);
    renameSync(hsm.tokenDirectory, `${hsm.tokenDirectory}.away`);
    try {
      const { lostKeys, warnings } = await operation.rotateJson();
      expect(lostKeys).toMatchObject([{ base: ksk!.base }]);
      expect(JSON.stringify(warnings)).toContain('cannot be used');
      expect(JSON.stringify({ lostKeys, warnings })).not.toContain(hsm.pin);
      // Status asks no HSM, and knows it from that run.
      const { status, stdout } = await operation.run('status', 'example.com', '--json');
      expect([status, JSON.parse(stdout)]).toMatchObject([1, { problems: [{ code: 'key/lost' }] }]);
    } finally {
      rmSync(hsm.tokenDirectory, { force: true, recursive: true });
      renameSync(`${hsm.tokenDirectory}.away`, hsm.tokenDirectory);
    }
    expect((await operation.rotateJson()).lostKeys).toEqual([]);
    expect((await operation.run('status', 'example.com')).stdout).not.toContain('is gone');
  });

  test('a KSK moves from files to the HSM and back, under every resolver', async () => {
    const operation = new ServedOperation({ policy: QUIET });
    operation.serveDs([]);
    await operation.rotate('--sign');
    operation.observe();
    await operation.finish();
    const storages = (): string[] =>
      operation
        .keys('ksk')
        .map(({ base }) => (/^Label:/m.test(readFileSync(`keys/${base}.private`, 'utf8')) ? 'hsm' : 'file'));
    expect(storages()).toEqual(['file']);
    const path: string[][] = [];
    for (const source of [`'${hsm.uri()}'`, 'files']) {
      operation.configure(`${QUIET}, kskSource: ${source}`);
      await operation.nights(2 * DAY);
      await operation.rotate('--start', 'ksk', '--sign');
      operation.observe();
      path.push(storages());
      await operation.finish();
      await operation.nights(2 * DAY);
      path.push(storages());
    }
    expect(path).toEqual([['file', 'hsm'], ['hsm'], ['hsm', 'file'], ['file']]);
    expect(operation.violations).toEqual([]);
    expectNoPinIn(operation.directory);
    // After the purge delay the key is deleted, on the token as well.
    const before = (await hsm.tool('--list-objects', '--type', 'privkey')).split('Private Key Object').length;
    await operation.nights(12 * DAY, 4 * DAY);
    expect((await hsm.tool('--list-objects', '--type', 'privkey')).split('Private Key Object').length).toBe(
      before - 1,
    );
    const purged = operation.state().audit.filter(({ what }) => what.includes('deleted the files of KSK'));
    expect(purged.map(({ what }) => what.includes('and the key in the HSM'))).toEqual([false, true]);
  });

  test('--purge deletes a removed key on the token at once, and leaves one that was there before', async () => {
    await hsm.tool('--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'of-others', '--id', 'c1');
    const operation = await Operation.enabled('checkParent: false, zskLifetime: unlimited');
    const spare = ['keygen', 'example.com', '--role', 'zsk', '--spare', '--pkcs11'];
    const zsks: ManagedKey[] = [];
    for (const object of ['of-others', 'of-ours', undefined]) {
      if (object !== undefined) await operation.succeed(...spare, hsm.uri(`object=${object}`));
      await operation.rotate('--start', 'zsk', '--sign');
      while (operation.state().rollovers.length > 0) await operation.pass(3 * DAY, 3 * DAY);
      zsks.push(operation.keys('zsk')[0]!);
    }
    const [others, ours] = zsks as [ManagedKey, ManagedKey];
    const labels = async (): Promise<string[]> =>
      (await hsm.tool('--list-objects')).match(/(?<=label: +)of-\w+/g) ?? [];
    const filesOf = ({ base }: ManagedKey): string[] =>
      readdirSync('keys').filter((name) => name.startsWith(base));
    const purgedAt = ({ base }: ManagedKey): number | undefined =>
      operation.state().keys.find((key) => key.base === base)!.purged;
    await operation.rotate();
    expect(await labels()).toEqual(expect.arrayContaining(['of-others', 'of-ours']));

    renameSync(hsm.tokenDirectory, `${hsm.tokenDirectory}.away`);
    try {
      const { status, stderr } = await operation.run('rotate', 'example.com', '--purge');
      expect(status).toBe(0);
      for (const { keyTag } of [others, ours])
        expect(stderr).toContain(`ZSK ${keyTag} (ECDSAP256SHA256) cannot be deleted now: `);
    } finally {
      rmSync(hsm.tokenDirectory, { force: true, recursive: true });
      renameSync(`${hsm.tokenDirectory}.away`, hsm.tokenDirectory);
    }
    expect([others, ours].map(purgedAt)).toEqual([undefined, undefined]);
    expect([others, ours].flatMap(filesOf)).toHaveLength(4);

    // Without its public half a file still says what it refers to.
    rmSync(`keys/${ours.base}.key`);
    await operation.rotate('--purge');
    expect(new Set(await labels())).toEqual(new Set(['of-others']));
    expect([others, ours].map(purgedAt)).toEqual([operation.now, operation.now]);
    expect([others, ours].flatMap(filesOf)).toEqual([]);
    const fateOf = ({ keyTag }: ManagedKey): object | undefined =>
      operation
        .state()
        .audit.find(({ what }) => what.startsWith(`purge: deleted the files of ZSK ${keyTag} `));
    expect(fateOf(ours)).toMatchObject({
      what: expect.stringMatching(/, and the key in the HSM$/),
      why: '--purge',
      actor: 'operator',
      keys: [ours.base],
    });
    expect(fateOf(others)).toMatchObject({
      what: expect.stringMatching(/; the key in the HSM, which zonewright did not make, stays there$/),
      why: '--purge',
    });
    expectNoPinIn(operation.directory);
  });

  test('the program itself, with the library and the PIN from its environment', async () => {
    const directory = workIn({ [ZONE]: SMALL_ZONE });
    const env = {
      SOFTHSM2_CONF: hsm.configuration,
      ZONEWRIGHT_PKCS11_MODULE: SOFTHSM_LIBRARY,
      ZONEWRIGHT_PKCS11_PIN: hsm.pin,
    };
    const made = await runCli(['keygen', 'example.com', '--pkcs11', 'pkcs11:token=zw-test'], {
      cwd: directory,
      env,
    });
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(await runCli(['sign', ZONE], { cwd: directory, env })).toMatchObject({ status: 0 });
    expect(await runPeer('dnssec-verify', ['-o', 'example.com', SIGNED])).toMatchObject({ status: 0 });
    const wrong = await runCli(['sign', ZONE, '--full'], {
      cwd: directory,
      env: { ...env, ZONEWRIGHT_PKCS11_PIN: '0000111122223333' },
    });
    expect(wrong).toMatchObject({ status: 4, stderr: expect.stringContaining('refuses the PIN') });
    expect(wrong.stderr).not.toContain('0000111122223333');
  });
});
