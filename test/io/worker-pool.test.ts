import { afterAll, describe, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { allocateBytes } from '../../src/dns/byte-buffer.ts';
import { nameFromText } from '../../src/dns/name.ts';
import type { Crypto } from '../../src/dnssec/crypto.ts';
import { recordColumns, SigningJobs } from '../../src/dnssec/signing-jobs.ts';
import { runTask, singleThreadPool, type Task, type WorkPool } from '../../src/dnssec/work-pool.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { workerPool } from '../../src/io/worker-pool.ts';
import { Type } from '../../src/rr/registry.ts';
import { parseByStretches, type StretchReaders } from '../../src/zone/parse-stretches.ts';
import { parseZone } from '../../src/zone/parse-zone.ts';
import { RecordStore } from '../../src/zone/record-store.ts';
import { signWorld, SignWorld } from '../support/sign-world.ts';
import { newKey, type TestKey } from '../support/test-keys.ts';
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
      begin: (task, first) => {
        tasks.push(task.kind);
        return pool.begin(task, first);
      },
    },
  };
}

test('a zone is the same however many threads read it', async () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `host${(i * 7) % 9000} 300 IN A 192.0.2.${i % 256}`);
  const bytes = allocateBytes(text.join('\n').length);
  bytes.set(Buffer.from(text.join('\n')));
  const source = { file: 'zone', bytes };
  const options = { origin: nameFromText('example.') };
  const columnsOf = ({ owners, types, ttls, lines, rdata, rdataOffsets, names, count }: RecordStore) => ({
    columns: [owners, types, ttls, lines, rdataOffsets].map((column) => Buffer.from(column.slice(0, count))),
    octets: [rdata.view(), names.wire.view()].map((octets) => Buffer.from(octets)),
  });
  const expected = columnsOf(parseZone(source, options).store);
  for (const { pool, threads } of pools) {
    const taken: number[] = [];
    const read: StretchReaders['read'] = (stretches) => {
      const reading = pool.readers.read(stretches);
      // The calling thread does not go on before another has begun.
      for (let wait = 0; stretches.taken[1] === 0 && wait < 2000; wait++)
        Atomics.wait(stretches.taken, 1, 0, 10);
      return reading.finally(() => taken.push(stretches.taken[1]!));
    };
    const { store } = await parseByStretches(source, options, { count: threads - 1, read }, 1);
    expect(columnsOf(store)).toEqual(expected);
    expect(taken.map((count) => count > 0)).toEqual(threads > 1 ? [true] : []);
  }
});

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

