import { expect, test } from '@jest/globals';
import { DAY, HOUR, Operation } from './operation.ts';

async function say(operation: Operation, option: string, tag: number): Promise<string> {
  const { status, stderr } = await operation.run('rotate', 'example.com', option, String(tag));
  expect(status).toBe(0);
  return stderr;
}

test('a DS that was changed too early is believed, and it is said who may break until when', async () => {
  const operation = await Operation.enabled();
  const [old] = operation.keys('ksk');
  await operation.rotate('--start', 'ksk', '--sign');
  const fresh = operation.keys('ksk').find(({ base }) => base !== old!.base)!;
  const stderr = await say(operation, '--ds-published', fresh.keyTag);
  expect(stderr).toMatch(
    /so changed, the DS may break the zone until 2026-\S+ \S+ UTC for some: a resolver may still hold/,
  );
  expect(stderr).toContain(`key ${fresh.keyTag}`);
  const sets = operation.state().ledger.parent.filter(({ replaced }) => replaced === undefined);
  expect(sets.every(({ ds }) => ds.some(({ key }) => key === fresh.dnskey))).toBe(true);
});

test('a DS that was changed too early is told of in every run, and by status, until the last cache is well', async () => {
  const operation = await Operation.enabled('checkParent: false');
  await operation.rotate('--start', 'ksk', '--sign');
  const fresh = operation.state().keys.at(-1)!;
  await say(operation, '--ds-published', fresh.keyTag);
  const health = async (): Promise<unknown> => {
    const { stdout } = await operation.run('status', 'example.com', '--json');
    const { health: word, problems } = JSON.parse(stdout) as { health: string; problems: { code: string }[] };
    return [word, problems.map(({ code }) => code)];
  };
  operation.now += HOUR;
  const { status, stderr } = await operation.run('rotate', 'example.com', '--sign');
  expect(status).toBe(0);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(
    new RegExp(
      `warning: example\\.com\\. the zone is bogus for some until 2026-\\S+ \\S+ UTC: a resolver may still hold the DS RRset of .* and the DNSKEY RRset of serial \\d+, which lacks key ${fresh.keyTag} hint: it passes by itself; until then, change no DS unasked`,
    ),
  );
  expect(await health()).toEqual(['critical', ['chain/broken']]);
  expect((await operation.run('status', 'example.com')).stdout.replace(/\s+/g, ' ')).toContain(
    'nothing to do: it passes by itself; until then, change no DS unasked',
  );
  operation.now += 3 * HOUR;
  expect((await operation.run('rotate', 'example.com', '--sign')).stderr).not.toContain('bogus');
  expect(await health()).toEqual(['ok', []]);
});

test('a DS that was withdrawn too early is believed, and it is said what caches hold until when', async () => {
  const operation = await Operation.enabled();
  const [old] = operation.keys('ksk');
  await operation.rotate('--start', 'ksk', '--sign');
  const fresh = operation.keys('ksk').find(({ base }) => base !== old!.base)!;
  await say(operation, '--ds-published', fresh.keyTag);
  const stderr = await say(operation, '--ds-withdrawn', old!.keyTag);
  expect(stderr).toMatch(
    /so changed, the DS may break the zone until 2026-\S+ \S+ UTC for some: a resolver may still hold the DNSKEY RRset of serial \d+/,
  );
  expect(stderr).toContain(`key ${fresh.keyTag}`);
  expect(stderr).toContain('it is believed; what is safe at the parent now: zonewright ds example.com');
  const sets = operation.state().ledger.parent.filter(({ replaced }) => replaced === undefined);
  expect(sets.map(({ ds }) => ds.map(({ key }) => key))).toEqual([[fresh.dnskey]]);
});

test('of a change that was asked for nothing is said', async () => {
  const operation = await Operation.enabled();
  const [old] = operation.keys('ksk');
  await operation.rotate('--start', 'ksk', '--sign');
  await operation.pass(DAY);
  const fresh = operation.keys('ksk').find(({ base }) => base !== old!.base)!;
  expect(await say(operation, '--ds-published', fresh.keyTag)).not.toContain('may break');
  expect(await say(operation, '--ds-withdrawn', old!.keyTag)).not.toContain('may break');
});

test('a DS that is said to be gone counts as cached for as long as the policy says by then', async () => {
  const operation = await Operation.enabled('checkParent: false');
  const [ksk] = operation.keys('ksk');
  await operation.rotate('--disable', '--sign');
  operation.configure('checkParent: false, parentDsTtl: 2d');
  await say(operation, '--ds-withdrawn', ksk!.keyTag);
  const { waits } = await operation.rotateJson();
  // The DS, its propagation and the margin, and the TTL of the DNSKEY RRset that was validated by it.
  const until = new Date((operation.now + 2 * DAY + 3 * HOUR) * 1000).toISOString().replace('.000', '');
  expect(waits).toMatchObject([{ until }]);
});
