import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runInProcess } from './in-process.ts';
import { DAY, HOUR, MINUTE, Operation, SIGNED, STATE } from './operation.ts';
import { schemaErrors } from './schemas.ts';
import { dueRollovers, fullUse } from '../../src/rollover/due.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

/** An operation whose zone is in its ordinary life. */
function enabled(policy = ''): Promise<Operation> {
  return Operation.enabled(policy);
}

/** The code of the error that a command ends with. */
async function failure(operation: Operation, ...args: readonly string[]): Promise<[number, unknown]> {
  const { status, stdout } = await operation.run('rotate', 'example.com', ...args, '--json');
  return [status, (JSON.parse(stdout) as { error: { code: string } }).error.code];
}

describe('the first run', () => {
  test('in an empty directory makes keys and enables; the DS is asked for when every cache has the signed zone', async () => {
    const operation = new Operation();
    await operation.rotate('--sign');
    await operation.expectValid(operation.keys('ksk'));
    expect([operation.count('DNSKEY'), operation.count('CDS')]).toEqual([2, 0]);
    // 3 h until slow secondaries have it, 1 h TTL, 1 h margin.
    operation.now += 5 * HOUR - 1;
    expect((await operation.rotateJson('--sign')).waits[0]?.until).toBe('2026-11-22T17:00:00Z');
    operation.now += 1;
    const { waits } = await operation.rotateJson('--sign');
    const [ksk] = operation.keys('ksk');
    expect(waits).toMatchObject([
      {
        actor: 'operator',
        nextCommand: `zonewright rotate example.com --ds-published ${ksk!.keyTag}`,
        until: null,
      },
    ]);
    expect([operation.count('CDS'), operation.count('CDNSKEY')]).toEqual([1, 1]);
    await operation.addDs();
    expect(operation.state()).toMatchObject({ rollovers: [], wantedDs: [ksk!.base] });
  });

  test('takes over the keys that are there, and begins nothing', async () => {
    const operation = new Operation();
    await operation.succeed('keygen', 'example.com');
    await operation.sign();
    operation.now += 200 * DAY;
    const output = await operation.rotate();
    expect(output).toMatch(
      /took over KSK \d+ .*, ZSK \d+ .* and the zone of serial \d+; .* not known: if so, say it with --ds-published \d+\n/,
    );
    const state = operation.state();
    expect(state.rollovers).toEqual([]);
    expect(state.keys).toHaveLength(2);
    // Unknown history at its worst: a week, and the parent may or may not have the DS.
    expect(state.ledger.publications).toMatchObject([{ dnskeyTtl: 7 * DAY, maxTtl: 7 * DAY }]);
    expect(state.ledger.parent.map(({ ds }) => ds.length).sort()).toEqual([0, 1]);
  });

  test('takes over old keys as such: they are no spares', async () => {
    const operation = new Operation();
    await operation.succeed('keygen', 'example.com');
    const [, old] = (await operation.succeed('keygen', 'example.com')).trim().split('\n');
    await operation.succeed(
      'keygen',
      '--settime',
      `keys/${old!}.key`,
      '--inactive',
      'now',
      '--delete',
      'now',
    );
    await operation.sign();
    operation.now += DAY;
    await operation.rotate();
    expect(operation.state().keys.find(({ base }) => base === old)).toMatchObject({ removed: operation.now });
    await operation.rotate('--start', 'zsk');
    expect(operation.state().rollovers[0]?.new).not.toContain(old);
  });

  test('with --start begins what is asked for', async () => {
    const operation = new Operation();
    await operation.succeed('keygen', 'example.com');
    await operation.sign();
    await operation.rotate('--start', 'zsk');
    expect(operation.state().rollovers).toMatchObject([{ name: 'zsk-prepublish' }]);
  });
});

test('--adopt --dry-run shows what would be taken over and the plan that follows, and writes nothing', async () => {
  const operation = new Operation();
  await operation.succeed('keygen', 'example.com');
  await operation.sign();
  const before = operation.files();
  const told = await operation.rotate('--adopt', '--dry-run');
  expect(told).toMatch(
    /would take over KSK .*\nexample\.com\. next: KSK .*\n2027-02-13T12:00:00Z {2}zonewright {2}KSK /,
  );
  // Only what is there now is held for a week.
  expect(told).toContain('2027-05-14T16:00:00Z  zonewright  KSK');
  expect(told).toContain('2027-05-14T21:00:00Z  operator    KSK');
  const { changed, done, plan } = await operation.rotateJson('--adopt', '--dry-run');
  expect({ changed, done: done.length }).toEqual({ changed: true, done: 1 });
  expect(plan!.length).toBeGreaterThan(8);
  expect(operation.files()).toEqual(before);
});