describe('a zone with thousands of P-256 signatures', () => {
  const hosts = (addresses: (i: number) => string): string =>
    [
      ...ZONE.split('\n').filter((line) => !line.startsWith('host')),
      ...Array.from({ length: 2200 }, (_, i) => `host${i} IN A ${addresses(i)}`),
    ].join('\n');
  const GOOD = hosts((i) => `192.0.2.${i % 256}`);

  async function p256World(): Promise<SignWorld & { readonly zsk: TestKey }> {
    const world = new SignWorld();
    world.write('zone', GOOD);
    await world.addKey(await newKey(13, 'ksk'));
    const zsk = await newKey(13, 'zsk');
    await world.addKey(zsk);
    return Object.assign(world, { zsk });
  }

  /** OpenSSL's own judgement of every single signature. */
  const withoutBatches: Crypto = {
    ...nodeCrypto,
    importPublicKey(algorithm, publicKey) {
      const verifier = nodeCrypto.importPublicKey(algorithm, publicKey);
      return verifier && { verify: (data, signature) => verifier.verify(data, signature) };
    },
  };

  test.each([
    ...pools.map((each) => ({ ...each, when: 'when they are asked to' })),
    ...pools.map((each) => ({ ...each, when: 'with what they made ready' })),
  ])('is signed in batches, with $threads threads, $when', async ({ pool, when }) => {
    const world = await p256World();
    world.replaced = { pool };
    if (when === 'with what they made ready') {
      await pool.expect(Infinity);
      pool.prepareSigners?.([world.zsk.privateKey]);
    }
    expect((await world.sign()).signaturesMade).toBe(4406);
    const single = singleThreadPool(withoutBatches);
    world.replaced = { pool: single, crypto: withoutBatches };
    const judged = await verify({ zoneFile: world.path('zone.signed'), at: NOW }, world.environment());
    expect(judged.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(judged.signaturesVerified).toBe(4406);
  });

  test.each(pools)('is verified in batches, with $threads threads', async ({ pool }) => {
    const world = await p256World();
    world.replaced = { pool };
    await world.sign();
    const good = await verify({ zoneFile: world.path('zone.signed'), at: NOW }, world.environment());
    expect(good.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(good.ok).toBe(true);
    expect(good.signaturesVerified).toBe(4406);

    const changed = [5, 555, 2188];
    const lines = world.read('zone.signed').split('\n');
    const damaged = lines.map((line) => {
      const host = changed.find((number) => line.startsWith(`host${number}.`) && line.includes('\tA\t'));
      return host === undefined ? line : line.replace(/192\.0\.2\.\d+$/, '203.0.113.1');
    });
    expect(damaged.filter((line, i) => line !== lines[i])).toHaveLength(3);
    const file = world.write('damaged', damaged.join('\n'));
    const { findings } = await verify({ zoneFile: file, at: NOW }, world.environment());
    const wrong = findings.filter(({ code }) => code === 'rrsig/invalid');
    expect(wrong.map(({ owner }) => owner).sort()).toEqual(changed.map((i) => `host${i}.example.`).sort());
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

describe('a task whose rows come bit by bit', () => {
  const ROWS = 5000;

  /** Signatures to be made into a store of its own, over one RRset. */
  async function signingTask(): Promise<{ task: Task; signature: (row: number) => Uint8Array }> {
    const { privateKey } = await nodeCrypto.generate(15, undefined);
    const store = new RecordStore();
    const record = store.addRecord(Uint8Array.of(0), Type.A, 60, Uint8Array.of(192, 0, 2, 1));
    const jobs = new SigningJobs(ROWS, Uint32Array.of(record), 1);
    store.reserve({ records: ROWS, rdata: ROWS * 100 });
    for (let i = 0; i < ROWS; i++) {
      const header = store.rdata.length;
      store.rdata.u32(i);
      const signature = store.rdata.length;
      store.rdata.length += 64;
      store.add(0, Type.RRSIG, 60, header);
      jobs.add({ ownerOffset: 0, type: Type.A, start: 0, end: 1, header, signature, key: 0 });
    }
    return {
      task: {
        kind: 'sign',
        rows: jobs.rows,
        columns: recordColumns(store),
        keys: [privateKey],
        expected: ROWS,
        deterministic: false,
      },
      signature: (row) => store.rdata.bytes.slice(jobs.rows.signatures[row], jobs.rows.signatures[row]! + 64),
    };
  }

  const isMade = (signature: Uint8Array): boolean => signature.some((octet) => octet !== 0);

  test.each(pools)('has every row done once, with $threads threads', async ({ pool }) => {
    const { task, signature } = await signingTask();
    const running = pool.begin(task, 0);
    const reported: number[] = [];
    for (const last of [1, 1600, 1601, 3000, ROWS]) {
      running.extend(last);
      await setTimeout(20);
    }
    await running.finish((done) => reported.push(done));
    const made = Array.from({ length: ROWS }, (_, row) => signature(row));
    expect(made.every(isMade)).toBe(true);
    expect(new Set(made.map((octets) => octets.join())).size).toBe(ROWS);
    expect(reported.every((done) => done <= ROWS)).toBe(true);
  });

  test.each(pools)('is forgotten when it is abandoned, with $threads threads', async ({ pool }) => {
    const forgotten = await signingTask();
    const running = pool.begin(forgotten.task, 0);
    running.extend(2000);
    running.abandon();
    const { task, signature } = await signingTask();
    await runTask(pool, task, 0, ROWS);
    expect(Array.from({ length: ROWS }, (_, row) => signature(row)).every(isMade)).toBe(true);
    expect(isMade(forgotten.signature(ROWS - 1))).toBe(false);
  });
});
