import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { printTime } from '../../src/dns/time.ts';
import type { Role } from '../../src/keys/roles.ts';
import { DAY, HOUR, Operation, STATE } from './operation.ts';

const ZONE_FILE = 'example.com.zone';

async function withLostKey(role: Role, policy = ''): Promise<{ operation: Operation; tag: string }> {
  const operation = await Operation.enabled(policy);
  const [key] = operation.keys(role);
  rmSync(`keys/${key!.base}.private`);
  return { operation, tag: String(key!.keyTag) };
}

function serialOf(operation: Operation): string {
  return /\tSOA\t\S+ \S+ (\d+) /.exec(operation.signed())![1]!;
}

/** DNSKEY, CDS and CDNSKEY of a KSK that others have, as lines of a zone file. */
async function foreignKeyRecords(operation: Operation): Promise<string> {
  const made = await operation.succeed('keygen', 'example.com', '--role', 'ksk', '-K', 'others');
  const key = `others/${made.trim()}.key`;
  const [dnskey, cds, cdnskey] = await Promise.all(
    ['dnskey', 'cds', 'cdnskey'].map((format) => operation.succeed('ds', key, '--format', format)),
  );
  return `${dnskey}${cds}${cdnskey}`;
}

async function errorOf(
  operation: Operation,
  ...args: string[]
): Promise<{ status: number; error: { code: string; message: string; hint: string } }> {
  const { status, stdout } = await operation.run(...args, '--json');
  return {
    status,
    error: (JSON.parse(stdout) as { error: { code: string; message: string; hint: string } }).error,
  };
}

/** Runs the cron line until all is done; the operator does what he is asked for. Returns the commands that he was given. */
async function untilDone(operation: Operation): Promise<string[]> {
  const commands: string[] = [];
  for (let run = 0; run < 40 && operation.state().rollovers.length > 0; run++) {
    await operation.rotate('--sign');
    await operation.expectValid();
    const { waits } = await operation.rotateJson();
    for (const { nextCommand, actor } of waits) {
      if (actor !== 'operator' || nextCommand === null) continue;
      commands.push(nextCommand);
      await operation.succeed(...nextCommand.split(' ').slice(1));
    }
    const ends = waits.flatMap(({ until }) => (until === null ? [] : Date.parse(until) / 1000));
    operation.now = Math.min(operation.now + DAY, ...ends.filter((end) => end > operation.now));
  }
  return commands;
}

describe('sign with a lost ZSK', () => {
  test('keeps what that key signed, and names what it cannot sign', async () => {
    const { operation, tag } = await withLostKey('zsk');
    const before = operation.signed();
    operation.now += 22 * DAY;
    await operation.sign();
    // Due for refresh, but nobody can make it again; the KSK can.
    expect(serialOf(operation)).toBe(/\tSOA\t\S+ \S+ (\d+) /.exec(before)![1]);
    await operation.expectValid(operation.keys('ksk'));
    writeFileSync(ZONE_FILE, readFileSync(ZONE_FILE, 'utf8').replace('192.0.2.2', '192.0.2.3'));
    const { status, error } = await errorOf(operation, 'sign', ZONE_FILE);
    expect([status, error.code]).toEqual([3, 'sign/lost-key']);
    expect(error.message).toContain(`www.example.com. A cannot be signed: the private key ${tag} is lost`);
    expect(error.hint).toContain(
      `--recover ${tag} --sign, which goes on with the zone as it was: the change follows`,
    );
  });

  test('says so where the signatures have expired', async () => {
    const { operation } = await withLostKey('zsk');
    operation.now += 31 * DAY;
    const { error } = await errorOf(operation, 'sign', ZONE_FILE);
    expect(error.message).toContain('the signature that it had has expired');
  });
});

test('a ZSK that is lost in a double-DS rollover leaves what it signed, and CDS are signed without it where they change', async () => {
  const policy = 'kskLifetime: unlimited, zskLifetime: unlimited, kskRollover: double-ds, checkParent: false';
  const operation = await Operation.enabled(policy);
  await operation.rotate('--start', 'ksk', '--sign');
  const [old, fresh] = operation.keys('ksk').map(({ keyTag }) => keyTag);
  const [zsk] = operation.keys('zsk');
  expect(operation.signers('CDS')).toEqual([old!, zsk!.keyTag].sort());
  rmSync(`keys/${zsk!.base}.private`);
  const before = operation.signed();
  await operation.sign();
  expect(operation.signed()).toBe(before);
  await operation.rotate('--recover', String(zsk!.keyTag), '--sign');
  expect(operation.signers('CDS')).toEqual([old!, zsk!.keyTag].sort());
  await untilDone(operation);
  expect(operation.state().rollovers).toEqual([]);
  expect(operation.signers('CDS')).toEqual([fresh!]);
});