test('--adopt rebuilds a damaged state', async () => {
  const operation = await enabled();
  writeFileSync(STATE, '{"schema": "zonewright/state/v1"');
  expect(await failure(operation)).toEqual([3, 'state/damaged']);
  await operation.rotate('--adopt');
  expect(operation.state().keys.map(({ use }) => use.published)).toEqual([true, true]);
  await operation.rotate('--sign');
  await operation.expectValid(operation.keys('ksk'));
});

test('keys with .state files of BIND say whether the DS is there', async () => {
  const operation = new Operation();
  const bases = (await operation.succeed('keygen', 'example.com')).trim().split('\n');
  for (const base of bases) {
    const isKsk = readFileSync(`keys/${base}.key`, 'utf8').includes('key-signing');
    writeFileSync(
      `keys/${base}.state`,
      [
        '; This is the state of key',
        'Algorithm: 13',
        'Length: 256',
        `KSK: ${isKsk ? 'yes' : 'no'}`,
        `ZSK: ${isKsk ? 'no' : 'yes'}`,
        'Generated: 20261122120000 (Sun Nov 22 12:00:00 2026)',
        'DNSKEYChange: 20261122120000 (Sun Nov 22 12:00:00 2026)',
        'DNSKEYState: omnipresent',
        ...(isKsk ? ['KRRSIGState: omnipresent', 'DSState: omnipresent'] : ['ZRRSIGState: omnipresent']),
        'GoalState: omnipresent',
        '',
      ].join('\n'),
    );
  }
  await operation.sign();
  await operation.rotate();
  const { ledger, wantedDs } = operation.state();
  expect(ledger.parent.map(({ ds }) => ds.length)).toEqual([1]);
  expect(wantedDs).toHaveLength(1);
});

describe('--start', () => {
  test.each([
    ['zsk', '', ['zsk-prepublish']],
    ['ksk', '', ['ksk-double-ksk']],
    ['ksk', 'kskRollover: double-ds', ['ksk-double-ds']],
    ['csk', 'keys: csk', ['csk']],
    ['all', '', ['ksk-double-ksk', 'zsk-prepublish']],
  ])('%s begins it at once with %s', async (role, policy, names) => {
    const operation = await enabled(policy);
    await operation.rotate('--start', role);
    expect(
      operation
        .state()
        .rollovers.map(({ name }) => name)
        .sort(),
    ).toEqual(names);
    expect(await failure(operation, '--start', role)).toEqual([3, 'rotate/in-progress']);
  });

  test('takes a spare of keygen', async () => {
    const operation = await enabled();
    const spare = (await operation.succeed('keygen', 'example.com', '--role', 'zsk')).trim();
    await operation.rotate('--start', 'zsk');
    expect(operation.state().rollovers[0]?.new).toEqual([spare]);
  });

  test('of a role that the zone does not have is an error', async () => {
    expect(await failure(await enabled(), '--start', 'csk')).toEqual([2, 'rotate/no-such-role']);
  });
});

describe('--algorithm', () => {
  test('refuses what is no change, and what nobody may use', async () => {
    const operation = await enabled();
    expect(await failure(operation, '--algorithm', 'ECDSAP256SHA256')).toEqual([2, 'rotate/same-algorithm']);
    expect(await failure(operation, '--algorithm', 'RSASHA1')).toEqual([2, 'usage/algorithm']);
    expect(operation.state().rollovers).toEqual([]);
  });

  test('begins the rollover to the algorithm of the policy', async () => {
    const operation = await enabled();
    operation.configure('algorithm: ED25519');
    await operation.rotate('--algorithm', 'ED25519');
    expect(operation.state().rollovers).toMatchObject([{ name: 'algorithm' }]);
    expect(operation.state().askedAlgorithm).toBeUndefined();
  });

  test('stands against the policy until that asks for another', async () => {
    const operation = await enabled();
    const { stderr } = await operation.run('rotate', 'example.com', '--algorithm', 'ED25519');
    expect(stderr).toContain(
      'the policy of example.com asks for ECDSAP256SHA256: rotate goes by --algorithm',
    );
    expect(stderr).toContain('hint: set "algorithm: ED25519" in the configuration');
    const { rollovers, keys, askedAlgorithm } = operation.state();
    expect(askedAlgorithm).toEqual({ algorithm: 15, insteadOf: 13 });
    expect(rollovers).toMatchObject([{ name: 'algorithm' }]);
    const algorithmsOf = (bases: readonly string[]): number[] =>
      keys.filter(({ base }) => bases.includes(base)).map(({ algorithm }) => algorithm);
    expect(algorithmsOf(rollovers[0]!.old)).toEqual([13, 13]);
    expect(algorithmsOf(rollovers[0]!.new)).toEqual([15, 15]);
    const done = {
      ...operation.state(),
      rollovers: [],
      keys: keys.filter(({ algorithm }) => algorithm === 15),
    };
    const used = done.keys.map((key) => ({ ...key, use: fullUse(key.role), activated: operation.now }));
    const names = (policy: Policy): string[] => {
      const due = dueRollovers({ ...done, keys: used }, policy).filter(({ at }) => at <= operation.now);
      return due.map(({ name, algorithm }) => `${name} ${algorithm}`);
    };
    expect(names(DEFAULT_POLICY)).toEqual([]);
    expect(names({ ...DEFAULT_POLICY, algorithm: 15 })).toEqual([]);
    expect(names({ ...DEFAULT_POLICY, algorithm: 14 })).toEqual(['algorithm 14']);
  });

  test('is forgotten with its rollover', async () => {
    const operation = await enabled();
    await operation.rotate('--algorithm', 'ED25519');
    await operation.rotate('--abort');
    expect(operation.state()).toMatchObject({ rollovers: [] });
    expect(operation.state().askedAlgorithm).toBeUndefined();
    await operation.rotate();
    expect(operation.state().rollovers).toEqual([]);
  });
});

