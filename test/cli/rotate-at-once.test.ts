import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, Operation } from './operation.ts';

// `rotate --emergency TAG --at-once`: the operator agrees to break somebody, and nobody else.

function iso(time: number): string {
  return new Date(time * 1000).toISOString();
}

function minute(time: number): string {
  return `${iso(time).slice(0, 16).replace('T', ' ')} UTC`;
}

/** The codes of what is wrong, by `status`. */
async function problems(operation: Operation): Promise<string[]> {
  const { stdout } = await operation.run('status', 'example.com', '--json');
  const { problems } = JSON.parse(stdout) as { problems: { code: string }[] };
  return problems.map(({ code }) => code);
}

/** The last serial that `sign` wrote, and what its entry in the audit trail says. */
function lastSigning(operation: Operation): { readonly why: string; readonly forced?: boolean | undefined } {
  return operation.state().audit.findLast(({ outcome }) => outcome === 'written')!;
}

describe('the choice', () => {
  test('is for --emergency', async () => {
    const operation = await Operation.enabled();
    const { status, stderr } = await operation.run('rotate', 'example.com', '--at-once');
    expect(status).toBe(2);
    expect(stderr).toContain('--emergency TAG --at-once');
  });

  test('is told of, and not taken, unless somebody agrees', async () => {
    const operation = await Operation.enabled();
    const tag = String(operation.keys('zsk')[0]!.keyTag);
    const before = operation.files();
    const serial = operation.state().ledger.publications.at(-1)!.serial;
    // Slow secondaries, and one TTL.
    const until = minute(operation.now + 4 * HOUR);
    for (const more of [[], ['--dry-run']]) {
      const args = ['rotate', 'example.com', '--emergency', tag, '--at-once', ...more];
      const { status, stderr } = await operation.run(...args);
      expect(status).toBe(more.length === 0 ? 2 : 0);
      expect(stderr).toContain(
        `The zone is bogus for some from ${minute(operation.now)}, if it is signed now, until ${until}:`,
      );
      const breaking = stderr.split('\n').filter((line) => line.startsWith('  until '));
      expect(breaking).toEqual([
        `  until ${until}: a resolver may still hold the DNSKEY RRset of serial ${serial}, which lacks the new key`,
        `  until ${until}: a resolver may still hold records of serial ${serial}, which need key ${tag}`,
      ]);
      expect(stderr).toContain(`the last step is at ${iso(operation.now + 10 * HOUR).replace('.000', '')}`);
      expect(operation.files()).toEqual(before);
    }
  });

  test('is not there where other signers have the zone, too', async () => {
    const operation = await Operation.enabled();
    const made = await operation.succeed('keygen', 'example.com', '--role', 'zsk', '-K', 'others');
    appendFileSync('example.com.zone', readFileSync(`others/${made.trim()}.key`, 'utf8'));
    await operation.rotate('--sign');
    const tag = String(operation.keys('zsk')[0]!.keyTag);
    const { status, stderr } = await operation.run(
      'rotate',
      'example.com',
      '--emergency',
      tag,
      '--at-once',
      '--yes',
    );
    expect(status).toBe(3);
    expect(stderr).toContain('the zone has DNSKEYs of other signers');
    expect(operation.state().rollovers).toEqual([]);
  });
});

test('nothing is quicker than a rollover that takes every key away', async () => {
  const operation = await Operation.enabled('checkParent: false');
  const tag = String(operation.keys('ksk')[0]!.keyTag);
  await operation.rotate('--disable', '--sign');
  const before = operation.files();
  const { status, stderr } = await operation.run(
    ...['rotate', 'example.com', '--emergency', tag, '--at-once', '--yes'],
  );
  expect(status).toBe(3);
  expect(stderr).toContain('the disable DNSSEC takes');
  expect(operation.files()).toEqual(before);
});

