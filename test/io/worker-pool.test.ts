import { afterAll, describe, expect, test } from '@jest/globals';
import type { Task, WorkPool } from '../../src/dnssec/work-pool.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { workerPool } from '../../src/io/worker-pool.ts';
import { signWorld } from '../support/sign-world.ts';
import { NOW } from '../support/sign-text.ts';
import { verify } from '../../src/commands/verify.ts';

/** More RRsets than one thread does alone. */
const HOSTS = 1200;
const ZONE = [
  '$ORIGIN example.',
  '$TTL 3600',
  '@ IN SOA ns hostmaster 1 7200 3600 1209600 300',
  '@ IN NS ns',
  ...Array.from({ length: HOSTS }, (_, i) => `host${i} IN A 192.0.2.${i % 256}`),
  'ns IN A 192.0.2.1',
].join('\n');

const pools = [1, 2, 3].map((threads) => ({ threads, pool: workerPool(nodeCrypto, threads) }));
afterAll(() => Promise.all(pools.map(({ pool }) => pool.close())));

/** A pool that notes which tasks it was given. */
function watched(pool: WorkPool): { pool: WorkPool; tasks: Task['kind'][] } {
  const tasks: Task['kind'][] = [];
  return {
    tasks,
    pool: {
      expect: (rows) => pool.expect(rows),
      run: (task, ...rest) => {
        tasks.push(task.kind);
        return pool.run(task, ...rest);
      },
    },
  };
}

describe('a zone signed with Ed25519', () => {
  test('is the same to the octet with any number of threads', async () => {
    const texts: string[] = [];
    for (const { pool } of pools) {
      const world = await signWorld(ZONE);
      const { pool: watching, tasks } = watched(pool);
      world.replaced = { pool: watching };
      const { signaturesMade } = await world.sign();
      expect(signaturesMade).toBeGreaterThan(2 * HOSTS);
      expect(tasks).toContain('sign');
      texts.push(world.read('zone.signed'));
    }
    expect(new Set(texts).size).toBe(1);
  });

  test('verifies with any number of threads, and a damage is found by each', async () => {
    const world = await signWorld(ZONE);
    await world.sign();
    const damaged = world.write(
      'damaged',
      world.read('zone.signed').replace('A\t192.0.2.77\n', 'A\t192.0.2.78\n'),
    );
    for (const { pool } of pools) {
      world.replaced = { pool };
      const good = await verify({ zoneFile: world.path('zone.signed'), at: NOW }, world.environment());
      expect(good.ok).toBe(true);
      expect(good.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
      expect(good.signaturesVerified).toBeGreaterThan(2 * HOSTS);
      const bad = await verify({ zoneFile: damaged, at: NOW }, world.environment());
      expect(bad.ok).toBe(false);
    }
  });

  test('tells of progress, up to the end', async () => {
    const world = await signWorld(ZONE);
    const seen: number[] = [];
    let total = 0;
    world.replaced = {
      pool: pools[1]!.pool,
      progress: (progress) => {
        seen.push(progress.done);
        total = progress.total ?? 0;
      },
    };
    await world.sign();
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeLessThanOrEqual(total);
    expect(total).toBeGreaterThan(2 * HOSTS);
  });
});

test('a re-signing keeps every octet of what did not change', async () => {
  const world = await signWorld(ZONE);
  await world.sign();
  const before = world.lines();
  world.write('zone', ZONE.replace('host7 IN A 192.0.2.7', 'host7 IN A 203.0.113.7'));
  const { signaturesMade } = await world.sign();
  const after = world.lines();
  // The A RRset and the SOA, each with its signature.
  expect(signaturesMade).toBe(2);
  expect(after.filter((line) => !before.includes(line))).toHaveLength(4);
});