test('ds says so where no DS is to be at the parent', async () => {
  const operation = new Operation({ policy: 'checkParent: false' });
  await operation.rotate('--sign');
  await operation.rotate('--abort');
  const { status, stdout, stderr } = await operation.run('ds', 'example.com');
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(stderr).toContain(
    'nothing is to be at the parent now; what comes next: zonewright status example.com',
  );
});

describe('--ds-published and --ds-withdrawn', () => {
  test('say since when', async () => {
    const operation = new Operation();
    await operation.rotate('--sign');
    await operation.pass(DAY, 6 * HOUR);
    const [ksk] = operation.keys('ksk');
    await operation.rotate('--ds-published', String(ksk!.keyTag), '--at', '-2h');
    expect(operation.state().ledger.parent).toContainEqual(
      expect.objectContaining({ ds: [], replaced: operation.now - 2 * HOUR }),
    );
  });

  test.each([
    [['--ds-published', '1'], 'rotate/unknown-key'],
    [['--at', 'now'], 'usage/conflict'],
    [['--until', '1y'], 'usage/conflict'],
    [['--served', '12345'], 'rotate/unknown-serial'],
    [['--abort'], 'rotate/nothing-to-abort'],
    [['--enable'], 'rotate/enabled'],
    [['--enable', '--disable'], 'usage/conflict'],
    [['--algorithm', 'X'], 'usage/algorithm'],
  ])('%j is an error that says what to do', async (args, code) => {
    const operation = await enabled();
    const before = operation.files();
    const { status, stdout } = await operation.run('rotate', 'example.com', ...args, '--json');
    const error = { code, hint: expect.any(String) };
    expect([status, JSON.parse(stdout)]).toMatchObject([2, { error }]);
    expect(operation.files()).toEqual(before);
  });

  test.each(['--ds-published', '--served'])('%s is for numbers', async (option) => {
    expect(await failure(await enabled(), option, 'x')).toEqual([2, 'usage/number']);
  });

  test('are for keys with a DS, and for what has happened', async () => {
    const operation = await enabled();
    const tag = String(operation.keys('zsk')[0]!.keyTag);
    expect(await failure(operation, '--ds-published', tag)).toEqual([2, 'rotate/no-ds']);
    const ksk = String(operation.keys('ksk')[0]!.keyTag);
    expect(await failure(operation, '--ds-withdrawn', ksk, '--at', '+1h')).toEqual([
      2,
      'rotate/future-report',
    ]);
  });
});

test('with publishedWhen: served, --served establishes a version', async () => {
  const operation = new Operation({ policy: 'publishedWhen: served' });
  await operation.rotate('--sign');
  await operation.pass(DAY, 6 * HOUR);
  expect(operation.state().ledger.publications.at(-1)?.established).toBeUndefined();
  expect((await operation.rotateJson()).waits).toMatchObject([
    { actor: 'operator', nextCommand: expect.stringContaining('--served 1795348800') },
  ]);
  await operation.rotate('--served', String(operation.state().ledger.publications.at(-1)!.serial));
  expect(operation.state().ledger.publications.at(-1)?.established).toBe(operation.now);
  await operation.pass(6 * HOUR, 6 * HOUR);
  await operation.addDs();
  expect(operation.state().rollovers).toEqual([]);
});