describe('a ZSK', () => {
  test('is out of the next version, which sign writes since that was agreed to; the rest goes on as ever', async () => {
    const operation = await Operation.enabled();
    const old = operation.keys('zsk')[0]!;
    await operation.rotate('--emergency', String(old.keyTag), '--at-once', '--yes');
    const [rollover] = operation.state().rollovers;
    expect(rollover).toMatchObject({ name: 'zsk-swap', agreed: { until: operation.now + 4 * HOUR } });
    expect(await problems(operation)).not.toContain('chain/broken');

    const { status, stderr } = await operation.run('sign', 'example.com.zone');
    expect(status).toBe(0);
    expect(stderr).toContain('written as the operator has agreed (rotate --at-once)');
    const fresh = operation.keys('zsk').find(({ base }) => base !== old.base)!;
    expect(operation.signers('SOA')).toEqual([fresh.keyTag]);
    expect(operation.signed()).not.toContain(old.dnskey.split(' ')[3]);
    expect(lastSigning(operation)).toMatchObject({ forced: true });

    await operation.rotate();
    expect(operation.state().rollovers).toEqual([]);
    const agreed = operation
      .state()
      .audit.find(({ why }) => why.startsWith('the operator agreed (--at-once)'));
    expect(agreed).toMatchObject({ actor: 'operator', forced: true, keys: [old.base, fresh.base] });

    const end = operation.now + 4 * HOUR;
    operation.now = end - 60;
    expect(await problems(operation)).toEqual(['chain/broken']);
    operation.now = end;
    expect(await problems(operation)).toEqual([]);
    // What is edited meanwhile is signed by the proof's leave.
    appendFileSync('example.com.zone', 'later A 192.0.2.1\n');
    await operation.rotate('--sign');
    expect(lastSigning(operation)).toMatchObject({ why: 'proven safe for every cache', forced: undefined });
    await operation.rotate('--start', 'zsk', '--sign');
    await operation.pass(8 * DAY);
    expect(operation.state().rollovers).toEqual([]);
  });
});

test('where nobody has said yet that all servers have the next version, status asks for that word', async () => {
  const operation = await Operation.enabled('checkParent: false');
  operation.configure('checkParent: false, publishedWhen: served');
  const tag = String(operation.keys('zsk')[0]!.keyTag);
  await operation.rotate('--emergency', tag, '--at-once', '--yes', '--sign');
  const { serial } = operation.state().ledger.publications.at(-1)!;
  const { stdout } = await operation.run('status', 'example.com', '--json');
  const { problems: found } = JSON.parse(stdout) as { problems: { code: string; nextCommand: string }[] };
  expect(found).toMatchObject([
    { code: 'chain/broken', nextCommand: `zonewright rotate example.com --served ${serial}` },
  ]);
  operation.now += HOUR;
  await operation.rotate('--served', String(serial));
  operation.now += 4 * HOUR - 60;
  expect(await problems(operation)).toEqual(['chain/broken']);
  operation.now += 60;
  expect(await problems(operation)).toEqual([]);
});

describe.each([
  ['ksk', ''],
  ['csk', 'keys: csk'],
] as const)('a %s', (role, policy) => {
  test('is out of the zone, and its DS is to be replaced at once', async () => {
    const operation = await Operation.enabled(policy);
    const old = operation.keys(role)[0]!;
    writeFileSync('hook', '#!/bin/sh\necho "$ZONEWRIGHT_EVENT $ZONEWRIGHT_BROKEN_UNTIL" >> events\n', {
      mode: 0o755,
    });
    operation.append(`notify: [{type: command, argv: [${operation.directory}/hook]}]\n`);
    const start = operation.now;
    const { stderr } = await operation.run(
      ...['rotate', 'example.com', '--emergency', String(old.keyTag), '--at-once', '--yes', '--sign'],
    );
    expect(stderr).toContain(
      `until ${minute(start + DAY + HOUR)}: a resolver may still hold the DS RRset of`,
    );
    expect(stderr).toContain('must stand at the parent in the place of the old at once');
    const fresh = operation.keys(role).find(({ base }) => base !== old.base)!;
    expect(operation.signers('DNSKEY')).toEqual([fresh.keyTag]);
    expect(readFileSync('events', 'utf8')).toBe(
      `dnssec.rotation_start ${iso(start + DAY + HOUR).replace('.000', '')}\n`,
    );

    // The new one alone is what the parent has to serve, and that is urgent.
    expect((await operation.succeed('ds', 'example.com')).split(' ')[3]).toBe(String(fresh.keyTag));
    expect(await operation.succeed('ds', 'example.com', '--remove')).toContain(` DS ${old.keyTag} `);
    expect(await problems(operation)).toEqual(expect.arrayContaining(['chain/broken', 'ds/overdue']));

    operation.now += HOUR;
    await operation.rotate('--ds-published', String(fresh.keyTag));
    await operation.rotate('--ds-withdrawn', String(old.keyTag), '--sign');
    expect(operation.state().rollovers).toEqual([]);
    operation.now += DAY + HOUR - 60;
    expect(await problems(operation)).toEqual(['chain/broken']);
    operation.now += 60;
    expect(await problems(operation)).toEqual([]);
    expect(operation.state().keys.find(({ base }) => base === old.base)?.removed).toBe(start + HOUR);
    await operation.pass(8 * DAY);
    expect(await problems(operation)).toEqual([]);
  });
});
