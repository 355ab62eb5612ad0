import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, Operation, SIGNED } from '../cli/operation.ts';
import { describeWithPeers, peer, runPeer } from '../support/peers.ts';
import { runCli } from '../support/workspace.ts';

/** Six months: long enough for any rollover of the default policy. */
const PATIENCE = 180 * DAY;

/** Runs the cron line every six hours until no rollover is in progress; the operator does what he is asked for the day after. */
async function finish(operation: Operation, check: () => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  const end = operation.now + PATIENCE;
  let asked = 0;
  while (operation.state().rollovers.length > 0) {
    if (operation.now > end) throw new Error('the rollover does not end');
    operation.now += 6 * HOUR;
    const { waits, done } = await operation.rotateJson('--sign');
    seen.push(...done.map(({ what }) => what));
    await check();
    const command = waits.find(({ actor }) => actor === 'operator')?.nextCommand;
    if (command !== undefined && command !== null && ++asked % 4 === 0) {
      await operation.succeed(...command.split(' ').slice(1));
      await check();
    }
  }
  return seen;
}

/** BIND knows no time but the real one: whole rollovers take place before it, and within the validity of what they sign. */
const START = Math.floor(Date.now() / 1000) - 27 * DAY;

/** What was found valid last: the same zone with the same DS needs no second look while none of its signatures expires. */
const checked = new WeakMap<Operation, string>();

/** Whether the zone is valid by the DS set that the parent serves, as the operator said; for BIND, too, where its time allows. */
async function checkByParent(operation: Operation): Promise<void> {
  const { ledger, keys } = operation.state();
  expect(ledger.publications.at(-1)?.firstExpiration).toBeGreaterThan(operation.now);
  const situation = JSON.stringify([operation.signed(), ledger.parent]);
  if (checked.get(operation) === situation) return;
  checked.set(operation, situation);
  await checkByBind(operation);
  const served = ledger.parent.filter(({ replaced, confirmed }) => replaced === undefined && confirmed);
  for (const { ds } of served) {
    const anchored = keys.filter(({ dnskey }) => ds.some(({ key }) => key === dnskey));
    if (anchored.length > 0) await operation.expectValid(anchored);
  }
}

async function checkByBind(operation: Operation): Promise<void> {
  const isOfRealTime = operation.now >= START && operation.now <= Date.now() / 1000;
  if (peer('dnssec-verify') === undefined || !isOfRealTime) return;
  const hasCsk = operation.keys('csk').length > 0;
  const args = [...(hasCsk ? ['-z'] : []), '-o', 'example.com', SIGNED];
  const { status, stderr } = await runPeer('dnssec-verify', args, { cwd: operation.directory });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  verifiedByBind++;
}

let verifiedByBind = 0;

interface Kind {
  readonly name: string;
  readonly policy: string;
  readonly change?: string;
  readonly request: readonly string[];
  /** Signatures over the SOA record and DNSKEYs at the end. */
  readonly end: { readonly soa: number; readonly dnskeys: number };
}

const QUIET = 'kskLifetime: unlimited, zskLifetime: unlimited';

const KINDS: readonly Kind[] = [
  { name: 'zsk', policy: QUIET, request: ['--start', 'zsk'], end: { soa: 1, dnskeys: 2 } },
  { name: 'ksk, double-KSK', policy: QUIET, request: ['--start', 'ksk'], end: { soa: 1, dnskeys: 2 } },
  {
    name: 'ksk, double-DS',
    policy: `${QUIET}, kskRollover: double-ds`,
    request: ['--start', 'ksk'],
    end: { soa: 1, dnskeys: 2 },
  },
  { name: 'ksk and zsk', policy: QUIET, request: ['--start', 'all'], end: { soa: 1, dnskeys: 2 } },
  {
    name: 'csk',
    policy: `${QUIET}, keys: csk`,
    request: ['--start', 'csk'],
    end: { soa: 1, dnskeys: 1 },
  },
  {
    name: 'algorithm',
    policy: QUIET,
    change: `${QUIET}, algorithm: ED25519`,
    request: [],
    end: { soa: 1, dnskeys: 2 },
  },
  {
    name: 'split to csk',
    policy: QUIET,
    change: `${QUIET}, keys: csk`,
    request: [],
    end: { soa: 1, dnskeys: 1 },
  },
  {
    name: 'csk to split',
    policy: `${QUIET}, keys: csk`,
    change: `${QUIET}, keys: split`,
    request: [],
    end: { soa: 1, dnskeys: 2 },
  },
  { name: 'disable', policy: QUIET, request: ['--disable'], end: { soa: 0, dnskeys: 0 } },
];

describe('a whole rollover verifies at every step by what the parent serves', () => {
  test.each(KINDS)(
    '$name',
    async ({ policy, change, request, end }) => {
      const operation = await Operation.enabled(policy, START);
      verifiedByBind = 0;
      const before = operation.state().keys.map(({ base }) => base);
      if (change !== undefined) operation.configure(change);
      await operation.rotate('--sign', ...request);
      await checkByParent(operation);
      const check = async (): Promise<void> => {
        if (operation.count('DNSKEY') > 0) await checkByParent(operation);
      };
      await finish(operation, check);
      expect(operation.now).toBeLessThanOrEqual(Date.now() / 1000);
      if (peer('dnssec-verify') !== undefined) expect(verifiedByBind).toBeGreaterThanOrEqual(2);
      expect([operation.signers('SOA').length, operation.count('DNSKEY')]).toEqual([end.soa, end.dnskeys]);
      const left = operation
        .state()
        .keys.filter(({ use }) => use.published || use.signsZone || use.signsKeys);
      // What the rollover replaces is gone.
      const replaced = request.includes('zsk') || request.includes('ksk') ? 1 : before.length;
      expect(left.filter(({ base }) => before.includes(base))).toHaveLength(before.length - replaced);
    },
    300_000,
  );
});