test('--disable: CDS DELETE until the DS is gone from every cache, then the unsigned zone', async () => {
  const operation = await enabled();
  const ksks = operation.keys('ksk');
  const withdrawn = await operation.succeed('ds', 'example.com');
  await operation.rotate('--disable', '--sign');
  expect(operation.signed()).toMatch(/\tCDS\t0 0 0 00\n/);
  expect(operation.signed()).toMatch(/\tCDNSKEY\t0 3 0 AA==\n/);
  const ds = (...args: string[]): Promise<string> => operation.succeed('ds', 'example.com', ...args);
  expect(await ds('--format', 'cds')).toBe('example.com. IN CDS 0 0 0 00\n');
  expect(await ds('--format', 'cdnskey', '--ttl', '60')).toBe('example.com. 60 IN CDNSKEY 0 3 0 AA==\n');
  expect((await operation.run('ds', 'example.com')).stderr).toContain('no DS is to be at the parent');
  expect([await ds(), await ds('--add'), await ds('--remove')]).toEqual(['', '', withdrawn]);
  await operation.expectValid(ksks);
  await operation.pass(30 * DAY);
  expect(operation.count('DNSKEY')).toBe(2);
  await operation.expectValid(ksks);
  await operation.withdrawDs();
  // 1 h until all servers of the parent have it, a TTL of a day, 1 h margin, and 1 h for which validators keep the DNSKEYs that they trust.
  operation.now += 27 * HOUR - MINUTE;
  await operation.rotate('--sign');
  expect([operation.count('DNSKEY'), operation.count('CDS')]).toEqual([2, 1]);
  operation.now += MINUTE;
  await operation.rotate('--sign');
  expect(operation.signed()).not.toMatch(/DNSKEY|RRSIG|NSEC|CDS/);
  expect(operation.state().rollovers).toEqual([]);
  expect(await ds('--format', 'cds')).toBe('');
  // It stays so until somebody enables it again.
  await operation.pass(100 * DAY, 10 * DAY);
  expect(operation.count('DNSKEY')).toBe(0);
  await operation.rotate('--enable', '--sign');
  expect(operation.count('DNSKEY')).toBe(2);
  await operation.expectValid(operation.keys('ksk'));
});