test('a lost KSK does not stop the edits of a zone', async () => {
  const { operation } = await withLostKey('ksk');
  const before = serialOf(operation);
  operation.now += DAY;
  writeFileSync(ZONE_FILE, readFileSync(ZONE_FILE, 'utf8').replace('192.0.2.2', '192.0.2.3'));
  await operation.sign();
  expect(Number(serialOf(operation))).toBeGreaterThan(Number(before));
  await operation.expectValid(operation.keys('ksk'));
});

describe('--recover', () => {
  test.each<[Role, string, RegExp[]]>([
    ['ksk', '', [/--ds-published/, /--ds-withdrawn/]],
    ['zsk', '', [/--served/]],
    ['csk', 'keys: csk', [/--ds-published/, /--served/, /--ds-withdrawn/]],
  ])('replaces a lost %s, valid at every run', async (role, policy, asked) => {
    const { operation, tag } = await withLostKey(role, policy);
    expect(await operation.rotate()).toContain(
      `restore it, or zonewright rotate example.com --recover ${tag}`,
    );
    await operation.rotate('--recover', tag);
    expect(operation.state().rollovers).toMatchObject([{ name: `lost-${role}` }]);
    // Who has begun is not advised to begin.
    expect(await operation.rotate()).toContain('and it is being replaced\n');
    const advice = [await operation.rotate(), (await operation.run('status', 'example.com')).stdout];
    expect(advice.join('')).not.toContain('--recover');
    const commands = await untilDone(operation);
    expect(operation.state().rollovers).toEqual([]);
    expect(commands).toHaveLength(asked.length);
    asked.forEach((pattern, i) => expect(commands[i]).toMatch(pattern));
    expect(operation.keys(role).map(({ keyTag }) => String(keyTag))).not.toContain(tag);
    writeFileSync(ZONE_FILE, readFileSync(ZONE_FILE, 'utf8').replace('192.0.2.2', '192.0.2.4'));
    await operation.sign();
    await operation.expectValid(operation.keys(role === 'zsk' ? 'ksk' : role));
  });

  test('of a lost ZSK goes on while an edit waits that nobody can sign yet', async () => {
    const { operation, tag } = await withLostKey('zsk');
    writeFileSync(ZONE_FILE, readFileSync(ZONE_FILE, 'utf8').replace('192.0.2.2', '192.0.2.5'));
    const begun = await errorOf(operation, 'rotate', 'example.com', '--recover', tag, '--sign');
    expect([begun.status, begun.error.code]).toEqual([3, 'sign/lost-key']);
    expect([operation.count('DNSKEY'), operation.signed().includes('192.0.2.5')]).toEqual([3, false]);
    await operation.expectValid(operation.keys('ksk'));
    const before = operation.signed();
    operation.now += HOUR;
    const again = await operation.run('rotate', 'example.com', '--sign');
    expect([again.status, again.stdout]).toEqual([3, expect.stringContaining('--served')]);
    expect(again.stderr).toContain('www.example.com. A cannot be signed');
    expect(operation.state().lastError).toMatchObject({ code: 'sign/lost-key' });
    expect(operation.signed()).toBe(before);
    await operation.rotate('--served', serialOf(operation));
    operation.now += DAY;
    await operation.rotate('--sign');
    expect(operation.signed()).toContain('192.0.2.5');
    await untilDone(operation);
    expect(operation.keys('zsk').map(({ keyTag }) => String(keyTag))).not.toContain(tag);
    await operation.expectValid(operation.keys('ksk'));
  });

  test('keeps the DNSKEY, CDS and CDNSKEY of another signer as they are, while an edit waits', async () => {
    const operation = await Operation.enabled();
    const foreign = await foreignKeyRecords(operation);
    appendFileSync(ZONE_FILE, foreign);
    await operation.pass(2 * DAY);
    const counts = (): number[] => ['DNSKEY', 'CDS', 'CDNSKEY'].map((type) => operation.count(type));
    const rdatas = foreign.split('\n').map((line) => line.split(' ').slice(2).join(' '));
    const expectForeign = async (): Promise<void> => {
      for (const rdata of rdatas) expect(operation.signed().replaceAll('\t', ' ')).toContain(rdata);
      await operation.expectValid(operation.keys('ksk'));
    };
    expect(counts()).toEqual([3, 2, 2]);
    await expectForeign();

    const { base, keyTag } = operation.keys('zsk')[0]!;
    rmSync(`keys/${base}.private`);
    writeFileSync(ZONE_FILE, readFileSync(ZONE_FILE, 'utf8').replace('192.0.2.2', '192.0.2.5'));
    const begun = await errorOf(operation, 'rotate', 'example.com', '--recover', String(keyTag), '--sign');
    expect(begun.error.code).toBe('sign/lost-key');
    expect([counts(), operation.signed().includes('192.0.2.5')]).toEqual([[4, 2, 2], false]);
    await expectForeign();
    operation.now += HOUR;
    const before = operation.signed();
    expect((await operation.run('rotate', 'example.com', '--sign')).status).toBe(3);
    expect(operation.signed()).toBe(before);

    await operation.rotate('--served', serialOf(operation));
    expect((await operation.rotateJson()).waits).toMatchObject([{ until: expect.any(String) }]);
    operation.now += DAY;
    const { waits } = await operation.rotateJson();
    expect(waits).toMatchObject([{ nextCommand: 'zonewright rotate example.com --check-servers' }]);
    // What that records once every server of both signers has the new key: test/cli/rotate-servers.test.ts.
    const fresh = operation.state().keys.at(-1)!.base;
    const document = JSON.parse(readFileSync(STATE, 'utf8')) as {
      keys: { base: string; carried?: string }[];
    };
    document.keys.find((key) => key.base === fresh)!.carried = printTime(operation.now);
    writeFileSync(STATE, JSON.stringify(document));
    operation.now += DAY;
    await operation.rotate('--sign');
    expect([counts(), operation.signed().includes('192.0.2.5')]).toEqual([[4, 2, 2], true]);
    await untilDone(operation);
    expect(counts()).toEqual([3, 2, 2]);
    await expectForeign();
  });

  test('has status say what the operator must do', async () => {
    const { operation, tag } = await withLostKey('zsk');
    await operation.rotate('--recover', tag, '--sign');
    const { stdout } = await operation.run('status', 'example.com', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      health: 'warning',
      actor: 'operator',
      nextCommand: `zonewright rotate example.com --served ${serialOf(operation)}`,
    });
  });

  test('is what status advises where rotate does, for a rollover that needs the lost key', async () => {
    const { operation, tag } = await withLostKey('ksk');
    await operation.rotate('--start', 'zsk');
    const { waits } = await operation.rotateJson();
    expect(waits).toMatchObject([
      { actor: 'operator', nextCommand: expect.stringContaining(`--recover ${tag}`) },
    ]);
    for (const names of [['example.com'], []]) {
      const document = JSON.parse((await operation.run('status', ...names, '--json')).stdout) as unknown;
      const task = { waitingFor: waits[0]!.what, actor: 'operator', nextCommand: waits[0]!.nextCommand };
      const zone = { rollovers: [task], events: [] };
      expect(document).toMatchObject(names.length > 0 ? zone : { zones: [zone] });
    }
  });

  test('of a ZSK and then of the KSK: one waits for the other without the operator, who is not told again what he has begun', async () => {
    const { operation, tag } = await withLostKey('zsk', 'checkParent: false');
    await operation.rotate('--recover', tag, '--sign');
    await operation.rotate('--served', serialOf(operation));
    const [ksk] = operation.keys('ksk');
    rmSync(`keys/${ksk!.base}.private`);
    operation.now += 5 * HOUR;
    await operation.rotate('--sign');
    operation.now += 5 * HOUR;
    const recover = `--recover ${ksk!.keyTag}`;
    const removal = { rollover: 'replacement of a lost ZSK', what: expect.stringContaining('cannot remove') };
    expect((await operation.rotateJson()).waits).toMatchObject([
      { ...removal, actor: 'operator', nextCommand: `zonewright rotate example.com ${recover}` },
    ]);
    const { waits } = await operation.rotateJson(...recover.split(' '));
    expect(waits).toMatchObject([
      { ...removal, actor: 'none', nextCommand: null },
      { actor: 'operator', nextCommand: expect.stringContaining('--ds-published') },
    ]);
    expect(waits[0]!.what).toMatch(/would have to sign something new, so its replacement goes first$/);
    const before = operation.state();
    const again = await operation.rotateJson(...recover.split(' '));
    expect([again.changed, again.done]).toEqual([false, []]);
    expect(operation.state()).toEqual(before);
    expect(await untilDone(operation)).toEqual([
      expect.stringContaining('--ds-published'),
      expect.stringContaining('--ds-withdrawn'),
    ]);
    expect(operation.state().rollovers).toEqual([]);
    await operation.expectValid(operation.keys('ksk'));
  });

  test('shows in a dry run no command with the tag of a key that it does not make', async () => {
    const { operation, tag } = await withLostKey('ksk');
    const before = operation.files();
    const { waits } = await operation.rotateJson('--recover', tag, '--dry-run');
    expect(waits).toMatchObject([
      {
        what: 'waiting for the parent to add the new DS (key not made yet)',
        actor: 'operator',
        nextCommand: null,
      },
    ]);
    expect(operation.files()).toEqual(before);
  });

  test('is for lost keys', async () => {
    const operation = await Operation.enabled();
    const tag = String(operation.keys('zsk')[0]!.keyTag);
    const { status, error } = await errorOf(operation, 'rotate', 'example.com', '--recover', tag);
    expect([status, error.code]).toEqual([2, 'rotate/not-lost']);
  });
});

