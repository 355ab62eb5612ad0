import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, Operation } from './operation.ts';
import { SMALL_ZONE } from './working-directory.ts';

interface Status {
  readonly health: string;
  readonly problems: readonly { readonly code: string; readonly nextCommand: string | null }[];
}

/** A zone that was signed without a state, and that `rotate` has taken over. */
async function adopted(): Promise<{ operation: Operation; tag: number }> {
  const operation = new Operation({ policy: 'checkParent: false' });
  await operation.succeed('keygen', 'example.com');
  await operation.sign();
  await operation.rotate();
  return { operation, tag: operation.keys('ksk')[0]!.keyTag };
}

const DS = /^example\.com\. IN DS \d+ 13 2 [0-9A-F]{64}\n$/;

describe('the DS of a zone that was signed a moment ago', () => {
  test('is neither given out nor asked for before no cache can have the unsigned zone', async () => {
    const { operation } = await adopted();
    await operation.rotate('--sign');
    expect(operation.count('CDS')).toBe(0);
    for (const part of [[], ['--add']]) {
      const { status, stdout, stderr } = await operation.run('ds', 'example.com', ...part);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/the DS must not be at the parent before .*unsigned/);
    }
    expect(await operation.succeed('ds', 'example.com', '--anyway')).toMatch(DS);
    expect((await operation.rotateJson()).waits).toEqual([]);
    await operation.pass(2 * DAY);
    expect(await operation.succeed('ds', 'example.com')).toMatch(DS);
    expect(operation.count('CDS')).toBe(1);
  });

  test('is given out where it is at the parent already', async () => {
    const { operation, tag } = await adopted();
    await operation.rotate('--ds-published', String(tag));
    expect(await operation.succeed('ds', 'example.com')).toMatch(DS);
  });

  test('is given out where a key has signed for long', async () => {
    const operation = new Operation({ policy: 'checkParent: false' });
    await operation.succeed('keygen', 'example.com');
    operation.now += 8 * DAY;
    await operation.sign();
    await operation.rotate();
    expect(await operation.succeed('ds', 'example.com')).toMatch(DS);
  });
});

test.each([
  ['in the raw format of BIND', '\0\0\0\u0002', /raw format[^]*named-compilezone/],
  ['with a flaw', 'example.com. 3600 IN SOA', /example\.com\.zone\.signed:1:[^]*move it away/],
])('a signed zone %s is not passed over: nothing is taken over', async (_, text, message) => {
  const operation = new Operation({ policy: 'checkParent: false' });
  await operation.succeed('keygen', 'example.com');
  writeFileSync('example.com.zone.signed', text);
  const before = operation.files();
  for (const options of [['--adopt'], ['--adopt', '--dry-run'], []]) {
    const { status, stdout, stderr } = await operation.run('rotate', 'example.com', ...options);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(message);
    expect(operation.files()).toEqual(before);
  }
});

test('names every key whose DS may be at the parent', async () => {
  const operation = new Operation({ policy: 'checkParent: false' });
  for (const role of ['ksk', 'ksk', 'zsk']) await operation.succeed('keygen', 'example.com', '--role', role);
  await operation.sign();
  const told = await operation.rotate('--adopt');
  const [first, second] = operation.keys('ksk').map(({ keyTag }) => keyTag);
  expect(told).toContain(`has a DS of keys ${first} and ${second} is not known`);
});

async function statusOf(operation: Operation): Promise<Status> {
  const { stdout } = await operation.run('status', 'example.com', '--json');
  return JSON.parse(stdout) as Status;
}

describe('a zone that was taken over', () => {
  test('is not well as long as nobody knows whether the parent has its DS', async () => {
    const { operation, tag } = await adopted();
    const status = await statusOf(operation);
    expect(status).toMatchObject({
      health: 'warning',
      problems: [{ code: 'ds/unknown', nextCommand: 'zonewright rotate example.com --check-parent' }],
    });
    const { stdout, status: exit } = await operation.run('status', 'example.com');
    expect(exit).toBe(1);
    expect(stdout).toContain(`nobody knows whether the parent has the DS of KSK ${tag}`);
    expect(stdout).toContain('zonewright rotate example.com --check-parent');
  });

  test('is well once the operator has said that it has', async () => {
    const { operation, tag } = await adopted();
    await operation.rotate('--ds-published', String(tag));
    expect(await statusOf(operation)).toMatchObject({ health: 'ok', problems: [] });
  });

  test('is not protected where he says that it has none', async () => {
    const { operation, tag } = await adopted();
    await operation.rotate('--ds-withdrawn', String(tag));
    const { stdout } = await operation.run('status', 'example.com');
    expect(stdout).toContain(`the parent has no DS of KSK ${tag}`);
    expect(await statusOf(operation)).toMatchObject({
      health: 'warning',
      problems: [{ code: 'ds/missing' }],
    });
  });
});

test('while a rollover asks the parent, it alone tells of the DS', async () => {
  const operation = await Operation.enabled();
  await operation.rotate('--start', 'ksk', '--sign');
  await operation.pass(86400);
  const { problems } = await statusOf(operation);
  expect(problems.filter(({ code }) => code === 'ds/unknown' || code === 'ds/missing')).toEqual([]);
});