describe('--abort', () => {
  test('takes a rollover back: the zone is as before', async () => {
    const operation = await enabled();
    const [old] = operation.keys('zsk');
    await operation.rotate('--start', 'zsk', '--sign');
    expect(operation.count('DNSKEY')).toBe(3);
    operation.now += DAY;
    await operation.rotate('--abort', '--sign');
    expect(operation.count('DNSKEY')).toBe(2);
    expect(operation.signers('SOA')).toEqual([old!.keyTag]);
    expect(operation.state().rollovers).toEqual([]);
    await operation.expectValid(operation.keys('ksk'));
  });

  test('lasts at least until the next run where the rollover is due', async () => {
    const operation = await enabled();
    operation.configure('zskLifetime: 8d, kskLifetime: unlimited');
    await operation.rotate('--sign');
    expect(operation.state().rollovers).toMatchObject([{ name: 'zsk-prepublish' }]);
    operation.now += HOUR;
    await operation.rotate('--abort', '--sign');
    expect(operation.count('DNSKEY')).toBe(2);
    expect(operation.state().rollovers).toEqual([]);
    await operation.rotate();
    expect(operation.state().rollovers).toMatchObject([{ name: 'zsk-prepublish' }]);
  });

  test.each(['ksk', 'zsk'] as const)('of two takes the %s rollover back, by a key of it', async (role) => {
    const operation = await enabled();
    const other = role === 'ksk' ? 'zsk' : 'ksk';
    const [old] = operation.keys(role);
    await operation.rotate('--start', 'all', '--sign');
    expect(operation.count('DNSKEY')).toBe(4);
    const [kept] = operation.state().rollovers.filter(({ name }) => name.startsWith(other));
    await operation.rotate('--abort-key', String(old!.keyTag), '--sign');
    expect(operation.state().rollovers).toEqual([kept]);
    expect(operation.count('DNSKEY')).toBe(3);
    await operation.expectValid(operation.keys('ksk'));
    expect(await failure(operation, '--abort-key', String(old!.keyTag))).toEqual([
      2,
      'rotate/nothing-to-abort',
    ]);
    expect(await failure(operation, '--abort-key', '1')).toEqual([2, 'rotate/unknown-key']);
    expect(await failure(operation, '--abort', '--enable')).toEqual([2, 'usage/conflict']);
  });

  test('of disabling says that the DS has to be at the parent again', async () => {
    const operation = await enabled('checkParent: false');
    const [ksk] = operation.keys('ksk');
    const told = async (): Promise<string> =>
      (await operation.run('rotate', 'example.com', '--abort')).stderr.replace(/\s+/g, ' ');
    await operation.rotate('--disable', '--sign');
    expect(await told()).toMatch(
      `warning: the parent was asked to remove the DS of KSK ${ksk!.keyTag} (ECDSAP256SHA256), and nobody knows whether it has hint: have it stay there, or add it again (zonewright ds example.com); then say so: zonewright rotate example.com --ds-published ${ksk!.keyTag}`,
    );
    await operation.rotate('--disable', '--sign');
    await operation.withdrawDs();
    expect(await told()).toMatch(
      `warning: the parent has no DS of KSK ${ksk!.keyTag} (ECDSAP256SHA256) any more: resolvers do not validate the zone hint: add it again (zonewright ds example.com --add), and say so: zonewright rotate example.com --ds-published ${ksk!.keyTag}`,
    );
    expect(await operation.succeed('ds', 'example.com', '--add')).toContain(` DS ${ksk!.keyTag} `);
    await operation.rotate('--ds-published', String(ksk!.keyTag), '--sign');
    await operation.rotate('--start', 'ksk');
    expect(await told()).toBe('');
  });

  test('leads back from a first DS that was asked for, by the commands of the hints', async () => {
    const operation = new Operation({ policy: 'checkParent: false' });
    await operation.rotate('--sign');
    await operation.pass(6 * HOUR, 6 * HOUR);
    /** The command that a refusal names. */
    const next = async (args: readonly string[], expected: RegExp): Promise<string[]> => {
      const { status, stderr } = await operation.run(...args);
      const text = stderr.replace(/\s+/g, ' ');
      expect([status, text]).toEqual([3, expect.stringMatching(expected)]);
      return text
        .trim()
        .replace(/.*: zonewright /, '')
        .split(' ');
    };
    const withdrawal = await next(
      ['rotate', 'example.com', '--abort'],
      /if that DS is there, withdraw it; then/,
    );
    const again = await next(withdrawal, /try again after/);
    await operation.pass(2 * DAY);
    await next(withdrawal, /try again after/);
    expect(await operation.succeed(...again)).toContain('aborted: the zone goes without DNSSEC again');
    expect(operation.state().rollovers).toEqual([]);
  });

  test('is refused once "ds" has given a first DS out, whether a run has asked for it since or not', async () => {
    const operation = new Operation({ policy: 'checkParent: false' });
    await operation.rotate('--sign');
    operation.now += HOUR;
    expect(await operation.run('ds', 'example.com')).toMatchObject({ status: 1, stdout: '' });
    expect(await operation.rotate('--abort', '--dry-run')).toContain('would be taken back');
    operation.now += 5 * HOUR;
    expect(await operation.succeed('ds', 'example.com')).toMatch(/^example\.com\. IN DS /);
    const [ksk] = operation.keys('ksk');
    expect(await operation.run('rotate', 'example.com', '--abort')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining(`the parent may serve the DS of ${ksk!.base}`),
    });
    const withdrawn = ['rotate', 'example.com', '--abort', '--ds-withdrawn', String(ksk!.keyTag)];
    const { status, stderr } = await operation.run(...withdrawn);
    expect([status, stderr]).toEqual([3, expect.stringContaining('try again after')]);
    expect(await operation.rotate()).toContain('asks the parent to add the new DS');
  });

  test('is advised with the key of the rollover that is meant, where several are in progress', async () => {
    const operation = await enabled('checkParent: false');
    const hintOf = async (...args: readonly string[]): Promise<string> => {
      const { status, stderr } = await operation.run('rotate', 'example.com', ...args);
      expect(status).toBe(3);
      return stderr
        .replace(/\s+/g, ' ')
        .replace(/.* hint: /, '')
        .trim();
    };
    const tagOf = (name: string): number => {
      const rollover = operation.state().rollovers.find((one) => one.name.startsWith(name))!;
      return operation.state().keys.find(({ base }) => rollover.new.includes(base))!.keyTag;
    };
    await operation.rotate('--start', 'zsk', '--sign');
    expect(await hintOf('--start', 'zsk')).toBe(
      'let it finish, or take it back: zonewright rotate example.com --abort',
    );
    await operation.rotate('--start', 'ksk', '--sign');
    for (const role of ['ksk', 'zsk']) {
      expect(await hintOf('--start', role)).toBe(
        `let it finish, or take it back: zonewright rotate example.com --abort-key ${tagOf(role)}`,
      );
    }
    await operation.pass(6 * HOUR);
    expect(await hintOf('--abort')).toBe(
      `if that DS is there, withdraw it; then, with --at TIME if that was a while ago: zonewright rotate example.com --abort-key ${tagOf('ksk')} --ds-withdrawn ${tagOf('ksk')}`,
    );
    expect(await hintOf('--abort-key', String(tagOf('zsk')))).toBe(
      `let it go on; to take the KSK rollover (double-KSK) back: zonewright rotate example.com --abort-key ${tagOf('ksk')}`,
    );
    await operation.rotate('--ds-published', String(tagOf('ksk')));
    await operation.withdrawDs();
    expect(await hintOf('--abort')).toBe('let it go on: the old DS is gone');
  });

  test('of a change of algorithm whose DNSKEYs are out withdraws them, then their signatures', async () => {
    const operation = await enabled();
    const old = operation.state().keys;
    await operation.rotate('--algorithm', 'ED25519', '--sign');
    await operation.pass(6 * HOUR, HOUR);
    expect(operation.count('DNSKEY')).toBe(4);
    const before = operation.files();
    expect(await operation.rotate('--abort', '--dry-run')).toContain(
      'would be taken back: the new algorithm would leave again, its DNSKEYs first',
    );
    expect(operation.files()).toEqual(before);
    expect(await operation.rotate('--abort', '--sign')).toContain(
      'aborted: the new algorithm leaves again, its DNSKEYs first',
    );
    expect(operation.state().askedAlgorithm).toBeUndefined();
    expect(operation.count('DNSKEY')).toBe(2);
    expect(operation.signers('SOA').length).toBe(2);
    await operation.pass(4 * HOUR, HOUR);
    expect(operation.signers('SOA').length).toBe(2);
    await operation.pass(HOUR);
    expect(operation.state().rollovers).toEqual([]);
    expect(operation.signers('SOA')).toEqual([old.find(({ role }) => role === 'zsk')!.keyTag]);
    await operation.expectValid(operation.keys('ksk'));
    expect(operation.state().keys.filter(({ removed }) => removed === undefined)).toEqual(old);
  });

  test('of a change of algorithm waits for word that the new DS is not there', async () => {
    const operation = await enabled('algorithm: ECDSAP256SHA256');
    operation.configure('algorithm: ED25519');
    await operation.rotate('--sign');
    await operation.pass(11 * HOUR, HOUR);
    const ksk = operation.keys('ksk').find(({ algorithm }) => algorithm === 15)!;
    expect(await failure(operation, '--abort')).toEqual([3, 'rotate/cannot-abort']);
    const { status, stderr } = await operation.run(
      ...['rotate', 'example.com', '--abort', '--ds-withdrawn', String(ksk.keyTag)],
    );
    expect(status).toBe(0);
    expect(stderr).toContain('the policy asks for ED25519: the change begins again as soon as that has left');
    // Nobody has looked whether the old one is there still.
    expect((await operation.rotateJson()).waits).toMatchObject([
      { what: expect.stringContaining('keep the DS of the old algorithm'), actor: 'operator' },
    ]);
    await operation.addDs();
    operation.configure('');
    await operation.rotate('--sign');
    expect(operation.count('DNSKEY')).toBe(4);
    await operation.pass(26 * HOUR);
    expect(operation.count('DNSKEY')).toBe(2);
    await operation.pass(5 * HOUR);
    expect(operation.state().rollovers).toEqual([]);
    expect(operation.state().keys.filter(({ removed }) => removed === undefined).length).toBe(2);
  });

  test('is refused while caches need the new key', async () => {
    const operation = await enabled();
    await operation.rotate('--start', 'zsk', '--sign');
    await operation.pass(DAY);
    const before = operation.files();
    expect(await failure(operation, '--abort')).toEqual([3, 'rotate/cannot-abort']);
    expect(operation.files()).toEqual(before);
  });

  test('is refused while the parent may serve the new DS', async () => {
    const operation = await enabled();
    await operation.rotate('--start', 'ksk', '--sign');
    await operation.pass(DAY);
    expect(await failure(operation, '--abort')).toEqual([3, 'rotate/cannot-abort']);
  });
});