describe('--emergency', () => {
  test('tells what the two ways mean, and does nothing unless somebody agrees', async () => {
    const operation = await Operation.enabled();
    const tag = String(operation.keys('ksk')[0]!.keyTag);
    const before = operation.files();
    const { status, stderr } = await operation.run('rotate', 'example.com', '--emergency', tag);
    expect(status).toBe(2);
    expect(stderr).toContain('It breaks nobody. If you act at once, its last step is at 2026-11-2');
    expect(stderr).toMatch(/At once, which --at-once does: bogus until/);
    expect(stderr).toContain('--yes');
    expect(operation.files()).toEqual(before);
    await operation.rotate('--emergency', tag, '--yes');
    expect(operation.state().rollovers).toMatchObject([{ name: 'ksk-double-ksk', urgent: true }]);
  });

  test('of a ZSK waits for no parent', async () => {
    const operation = await Operation.enabled();
    const tag = String(operation.keys('zsk')[0]!.keyTag);
    const { stderr } = await operation.run('rotate', 'example.com', '--emergency', tag);
    // Slow secondaries, and one TTL.
    const until = new Date((operation.now + 4 * HOUR) * 1000).toISOString().slice(0, 16);
    expect(stderr).toContain(`At once, which --at-once does: bogus until ${until.replace('T', ' ')} UTC`);
  });

  test('tells of the rollover that is in progress, and not of the one after it', async () => {
    const operation = await Operation.enabled();
    const tag = String(operation.keys('ksk')[0]!.keyTag);
    await operation.rotate('--start', 'ksk', '--sign');
    await operation.pass(DAY, 6 * HOUR);
    const { stderr } = await operation.run('rotate', 'example.com', '--emergency', tag);
    const steps = stderr.split('\n').filter((line) => /^ {2}\d/.test(line));
    expect(steps.map((line) => line.replace(/^ +\S+ +\S+ +/, ''))).toEqual([
      'add the new DS at the parent',
      'remove the old DS at the parent',
      'remove the old DNSKEY',
    ]);
  });

  test('hurries a rollover that takes the key away', async () => {
    const operation = await Operation.enabled();
    const tag = String(operation.keys('zsk')[0]!.keyTag);
    await operation.rotate('--start', 'zsk', '--sign');
    await operation.pass(DAY, 6 * HOUR);
    await operation.rotate('--emergency', tag, '--yes');
    expect(operation.state().rollovers).toMatchObject([{ name: 'zsk-prepublish', urgent: true }]);
    await untilDone(operation);
    expect(operation.keys('zsk').map(({ keyTag }) => String(keyTag))).not.toContain(tag);
  });
});