describe('a zone that is taken over without its signed version', () => {
  async function takenOver(age: number, policy = 'checkParent: false'): Promise<Operation> {
    const operation = new Operation({ policy });
    await operation.succeed('keygen', 'example.com');
    operation.now += age;
    await operation.rotate('--adopt');
    return operation;
  }

  test('is taken for one whose keys have done what their times say: what others do not know yet waits for a week', async () => {
    const operation = await takenOver(60 * DAY, 'checkParent: false, zskLifetime: 30d');
    const [ksk] = operation.keys('ksk');
    const [old] = operation.keys('zsk');
    await operation.rotate('--ds-published', String(ksk!.keyTag), '--sign');
    expect(operation.count('DNSKEY')).toBe(3);
    await operation.pass(7 * DAY);
    expect(operation.signers('SOA')).toEqual([old!.keyTag]);
    await operation.pass(DAY);
    expect(operation.signers('SOA')).not.toContain(old!.keyTag);
    await operation.expectValid([ksk!]);
  });

  test('is still to be signed, whatever its keys have done', async () => {
    const operation = await takenOver(60 * DAY);
    const { needsSigning, plan } = await operation.rotateJson('--plan', '--until', '60d');
    expect(needsSigning).toBe(true);
    expect(plan!.length).toBeGreaterThan(0);
    await operation.rotate('--sign');
    expect((await operation.rotateJson()).needsSigning).toBe(false);
  });

  test('keeps no serial of its own: that of the zone file counts', async () => {
    const operation = new Operation({ policy: 'checkParent: false, serial: increment' });
    await operation.succeed('keygen', 'example.com');
    rmSync('example.com.zone');
    await operation.rotate('--adopt');
    writeFileSync('example.com.zone', SMALL_ZONE.replace(/SOA(.*?) 1 /, 'SOA$1 3000000000 '));
    await operation.rotate('--sign');
    expect(operation.state().ledger.publications.at(-1)!.serial).toBe(3_000_000_001);
  });

  test('gives no DS out before it was ever signed, where its keys are new', async () => {
    const operation = await takenOver(HOUR);
    const { status, stdout, stderr } = await operation.run('ds', 'example.com');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/unsigned zone/);
    await operation.rotate('--sign');
    // 3 h until slow secondaries have it, 1 h TTL, 1 h margin: what the zone file says.
    operation.now += 5 * HOUR;
    expect(await operation.succeed('ds', 'example.com')).toMatch(DS);
  });

  test('takes no word of a version that nobody has seen', async () => {
    const operation = await takenOver(60 * DAY);
    const { status, stderr } = await operation.run('rotate', 'example.com', '--served', '1');
    expect([status, stderr]).toEqual([2, expect.stringContaining('no version with serial 1 was published')]);
  });
});

describe('a zone whose state is lost in the middle of a ZSK rollover', () => {
  function forgetTimes(base: string): void {
    for (const suffix of ['key', 'private']) {
      const file = `keys/${base}.${suffix}`;
      const lines = readFileSync(file, 'utf8').split('\n');
      writeFileSync(file, lines.filter((line) => !/(Created|Publish|Activate):/.test(line)).join('\n'));
    }
  }

  test.each([
    ['right after the new key is published', 0],
    ['while both are there and the new one signs', 1],
    ['before the old one leaves', 6],
  ])('%s goes on with the two keys that it has', async (_, days) => {
    const operation = await Operation.enabled('checkParent: false');
    const [old] = operation.keys('zsk');
    operation.now += 84 * DAY;
    await operation.rotate('--sign');
    await operation.pass(days * DAY);
    const fresh = operation.keys('zsk').find(({ base }) => base !== old!.base)!;
    rmSync('keys/example.com.state.json');

    await operation.rotate('--adopt');
    expect(operation.state().rollovers).toEqual([]);
    const [ksk] = operation.keys('ksk');
    await operation.rotate('--ds-published', String(ksk!.keyTag));
    const ages = new Map(operation.keys('zsk').map(({ base, activated }) => [base, activated]));
    expect(ages.get(old!.base)).toBe(old!.activated);
    expect(ages.get(fresh.base)).toBe(days === 0 ? undefined : fresh.activated);

    for (let day = 3; day <= 18; day += 3) {
      await operation.pass(3 * DAY, 3 * DAY);
      await operation.expectValid([ksk!]);
      const { use } = operation.state().keys.find(({ base }) => base === old!.base)!;
      if (day <= 6) expect(use.published).toBe(true);
    }
    expect(operation.keys('zsk').map(({ base }) => base)).toEqual([fresh.base]);
    expect(operation.signers('SOA')).toEqual([fresh.keyTag]);
  });

  test('takes what the key files do not say from the .state file of BIND', async () => {
    const operation = await Operation.enabled('checkParent: false');
    const [zsk] = operation.keys('zsk');
    forgetTimes(zsk!.base);
    writeFileSync(
      `keys/${zsk!.base}.state`,
      `Algorithm: 13\nKSK: no\nZSK: yes\nGenerated: 20261001000000 (x)\nActive: 20261002000000 (x)\nDNSKEYState: omnipresent\nZRRSIGState: omnipresent\n`,
    );
    rmSync('keys/example.com.state.json');
    await operation.rotate('--adopt');
    expect(operation.keys('zsk')[0]).toMatchObject({
      created: Date.UTC(2026, 9, 1) / 1000,
      activated: Date.UTC(2026, 9, 2) / 1000,
    });
  });
});