describe('the story of the seeds, with the default policy and a nightly run', () => {
  test('keys live 90 days; for seven days both are in the zone; the new DS is announced as soon as it is safe', async () => {
    const operation = await Operation.enabled();
    const [old] = operation.keys('ksk');
    const begin = old!.activated! + 83 * DAY;
    await operation.pass(begin - operation.now - DAY);
    expect(operation.keys('ksk')).toHaveLength(1);
    await operation.pass(2 * DAY, 6 * HOUR);
    const { started, new: fresh } = operation.state().rollovers.find(({ name }) => name.startsWith('ksk'))!;
    expect(started).toBeGreaterThanOrEqual(begin);
    expect(started).toBeLessThan(begin + 6 * HOUR);
    // 5 h after it was published, so at the first run after that.
    const announced = operation.state().rollovers.find(({ name }) => name.startsWith('ksk'))!.decided!;
    expect(announced - started).toBe(6 * HOUR);
    await operation.addDs();
    await operation.withdrawDs();
    // The parent has moved, and the old key still stays until the period is over.
    await operation.pass(started + 7 * DAY - operation.now - HOUR);
    expect(operation.keys('ksk')).toHaveLength(2);
    expect(operation.signers('DNSKEY')).toHaveLength(2);
    await checkByParent(operation);
    await operation.pass(2 * HOUR);
    expect(operation.keys('ksk').map(({ base }) => base)).toEqual(fresh);
    expect(operation.signers('DNSKEY')).toHaveLength(1);
    await checkByParent(operation);
  }, 300_000);

  test('a DS that never comes: the zone is valid a year later, and the old key is still there', async () => {
    const operation = await Operation.enabled();
    const [old] = operation.keys('ksk');
    for (const end = operation.now + 365 * DAY; operation.now < end;) {
      await operation.pass(28 * DAY);
      await operation.expectValid([old!]);
    }
    // The ZSK goes its way meanwhile; the KSK rollover waits for the operator.
    expect(operation.state().keys.filter(({ role }) => role === 'zsk').length).toBeGreaterThan(3);
    const { waits } = await operation.rotateJson();
    expect(waits).toContainEqual(expect.objectContaining({ actor: 'operator', until: null }));
    await operation.addDs();
    await operation.withdrawDs();
    await operation.pass(2 * DAY);
    expect(operation.keys('ksk').map(({ base }) => base)).not.toContain(old!.base);
    await checkByParent(operation);
  }, 300_000);
});

describeWithPeers(['dnssec-verify', 'dnssec-signzone'], 'BIND', () => {
  test('verifies what rotate --sign writes, and by the times of the files would sign with the same keys', async () => {
    const operation = new Operation();
    operation.now = Math.floor(Date.now() / 1000) - 3 * DAY;
    await operation.enable();
    operation.now = Math.floor(Date.now() / 1000) - 20 * HOUR;
    await operation.rotate('--start', 'all', '--sign');
    operation.now += 12 * HOUR;
    await operation.rotate('--sign');
    expect(operation.count('DNSKEY')).toBe(4);
    const verified = await runPeer('dnssec-verify', ['-o', 'example.com', SIGNED]);
    expect(verified).toMatchObject({ status: 0 });

    const args = ['-S', '-x', '-K', 'keys', '-o', 'example.com', '-f', 'by-bind', 'example.com.zone'];
    expect(await runPeer('dnssec-signzone', args)).toMatchObject({ status: 0 });
    const ours = [operation.count('DNSKEY'), operation.signers('DNSKEY'), operation.signers('SOA')];
    const theirs = new Operation();
    theirs.now = operation.now;
    process.chdir(operation.directory);
    const text = await runPeer('named-compilezone', ['-o', 'by-bind.text', 'example.com', 'by-bind']);
    expect(text).toMatchObject({ status: 0 });
    const { readFileSync } = await import('node:fs');
    writeFileSync(
      SIGNED,
      readFileSync('by-bind.text', 'utf8')
        .replaceAll(/[ \t]+/g, '\t')
        .replaceAll(
          /RRSIG\t(\w+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t/g,
          'RRSIG\t$1 $2 $3 $4 $5 $6 $7 ',
        ),
    );
    expect([operation.count('DNSKEY'), operation.signers('DNSKEY'), operation.signers('SOA')]).toEqual(ours);
  });
});

test('the program itself goes through a ZSK rollover under --now', async () => {
  const operation = new Operation();
  const at = async (time: string, ...args: readonly string[]): Promise<string> => {
    const result = await runCli([...args, '--now', time], { cwd: operation.directory });
    expect(result).toMatchObject({ status: 0 });
    return result.stdout;
  };
  await at('20261122120000', 'rotate', 'example.com', '--sign');
  await at('20261122180000', 'rotate', 'example.com', '--sign');
  const tag = operation.keys('ksk')[0]!.keyTag;
  await at('20261123', 'rotate', 'example.com', '--ds-published', String(tag));
  await at('20261124', 'rotate', 'example.com', '--start', 'zsk', '--sign');
  await at('20261125', 'rotate', 'example.com', '--sign');
  expect(await at('20261202', 'rotate', 'example.com', '--sign')).toContain('will remove the old DNSKEY');
  expect(operation.count('DNSKEY')).toBe(2);
  const verified = await runCli(['verify', SIGNED, '--now', '20261202'], { cwd: operation.directory });
  expect(verified).toMatchObject({ status: 0 });
});