describe('--dry-run', () => {
  test('writes nothing at all, and says what would be done', async () => {
    const operation = new Operation();
    const before = operation.files();
    expect(await operation.rotate('--dry-run', '--sign')).toBe(
      [
        'enable DNSSEC: would begin; new: a new KSK, a new ZSK',
        'enable DNSSEC: would publish the signed zone',
        'enable DNSSEC, afterwards: waiting for the next signing to publish the signed zone',
      ]
        .map((line) => `example.com. ${line}\n`)
        .join('') + '  then: zonewright sign example.com.zone\n',
    );
    expect(operation.files()).toEqual(before);
    expect((await operation.rotateJson('--dry-run')).changed).toBe(true);
  });

  test('is the same in the middle of a rollover', async () => {
    const operation = await enabled();
    await operation.rotate('--start', 'zsk', '--sign');
    operation.now += DAY;
    const before = operation.files();
    expect(await operation.rotate('--dry-run')).toContain('would sign with the new key instead of the old');
    expect(await operation.rotate('--dry-run', '--abort')).toContain(
      'would be taken back: the old keys would do all the work again',
    );
    expect(operation.files()).toEqual(before);
  });

  test('says of the parent, too, what would be asked of it, and of the end that it would come', async () => {
    const operation = await enabled();
    expect(await operation.rotate('--disable', '--dry-run')).toMatch(
      /would begin\n.*would ask the parent to remove all DS\n.*, afterwards: waiting for the parent to remove all DS/,
    );
    await operation.rotate('--disable', '--sign');
    await operation.withdrawDs();
    operation.now += 3 * DAY;
    await operation.rotate('--sign');
    expect(operation.state().rollovers).toEqual([]);
    const waiting = await Operation.enabled();
    await waiting.rotate('--start', 'zsk', '--sign');
    expect(await waiting.rotate('--dry-run')).toMatch(
      /^example\.com\. ZSK rollover \(pre-publication\): waiting until [^\n]*\n$/,
    );
  });
});

