import { cpSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { dnsClient } from '../../src/io/dns-client/dns-client.ts';
import { servedDs } from '../../src/rollover/ds-sets.ts';
import { testDnsServer } from '../support/dns-server.ts';
import { nsdServer, type NsdServer } from '../support/nsd-server.ts';
import { parentZone, PeerSigner } from '../support/parent-zone.ts';
import { describeWithPeers } from '../support/peers.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import type { InProcessResult } from './in-process.ts';
import { DAY, HOUR, Operation } from './operation.ts';

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function serve(zone: string): Promise<NsdServer> {
  const server = await nsdServer({ com: zone });
  running.push(server);
  return server;
}

async function silentServer(): Promise<string> {
  const server = await testDnsServer(() => [], { holdsConnections: true });
  running.push({ stop: () => server.close() });
  return `127.0.0.1:${server.port}`;
}

/** A copy of the files of such an operation, which takes long to come about. */
const waiting = { directory: '', now: 0 };

beforeAll(async () => {
  waiting.directory = temporaryDirectory();
  const operation = await Operation.enabled();
  await operation.rotate('--start', 'ksk', '--sign');
  operation.now += 5 * HOUR;
  await operation.rotate('--sign');
  cpSync(operation.directory, waiting.directory, { recursive: true });
  waiting.now = operation.now;
});

/** An operation whose KSK rollover waits for the parent to add the new DS. */
class Rollover {
  readonly operation: Operation;
  readonly old: string;
  readonly new: string;
  readonly newTag: number;
  readonly oldTag: number;

  private constructor(operation: Operation, [old, fresh]: [Ds, Ds]) {
    this.operation = operation;
    this.old = old.rdata;
    this.new = fresh.rdata;
    this.oldTag = old.tag;
    this.newTag = fresh.tag;
  }

  static async waiting(): Promise<Rollover> {
    const operation = new Operation();
    cpSync(waiting.directory, operation.directory, { recursive: true });
    operation.now = waiting.now;
    const records = await Promise.all(
      operation.keys('ksk').map(async ({ base, keyTag }) => {
        const line = await operation.succeed('ds', `keys/${base}.key`);
        return { tag: keyTag, rdata: line.trim().split(' ').slice(3).join(' ') };
      }),
    );
    const rollover = new Rollover(operation, records as [Ds, Ds]);
    operation.io = { dns: dnsClient({ timeout: 400 }) };
    return rollover;
  }

  /** A run of rotate, with a configuration that names these servers. */
  async run(servers: readonly string[], ...args: readonly string[]): Promise<InProcessResult> {
    this.operation.now += HOUR;
    return this.operation.run(
      'rotate',
      'example.com',
      ...args,
      ...servers.flatMap((name) => ['--server', name]),
    );
  }

  check(...servers: readonly string[]): Promise<InProcessResult> {
    return this.run(servers, '--check-parent');
  }

  /** DS sets that the parent may serve, by the tags of their keys. */
  possible(): number[][] {
    const { keys, ledger } = this.operation.state();
    const tagOf = (key: string | undefined): number => keys.find(({ dnskey }) => dnskey === key)?.keyTag ?? 0;
    return servedDs(ledger)
      .map((ds) => ds.map(({ key }) => tagOf(key)).sort())
      .sort();
  }
}

interface Ds {
  readonly tag: number;
  readonly rdata: string;
}

describeWithPeers(['nsd'], 'rotate --check-parent', () => {
  test('sees the new DS and then that the old is gone, with no word of the operator', async () => {
    const rollover = await Rollover.waiting();
    const { old, new: fresh, oldTag, newTag } = rollover;
    const parent = await serve(parentZone([old], 7200));
    const waiting = await rollover.check(parent.address);
    expect([waiting.status, waiting.stderr]).toEqual([0, '']);
    expect(waiting.stdout).toContain(`waiting for the parent to`);
    await parent.update('com', parentZone([old, fresh], 7200));
    const seen = await rollover.check(parent.address);
    expect(seen.stdout).toMatch(new RegExp(`parent: every server serves the DS of .*${newTag}`));
    expect(rollover.possible()).toContainEqual([oldTag, newTag].sort());
    // Running it again changes nothing.
    const before = rollover.operation.files();
    expect((await rollover.check(parent.address)).status).toBe(0);
    expect(rollover.operation.files()).toEqual(before);
    rollover.operation.now += 2 * DAY;
    await rollover.check(parent.address);
    await parent.update('com', parentZone([fresh], 7200));
    const gone = await rollover.check(parent.address);
    expect(gone.stdout).toMatch(new RegExp(`parent: no server serves a DS of .*${oldTag}`));
    expect(rollover.possible()).toEqual([[newTag]]);
  });

  test('a stale DS in the place of the right one is an outage, and told as one by every run and by status', async () => {
    const rollover = await Rollover.waiting();
    const stale = `1 13 2 ${'AB'.repeat(32)}`;
    const parent = await serve(parentZone([stale], 7200));
    for (const { stderr, stdout } of [
      await rollover.check(parent.address),
      await rollover.check(parent.address),
    ]) {
      expect(stderr.replace(/\s+/g, ' ')).toMatch(
        /the zone is bogus: a resolver may still hold the DS RRset of .* so that no DS of ECDSAP256SHA256 with digest type 2 would match a key that signs hint: set the DS at the parent right: zonewright ds example\.com/,
      );
      expect(stdout).toContain('waiting for the parent to add the new DS');
    }
    const { status, stdout } = await rollover.operation.run('status', 'example.com', '--check');
    expect([status, stdout]).toEqual([2, expect.stringContaining('the zone is bogus: ')]);
    expect(await rollover.operation.succeed('ds', 'example.com')).toContain(rollover.old);
  });

  test('keeps the TTL that the parent has, where it is larger than the policy expects', async () => {
    const rollover = await Rollover.waiting();
    const parent = await serve(parentZone([rollover.old, rollover.new], 2 * DAY));
    await rollover.check(parent.address);
    const { ledger } = rollover.operation.state();
    expect(ledger.parent.every(({ ttl }) => ttl === 2 * DAY)).toBe(true);
  });

  test('waits for the last server, and says who delays', async () => {
    const rollover = await Rollover.waiting();
    const { old, new: fresh, oldTag, newTag } = rollover;
    const [first, second] = [await serve(parentZone([old, fresh])), await serve(parentZone([old]))];
    const parted = await rollover.check(first.address, second.address);
    expect(parted.stderr).toContain(
      `the servers of the parent of example.com. do not serve the same DS: ${first.address} serves that of key`,
    );
    expect(parted.stderr).toContain(`${second.address} serves that of key ${oldTag}`);
    expect(parted.stdout).toContain(`--ds-published ${newTag}`);
    await second.update('com', parentZone([old, fresh]));
    expect((await rollover.check(first.address, second.address)).stdout).toContain(
      'every server serves the DS',
    );
  });

  test('goes on neither to seen nor to withdrawn while a server is silent; the operator’s word overrides', async () => {
    const rollover = await Rollover.waiting();
    const { new: fresh, newTag } = rollover;
    const [parent, silent] = [await serve(parentZone([fresh])), await silentServer()];
    const delayed = await rollover.check(parent.address, silent);
    expect(delayed.status).toBe(0);
    expect(delayed.stderr).toContain(
      `1 of 2 servers of the parent of example.com. do not tell which DS they serve: asked ${silent} for com. SOA: no answer`,
    );
    expect(delayed.stderr).toContain('--ds-published TAG');
    expect(delayed.stdout).toContain(`waiting for the parent`);
    // The old DS may still be served there.
    expect(rollover.possible().length).toBeGreaterThan(1);
    const told = await rollover.run(
      [parent.address, silent],
      '--check-parent',
      '--ds-published',
      String(newTag),
    );
    expect(told.stdout).toContain(`the parent serves the DS of`);
    expect(told.stdout).not.toContain(`--ds-published ${newTag}`);
  });

  test('takes what is there for what may be cached, asked for or not', async () => {
    const rollover = await Rollover.waiting();
    const stray = `1 13 2 ${'AB'.repeat(32)}`;
    const parent = await serve(parentZone([rollover.old, stray]));
    const { stdout } = await rollover.check(parent.address);
    expect(stdout).toContain('parent: there is a DS of no key that is known here');
    expect(rollover.possible()).toContainEqual([0, rollover.oldTag]);
  });

  test('fails with 4 and leaves everything as it was where no server tells anything', async () => {
    const rollover = await Rollover.waiting();
    const before = rollover.operation.state();
    const { status, stdout, stderr } = await rollover.check(await silentServer());
    expect([status, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(
      /zonewright: asked 127.0.0.1:\d+ for com. SOA: no answer within 0.8 seconds\n {2}hint: /,
    );
    const { ledger, keys, rollovers, wantedDs } = rollover.operation.state();
    expect(before).toMatchObject({ ledger, keys, rollovers, wantedDs });
  });
});

describeWithPeers(['nsd'], 'a plain run of rotate', () => {
  test('looks by policy while it waits for the parent', async () => {
    const rollover = await Rollover.waiting();
    const parent = await serve(parentZone([rollover.old, rollover.new]));
    rollover.operation.configure('', `parent: {servers: ["${parent.address}"]}`);
    const { stdout, stderr } = await rollover.run([]);
    expect(stderr).toBe('');
    expect(stdout).toContain('every server serves the DS');
  });

  test('does not look where nothing waits for the parent, under a made-up clock, or in a plan', async () => {
    const dead = `parent: {servers: ["${await silentServer()}"]}`;
    const ordinary = await Operation.enabled();
    ordinary.io = { dns: dnsClient({ timeout: 400 }) };
    ordinary.configure('', dead);
    expect(await ordinary.run('rotate', 'example.com')).toMatchObject({ status: 0, stderr: '' });
    const rollover = await Rollover.waiting();
    rollover.operation.configure('', dead);
    expect(await rollover.run([], '--plan')).toMatchObject({ status: 0, stderr: '' });
    const simulated = await rollover.run([], '--now', 'now+1d', '--dry-run');
    expect(simulated).toMatchObject({ status: 0, stderr: '' });
  });

  test('goes on without a network: it warns in bounded time', async () => {
    const rollover = await Rollover.waiting();
    rollover.operation.configure('', `parent: {servers: ["${await silentServer()}"]}`);
    const { status, stdout, stderr } = await rollover.run([]);
    expect(status).toBe(0);
    expect(stdout).toContain('waiting for the parent');
    expect(stderr).toMatch(
      /^zonewright: warning: cannot see which DS the parent of example.com. serves: asked 127.0.0.1:\d+ for com. SOA: no answer/,
    );
    expect(stderr).toContain('"checkParent: false"');
    rollover.operation.configure('checkParent: false');
    expect((await rollover.run([])).stderr).toBe('');
  });
});

describeWithPeers(['nsd', 'dnssec-keygen', 'dnssec-signzone'], 'a signed parent', () => {
  let signer: PeerSigner;

  beforeAll(async () => {
    signer = new PeerSigner('com');
    await signer.makeKeys();
  });

  test('is believed with the right signatures, and not with a forged record on one server', async () => {
    const rollover = await Rollover.waiting();
    const { old, new: fresh, newTag } = rollover;
    const honest = await signer.sign(parentZone([old]));
    const forged = (await signer.sign(parentZone([old, fresh]), { args: ['-O', 'full'] }))
      .split('\n')
      .filter((line) => !line.includes(`DS ${old.slice(0, 10)}`) && !/\sDS\s+1\s/.test(line))
      .join('\n')
      .replace(new RegExp(`\\sDS\\s+${newTag} 13 2 [^\\n]*\\n`), ` DS ${newTag} 13 2 ${'CD'.repeat(32)}\n`);
    const [good, bad] = [await serve(honest), await serve(forged)];
    const parted = await rollover.check(good.address, bad.address);
    expect(parted.stderr).toMatch(/not to be trusted: the signature of example.com. DS/);
    expect(parted.stdout).toContain(`--ds-published ${newTag}`);
    await Promise.all(
      [good, bad].map(async (server) => server.update('com', await signer.sign(parentZone([old, fresh])))),
    );
    const { stdout, stderr } = await rollover.check(good.address, bad.address);
    expect([stdout, stderr]).toEqual([expect.stringContaining('every server serves the DS'), '']);
  });
});
