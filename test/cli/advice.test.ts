import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CLOCK, runInProcess } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const CONFIGURATION = 'zones:\n  example.com: { file: example.com.zone }\n';

/** Mistakes that are made at night, and what is said of each. */
describe('advice', () => {
  test('a wrong directory: to make keys is not the first idea', async () => {
    workIn({ 'example.com.zone': SMALL_ZONE });
    const { status, stderr } = await runInProcess(['sign', 'example.com.zone']);
    expect(status).toBe(3);
    expect(stderr).toMatch(/hint: if the zone has keys, say with --key-directory where; .*zonewright keygen/);
  });

  test('the same keygen twice makes keys that sign side by side, and says so', async () => {
    workIn();
    expect((await runInProcess(['keygen', 'example.com'])).stderr).toBe('');
    const again = await runInProcess(['keygen', 'example.com']);
    expect(again.status).toBe(0);
    for (const [index, role] of ['KSK', 'ZSK'].entries()) {
      const base = again.stdout.split('\n')[index]!;
      expect(again.stderr).toContain(`warning: example.com. has a ${role} already: Kexample.com.+013+`);
      expect(again.stderr).toContain(` and ${base} sign side by side from now on\n  hint: `);
    }
    expect((await runInProcess(['keygen', 'example.com', '--spare'])).stderr).toBe('');
  });

  test('keys of a zone with a state are spares, and need no warning', async () => {
    workIn();
    await runInProcess(['rotate', 'example.com']);
    expect((await runInProcess(['keygen', 'example.com'])).stderr).toBe('');
  });

  test.each([
    ['sign', 'example.com.zone'],
    ['verify', 'example.com.zone.signed'],
    ['verify --unsigned', 'example.com.zone'],
  ])('%s with the name of a configured zone: which file it is', async (command, file) => {
    workIn({ '.zonewrightrc.yaml': CONFIGURATION, 'example.com.zone': SMALL_ZONE });
    for (const name of ['example.com', 'Example.com.']) {
      const { status, stderr } = await runInProcess([...command.split(' '), name]);
      expect([status, stderr]).toEqual([
        4,
        expect.stringContaining(
          `${name} is a zone of the configuration, and no file has that name\n  hint: its file is ${file}: name that\n`,
        ),
      ]);
    }
    expect((await runInProcess([...command.split(' '), 'other.example'])).stderr).toContain(
      'other.example: there is no such file or directory',
    );
  });

  test('status of a zone that is misspelled: which one is meant', async () => {
    workIn({ '.zonewrightrc.yaml': CONFIGURATION });
    const { status, stderr } = await runInProcess(['status', 'exmaple.com']);
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /^zonewright: nothing is known of exmaple\.com\.: .*\n {2}hint: did you mean example\.com\.\? /,
    );
    workIn();
    await runInProcess(['keygen', 'example.org']);
    expect((await runInProcess(['status', 'example.ogr'])).stderr).toContain('did you mean example.org.?');
    expect((await runInProcess(['status', 'quite.different'])).stderr).not.toContain('did you mean');
  });

  test('status of a zone that is misspelled, where several are known: the last is looked at like the first', async () => {
    workIn({ '.zonewrightrc.yaml': CONFIGURATION });
    for (const zone of ['example.com', 'example.net', 'nearby.example']) await runInProcess(['keygen', zone]);
    const { stderr } = await runInProcess(['status', 'naerby.example']);
    expect(stderr).toContain('did you mean nearby.example.?');
  });

  test('rotate of a zone that is misspelled makes nothing', async () => {
    workIn({ '.zonewrightrc.yaml': CONFIGURATION, 'example.com.zone': SMALL_ZONE });
    const { status, stderr } = await runInProcess(['rotate', 'exmaple.com', '--sign']);
    expect([status, stderr]).toEqual([
      2,
      'zonewright: exmaple.com. is not configured, and has no keys in keys\n  hint: did you mean example.com.? Else list it under "zones" in the configuration\n',
    ]);
    expect(existsSync('keys')).toBe(false);
  });

  test('rotate of a zone that is misspelled makes nothing where none is configured either', async () => {
    workIn();
    await runInProcess(['keygen', 'example.com']);
    const before = readdirSync('keys');
    const { status, stderr } = await runInProcess(['rotate', 'exmaple.com']);
    expect([status, stderr]).toEqual([
      2,
      'zonewright: exmaple.com. has no keys in keys, where others have\n' +
        '  hint: did you mean example.com.? Else to begin to sign it, add --enable\n',
    ]);
    expect(readdirSync('keys')).toEqual(before);
    expect((await runInProcess(['rotate', 'example.net', '--enable'])).stdout).toContain('began; new: KSK');
  });

  test('keys in the working directory, where dnssec-keygen puts them', async () => {
    workIn({ '.zonewrightrc.yaml': CONFIGURATION, 'example.com.zone': SMALL_ZONE });
    const { stdout } = await runInProcess(['keygen', 'example.com', '-K', '.']);
    for (const args of [
      ['sign', 'example.com.zone'],
      ['rotate', 'example.com'],
      ['rotate', '--all', '--sign'],
    ]) {
      const { status, stderr } = await runInProcess(args);
      expect({ args, status, stderr }).toMatchObject({ status: args[0] === 'sign' ? 3 : 2 });
      expect(stderr).toMatch(/hint: .*add "-K \."/);
    }
    expect(existsSync('keys')).toBe(false);
    writeFileSync('.zonewrightrc.yaml', '');
    for (const command of ['ds', 'status'])
      expect((await runInProcess([command, 'example.com'])).stderr).toContain('add "-K ."');
    const keys = stdout.trim().split('\n');
    const named = await runInProcess([
      'sign',
      'example.com.zone',
      ...keys.flatMap((base) => ['--key', base]),
    ]);
    expect([named.status, named.stderr]).toEqual([0, expect.stringContaining('signed into')]);
    expect((await runInProcess(['rotate', 'example.com', '--enable'])).stdout).toContain('began; new: KSK');
  });

  test('a zone in the raw format, as named leaves it beside its source', async () => {
    workIn({ 'example.com.zone': SMALL_ZONE, 'example.com.zone.signed': '\0\0\0\x02\0\0\0\x01' });
    await runInProcess(['keygen', 'example.com']);
    const { status, stderr } = await runInProcess(['verify', 'example.com.zone.signed']);
    expect([status, stderr]).toEqual([
      3,
      "zonewright: example.com.zone.signed: this is no text, but looks like a zone in BIND's raw format\n" +
        '  hint: make text of it: named-compilezone -f raw -F text -o TEXTFILE ZONE FILE\n',
    ]);
    const signed = await runInProcess(['sign', 'example.com.zone']);
    expect([signed.status, signed.stderr]).toEqual([
      2,
      expect.stringMatching(
        /is not a signed zone example\.com\. \(this is no text, .*\): it would be overwritten/,
      ),
    ]);
  });

  test('a misspelled choice', async () => {
    workIn();
    for (const [args, name, hint] of [
      [['ds', 'example.com', '--format', 'regstrar'], '--format: "regstrar"', 'did you mean registrar? The '],
      [['rotate', 'example.com', '--start', 'both'], '--start: "both"', 'choose from ksk, zsk, csk, all\n'],
      [['completion', 'bsh'], 'SHELL: "bsh"', 'did you mean bash? The choices are: bash, zsh, fish\n'],
    ] as const) {
      const { status, stderr } = await runInProcess(args);
      expect(status).toBe(2);
      expect(stderr).toContain(`zonewright: ${name} is none of the choices\n  hint: ${hint}`);
    }
  });

  test('rotate without a zone', async () => {
    workIn();
    const { status, stderr } = await runInProcess(['rotate']);
    expect(status).toBe(2);
    expect(stderr).toContain('no zone is named');
  });

  test('a DS that is asked for too early: nothing on standard output, and why', async () => {
    workIn({ '.zonewrightrc.yaml': CONFIGURATION, 'example.com.zone': SMALL_ZONE });
    await runInProcess(['keygen', 'example.com']);
    await runInProcess(['sign', 'example.com.zone']);
    const [, , , tag] = (await runInProcess(['ds', 'example.com'])).stdout.split(' ');
    await runInProcess(['rotate', 'example.com', '--ds-published', tag!]);
    await runInProcess(['rotate', 'example.com', '--start', 'ksk', '--sign']);
    const early = await runInProcess(['ds', 'example.com', '--add']);
    expect([early.status, early.stdout]).toEqual([0, '']);
    expect(early.stderr).toContain('nothing is to add at the parent now');
    const quiet = await runInProcess(['ds', 'example.com', '--add', '--quiet']);
    expect([quiet.stdout, quiet.stderr]).toEqual(['', '']);
    const { stdout } = await runInProcess(['status', 'example.com']);
    expect(stdout).toMatch(/next +add the new DS at the parent +\d{4}-\d\d-\d\d/);
  });

  test('--quiet says nothing that asks for nobody, so that cron mails nothing', async () => {
    workIn({ '.zonewrightrc.yaml': CONFIGURATION, 'example.com.zone': SMALL_ZONE });
    const nightly = ['rotate', '--all', '--sign', '--quiet'];
    expect((await runInProcess(nightly)).stdout).toContain('enable DNSSEC: began');
    expect(await runInProcess(nightly)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await runInProcess(nightly.slice(0, -1))).stdout).toContain('waiting until');
    expect(await runInProcess(['verify', '--all', '--quiet'])).toEqual({ status: 0, stdout: '', stderr: '' });
    const soon = await runInProcess(['verify', '--all', '--quiet', '--min-validity', '90d']);
    expect([soon.status, soon.stdout]).toEqual([1, expect.stringMatching(/^error: [^]*is NOT valid/)]);
    const { stdout } = await runInProcess(nightly, { clock: CLOCK + 2 * 86400 });
    expect(stdout).toMatch(/waiting for the parent to add the new DS .*\n {2}then: zonewright rotate/);
  });

  test('key files after the zone file, and -o with the name of the zone, are habits of dnssec-signzone', async () => {
    workIn({ 'example.com.zone': SMALL_ZONE });
    await runInProcess(['keygen', 'example.com']);
    const [key] = readdirSync('keys').filter((name) => name.endsWith('.private'));
    const named = await runInProcess(['sign', 'example.com.zone', `keys/${key!}`]);
    expect(named.status).toBe(2);
    expect(named.stderr).toContain(`keys/${key!} is the file of a key, not of a zone\n  hint: leave it out`);
    const origin = await runInProcess(['sign', '-o', 'example.com', 'example.com.zone']);
    expect(origin.status).toBe(0);
    expect(origin.stderr).toContain('the file example.com is the signed zone now: -o names the output here');
    const again = await runInProcess(['sign', '-o', 'example.com', 'example.com.zone']);
    expect(again.stderr).not.toContain('warning');
  });
});
