import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { AuditEntry } from '../../src/rollover/state.ts';
import { DAY, HOUR, Operation, SIGNED, STATE } from './operation.ts';

const QUIET = 'kskLifetime: unlimited, zskLifetime: unlimited';

const enabled = (): Promise<Operation> => Operation.enabled(QUIET);

/** The entries since a time whose words match. */
function audit(operation: Operation, words: RegExp): AuditEntry[] {
  return operation.state().audit.filter(({ what }) => words.test(what));
}

describe('the audit trail', () => {
  test('tells who decided each step of a ZSK rollover, why then, about which keys and with which serial', async () => {
    const operation = await enabled();
    const [old] = operation.keys('zsk');
    const begin = (operation.now += HOUR);
    await operation.rotate('--start', 'zsk', '--sign');
    const [, fresh] = operation.keys('zsk');
    await operation.pass(8 * DAY, 6 * HOUR);
    const words = /^ZSK rollover \(pre-publication\)/;
    const [began, decided, published, , , removed] = audit(operation, words);
    expect(began).toEqual({
      time: begin,
      actor: 'operator',
      what: expect.stringContaining('began; new: ZSK'),
      why: 'the operator said so',
      outcome: 'decided',
      keys: [old!.base, fresh!.base],
    });
    expect(decided).toMatchObject({
      actor: 'zonewright',
      outcome: 'decided',
      why: 'no cache holds what speaks against it (RFC 6781 section 4.1.1.1, RFC 7583 section 3.2.1)',
      keys: [fresh!.base],
    });
    expect(published).toMatchObject({
      outcome: 'done',
      why: expect.stringMatching(/^serial \d+ has replaced its predecessors since 2026-/),
    });
    // Propagation 3 h, TTL 1 h, margin 1 h; before them the DNSKEY RRset without the new key was in caches.
    const swap = audit(operation, /will sign with the new key/)[0]!;
    expect(swap.why).toMatch(
      /^proven safe since 2026-\S+: Ipub = Dprp 3h \+ TTLkey 1h \+ publishSafety 1h \(RFC 6781 section 4\.1\.1\.1, RFC 7583 section 3\.2\.1\); until then a resolver may still hold the DS RRset of 2026-\S+ \S+ UTC and the DNSKEY RRset of serial \d+, which lacks key \d+$/,
    );
    expect(removed?.why).toMatch(/^the rotation period of 7d is over; /);
    expect(audit(operation, /finished/).at(-1)).toMatchObject({
      outcome: 'finished',
      keys: [old!.base, fresh!.base],
      why: 'all steps are done',
    });
  });

  test('has every publication with serial and keys, and what the operator said', async () => {
    const operation = await enabled();
    expect(audit(operation, /the parent serves the DS/)).toMatchObject([
      {
        actor: 'operator',
        why: 'the operator said so (--ds-published)',
        keys: [operation.keys('ksk')[0]!.base],
      },
    ]);
    const written = operation.state().audit.filter(({ outcome }) => outcome === 'written');
    expect(written.map(({ serial }) => serial)).toContain(
      operation.state().ledger.publications.at(-1)!.serial,
    );
    expect(written[0]).toMatchObject({
      actor: 'zonewright',
      what: `sign: wrote serial ${written[0]!.serial} to ${SIGNED}`,
      why: 'proven safe for every cache',
      keys: operation.state().keys.map(({ base }) => base),
    });
  });
});