describe('exit status and output', () => {
  test('--detailed-exitcode is 10 if something was done, else 0; the second run leaves every file as it is', async () => {
    const operation = new Operation();
    const run = async (): Promise<number> =>
      (await operation.run('rotate', 'example.com', '--sign', '--detailed-exitcode')).status;
    expect(await run()).toBe(10);
    const before = operation.files();
    expect(await run()).toBe(0);
    expect(operation.files()).toEqual(before);
    operation.now += HOUR;
    expect(await run()).toBe(0);
    expect(operation.files()).toEqual(before);
  });

  test('--json is by the schema, also for --all with a zone that fails', async () => {
    workIn({
      'a.zone': SMALL_ZONE,
      'keys/example.net.state.json': 'damage',
      '.zonewrightrc.yaml': 'zones: {example.com: {file: a.zone}, example.net: {file: b.zone}}\n',
    });
    const { status, stdout } = await runInProcess(['rotate', '--all', '--json', '--sign']);
    const document = JSON.parse(stdout) as { schema: string; zones: { zone?: string }[] };
    expect(status).toBe(3);
    expect(schemaErrors(document)).toEqual([]);
    expect(document.zones).toMatchObject([
      { zone: 'example.com.', changed: true },
      { error: { code: 'state/damaged' } },
    ]);
  });

  test('--detailed-exitcode of several zones: what was done in one does not hide that another failed', async () => {
    workIn({
      'keys/b.example.state.json': 'damage',
      '.zonewrightrc.yaml': 'zones: {a.example: {}, b.example: {}, c.example: {}}\n',
    });
    const run = (): Promise<{ status: number }> => runInProcess(['rotate', '--all', '--detailed-exitcode']);
    expect((await run()).status).toBe(3);
    rmSync('keys/b.example.state.json');
    expect((await run()).status).toBe(10);
    expect((await run()).status).toBe(0);
  });

  test('--shard: the parts together do each zone once', async () => {
    const zones = ['a.example.', 'b.example.', 'c.example.', 'd.example.', 'e.example.'];
    workIn({ '.zonewrightrc.yaml': `zones: {${zones.map((zone) => `${zone}: {}`).join(', ')}}\n` });
    const seen: string[] = [];
    for (const part of ['1/2', '2/2']) {
      const { stdout } = await runInProcess(['rotate', '--all', '--shard', part, '--json']);
      seen.push(...(JSON.parse(stdout) as { zones: { zone: string }[] }).zones.map(({ zone }) => zone));
    }
    expect(seen.sort()).toEqual(zones);
  });

  test('under --now a state is marked, and a real run refuses it', async () => {
    const operation = new Operation();
    await operation.rotate('--now', '20261201');
    expect(await failure(operation)).toEqual([3, 'state/simulated']);
    await operation.rotate('--now', '20261202');
  });
});

test('a run that was missed for weeks does the next safe step, and not all at once', async () => {
  const operation = await enabled();
  await operation.rotate('--start', 'zsk', '--sign');
  const [old] = operation.keys('zsk');
  operation.now += 25 * DAY;
  await operation.rotate('--sign');
  expect(operation.count('DNSKEY')).toBe(3);
  expect(operation.signers('SOA')).not.toEqual([old!.keyTag]);
  const { waits } = await operation.rotateJson();
  expect(waits).toMatchObject([{ actor: 'none' }]);
  await operation.expectValid(operation.keys('ksk'));
});