describe('the last error', () => {
  test('of sign is in the state until sign succeeds; rotate does not clear it', async () => {
    const operation = await enabled();
    const good = readFileSync('example.com.zone', 'utf8');
    writeFileSync('example.com.zone', `${good}bad A 192.0.2.256\n`);
    operation.now += DAY;
    expect((await operation.run('rotate', '--all', '--sign')).status).toBe(3);
    const error = {
      time: operation.now,
      command: 'sign',
      code: expect.stringMatching(/./),
      message: expect.stringMatching(
        new RegExp(`^\\S*example\\.com\\.zone:${good.split('\n').length}:\\d+: `),
      ),
    };
    expect(operation.state().lastError).toEqual(error);
    operation.now += DAY;
    await operation.rotate();
    expect(operation.state().lastError).toEqual(error);
    expect((await operation.run('sign', 'example.com.zone')).status).toBe(3);
    // Told once in the audit trail, however often it happens.
    expect(operation.state().lastError).toMatchObject({ time: operation.now });
    expect(operation.state().audit.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
    writeFileSync('example.com.zone', good);
    await operation.sign();
    expect(operation.state().lastError).toBeUndefined();
  });

  test('of rotate is in the state until rotate succeeds', async () => {
    const operation = await enabled();
    const [ksk] = operation.keys('ksk');
    const file = `keys/${ksk!.base}.key`;
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, 'damaged\n');
    expect((await operation.run('rotate', 'example.com')).status).toBe(3);
    expect(operation.state().lastError).toMatchObject({ command: 'rotate', time: operation.now });
    writeFileSync(file, good);
    const { changed } = await operation.rotateJson();
    expect([changed, operation.state().lastError]).toEqual([false, undefined]);
  });

  test('is none after a mistake on the command line, a check, or a dry run', async () => {
    const operation = await enabled();
    await operation.run('rotate', 'example.com', '--ds-published', '1');
    await operation.run('sign', 'example.com.zone', '--check', '--key', 'Knothing.+013+00001');
    await operation.run('rotate', 'example.com', '--abort', '--dry-run');
    expect(operation.state().lastError).toBeUndefined();
  });

  test('of a run under --now does not touch a real state', async () => {
    const operation = await enabled();
    const before = readFileSync(STATE, 'utf8');
    writeFileSync('example.com.zone', 'nonsense');
    expect((await operation.run('sign', '--all', '--now', '+1d')).status).toBe(3);
    expect(readFileSync(STATE, 'utf8')).toBe(before);
  });

  test('that cannot be written hides nothing', async () => {
    const operation = await enabled();
    writeFileSync('example.com.zone', 'nonsense');
    renameSync(STATE, 'kept');
    writeFileSync(STATE, 'damaged');
    const { status, stderr } = await operation.run('sign', '--all');
    expect([status, stderr.split('\n')[0]]).toEqual([3, expect.stringContaining('example.com.zone:1:')]);
    expect(readFileSync(STATE, 'utf8')).toBe('damaged');
  });
});

describe('a clock that went back', () => {
  test('is no news by as little as a run may have waited for another', async () => {
    const operation = await enabled();
    await operation.rotate('--start', 'zsk', '--sign');
    operation.now -= 5;
    const { status, stderr } = await operation.run('sign', 'example.com.zone', '--full');
    expect(status).toBe(0);
    expect(stderr).not.toContain('clock');
  });

  test('stops removals, takes no reports and no unknown files; signing goes on, and its signatures are good by both clocks', async () => {
    const operation = await enabled();
    await operation.rotate('--start', 'zsk', '--sign');
    await operation.pass(2 * DAY, 6 * HOUR);
    const right = operation.now;
    operation.now -= 40 * DAY;
    writeFileSync('example.com.zone', `${readFileSync('example.com.zone', 'utf8')}new A 192.0.2.9\n`);
    const { status, stderr } = await operation.run('rotate', 'example.com', '--sign');
    expect([status, stderr]).toEqual([0, expect.stringContaining('signatures end by the later of both')]);
    expect(operation.keys('zsk')).toHaveLength(2);
    const nightly = await operation.run('rotate', 'example.com', '--quiet');
    expect(nightly.stdout).toMatch(/^example\.com\. ZSK .*the clock went back\n$/);
    await operation.expectValid(operation.keys('ksk'));
    const wrong = operation.now;
    operation.now = right + 20 * DAY;
    await operation.expectValid(operation.keys('ksk'));
    operation.now = wrong;

    const [ksk] = operation.keys('ksk');
    const report = await operation.run('rotate', 'example.com', '--ds-withdrawn', String(ksk!.keyTag));
    expect([report.status, report.stderr]).toEqual([
      4,
      expect.stringContaining('by such a clock no report is taken'),
    ]);
    const { serial } = operation.state().ledger.publications.at(-1)!;
    expect((await operation.run('rotate', 'example.com', '--served', String(serial))).status).toBe(4);

    const before = operation.state().ledger;
    writeFileSync(SIGNED, `${operation.signed()}foreign.example.com. 3600 IN A 192.0.2.7\n`);
    await operation.rotate();
    expect(operation.state().ledger).toEqual(before);

    // Put right, it goes on where it was.
    operation.now = right + DAY;
    await operation.pass(10 * DAY);
    expect(operation.keys('zsk')).toHaveLength(1);
    expect(operation.state().rollovers).toEqual([]);
    await operation.expectValid(operation.keys('ksk'));
  });
});