test('two runs at the same moment: nothing is done twice', async () => {
  const operation = new Operation();
  const results = await Promise.all([
    operation.run('rotate', 'example.com'),
    operation.run('rotate', 'example.com'),
  ]);
  expect(results.map(({ status }) => status).every((status) => status === 0 || status === 4)).toBe(true);
  expect(results.some(({ status }) => status === 0)).toBe(true);
  expect(operation.state()).toMatchObject({ keys: [{ role: 'ksk' }, { role: 'zsk' }], rollovers: [{}] });
});

test('the times of keys follow, so that others pick the same keys; old ones go after the purge delay', async () => {
  const operation = await enabled();
  const [old] = operation.keys('zsk');
  const timesOf = (base: string): string[] =>
    [...readFileSync(`keys/${base}.key`, 'utf8').matchAll(/^; (\w+): /gm)].map(([, name]) => name!);
  expect(timesOf(old!.base)).toEqual(['Created', 'Publish', 'Activate']);
  await operation.rotate('--start', 'zsk', '--sign');
  const fresh = operation.state().rollovers[0]!.new[0]!;
  expect(timesOf(fresh)).toEqual(['Created', 'Publish']);
  await operation.pass(DAY);
  expect(timesOf(fresh)).toEqual(['Created', 'Publish', 'Activate']);
  expect(timesOf(old!.base)).toEqual(['Created', 'Publish', 'Activate', 'Inactive']);
  await operation.pass(8 * DAY);
  expect(timesOf(old!.base)).toEqual(['Created', 'Publish', 'Activate', 'Inactive', 'Delete']);
  const { removed } = operation.state().keys.find(({ base }) => base === old!.base)!;
  operation.configure('kskLifetime: unlimited, zskLifetime: unlimited');
  operation.now = removed! + 90 * DAY - 1;
  await operation.rotate();
  expect(timesOf(old!.base)).toContain('Delete');
  operation.now += 1;
  expect(await operation.rotate()).toContain('deleted the files of ZSK');
  expect(() => timesOf(old!.base)).toThrow('ENOENT');
  expect(operation.state().keys.find(({ base }) => base === old!.base)?.purged).toBe(operation.now);
});

test('a spare has no times, whatever it was made with', async () => {
  const operation = await enabled();
  const spare = (await operation.succeed('keygen', 'example.com', '--role', 'zsk')).trim();
  await operation.rotate();
  expect(readFileSync(`keys/${spare}.key`, 'utf8')).not.toMatch(/Publish|Activate/);
});

test('of a lost private key it is said when its signatures run out; nothing is removed or overwritten', async () => {
  const operation = await enabled();
  const [zsk] = operation.keys('zsk');
  const earliest = [...operation.signed().matchAll(new RegExp(`(\\d{14}) \\d{14} ${zsk!.keyTag} `, 'g'))]
    .map(([, time]) => time!)
    .sort()[0]!;
  rmSync(`keys/${zsk!.base}.private`);
  const before = operation.files();
  const { lostKeys } = await operation.rotateJson();
  const iso = earliest.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z');
  const nextCommand = `zonewright rotate example.com --recover ${zsk!.keyTag}`;
  expect(lostKeys).toEqual([{ base: zsk!.base, firstExpiration: iso, nextCommand }]);
  expect(await operation.rotate()).toContain(`the first of its signatures runs out at ${iso}`);
  expect(operation.files()).toEqual(before);
  operation.now += 31 * DAY;
  expect((await operation.run('rotate', 'example.com', '--sign')).status).toBe(3);
  expect(operation.signed()).toBe(before[SIGNED]?.split(' ').slice(1).join(' '));
});

describe('a file that this tool did not write', () => {
  test('becomes a publication', async () => {
    const operation = await enabled();
    const count = operation.state().ledger.publications.length;
    writeFileSync(SIGNED, operation.signed().replace('192.0.2.2', '192.0.2.99'));
    expect(await operation.rotate()).toContain('which this tool did not write');
    expect(operation.state().ledger.publications.length).toBeGreaterThanOrEqual(count);
    expect(operation.state().ledger.publications.at(-1)?.established).toBe(operation.now);
    const before = operation.files();
    await operation.rotate();
    expect(operation.files()).toEqual(before);
  });

  test('is a publication too where an old one of ours was put back', async () => {
    const operation = await enabled();
    copyFileSync(SIGNED, 'backup');
    await operation.rotate('--start', 'zsk', '--sign');
    operation.now += HOUR;
    copyFileSync('backup', SIGNED);
    await operation.rotate();
    const { publications } = operation.state().ledger;
    expect(publications.at(-1)?.digest).toBe(publications.at(-3)?.digest);
    expect((await operation.rotateJson()).needsSigning).toBe(true);
  });
});