describe('what is decided and proven no more', () => {
  test('is postponed: the zone is signed with the keys that it has, and a later run goes on', async () => {
    const operation = await enabled();
    await operation.rotate('--start', 'zsk', '--sign');
    operation.now += 6 * HOUR;
    await operation.rotate();
    const [old, fresh] = operation.keys('zsk');
    expect([old!.use.signsZone, fresh!.use.signsZone]).toEqual([false, true]);
    // Six hours later by the clock of rotate, two by that of sign.
    operation.now -= 4 * HOUR;
    writeFileSync('example.com.zone', `${readFileSync('example.com.zone', 'utf8')}new A 192.0.2.9\n`);
    const { status, stderr } = await operation.run('sign', 'example.com.zone');
    expect([status, stderr]).toEqual([0, expect.stringContaining('is not safe any more')]);
    expect(stderr).toMatch(/a resolver may still hold .* the DNSKEY RRset of serial \d+, .*, until 2026-/);
    expect(operation.signed()).toContain('new.example.com.');
    expect(operation.signers('SOA')).toEqual([old!.keyTag]);
    operation.now += 5 * HOUR;
    await operation.sign();
    expect(operation.signers('SOA')).toEqual([fresh!.keyTag]);
    await operation.expectValid(operation.keys('ksk'));
  });
});

describe('signatures that run out in caches', () => {
  const LONG = `$ORIGIN example.com.\n$TTL 2w\n@ SOA ns1 hostmaster 1 7200 3600 1209600 300\n NS ns1\nns1 A 192.0.2.1\n`;

  test('are refused at the first signing, and only told where the zone was so before', async () => {
    const operation = new Operation({ zone: LONG });
    const { status, stderr } = await operation.run('rotate', 'example.com', '--sign');
    expect([status, stderr]).toEqual([
      3,
      expect.stringContaining('caches hold them for 14d3h more: a propagation of 3h and a TTL of 14d'),
    ]);
    expect(existsSync(SIGNED)).toBe(false);
    expect((await operation.run('sign', 'example.com.zone', '--force')).status).toBe(0);
    operation.now += DAY;
    writeFileSync('example.com.zone', `${LONG}www A 192.0.2.2\n`);
    const again = await operation.run('sign', 'example.com.zone');
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('make signatures.refresh')]);
  });

  test('do not come from one record with a long TTL: it is told, and the zone goes on', async () => {
    const operation = await enabled();
    operation.now += DAY;
    writeFileSync('example.com.zone', `${readFileSync('example.com.zone', 'utf8')}long 2w A 192.0.2.9\n`);
    const { status, stderr } = await operation.run('sign', 'example.com.zone');
    expect([status, stderr]).toEqual([0, expect.stringContaining('a TTL of 14d')]);
    expect((await operation.run('sign', 'example.com.zone', '--full', '--validity', '1h')).status).toBe(3);
  });
});

test('a zone that others have signed is not replaced by one with new keys while nobody knows what the parent serves', async () => {
  const operation = await enabled();
  rmSync('keys', { recursive: true });
  const before = operation.signed();
  const { waits } = await operation.rotateJson();
  expect(waits).toMatchObject([
    { rollover: 'enable DNSSEC', what: expect.stringMatching(/^cannot publish the signed zone yet/) },
  ]);
  operation.now += DAY;
  const { status, stderr } = await operation.run('rotate', 'example.com', '--sign');
  expect([status, stderr]).toEqual([3, expect.stringContaining('this zone would go bogus')]);
  expect(operation.signed()).toBe(before);
});
