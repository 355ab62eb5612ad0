import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { dnsClient } from '../../src/io/dns-client/dns-client.ts';
import { testDnsServer } from '../support/dns-server.ts';
import { nsdServer, type NsdServer } from '../support/nsd-server.ts';
import { describeWithPeers } from '../support/peers.ts';
import { runInProcess, type InProcessResult } from './in-process.ts';
import { DAY, HOUR, MINUTE, Operation, SIGNED } from './operation.ts';
import { SMALL_ZONE } from './working-directory.ts';

const running: NsdServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** A server with the signed zone as it is now. */
async function serve(): Promise<NsdServer> {
  const server = await nsdServer({ 'example.com': readFileSync(SIGNED, 'utf8') });
  running.push(server);
  return server;
}

/** An operation for which a version counts once it is served, with its first signed zone written. */
async function begun(policy = 'publishedWhen: served'): Promise<Operation> {
  const operation = new Operation({ policy });
  operation.io = { dns: dnsClient({ timeout: 400 }) };
  await operation.rotate('--sign');
  return operation;
}

function check(operation: Operation, ...servers: readonly string[]): Promise<InProcessResult> {
  const named = servers.flatMap((server) => ['--server', server]);
  return operation.run('rotate', 'example.com', '--check-servers', ...named);
}

const newest = (operation: Operation) => operation.state().ledger.publications.at(-1)!;

describeWithPeers(['nsd'], 'rotate --check-servers', () => {
  test('establishes a version once every server has it, and names those that have not', async () => {
    const operation = await begun();
    const [first, second] = [await serve(), await serve()];
    const old = newest(operation).serial;
    operation.now += MINUTE;
    expect(await check(operation, first.address, second.address)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`publication: all 2 servers of the zone have serial ${old}`),
      stderr: '',
    });
    expect(newest(operation).established).toBe(operation.now);
    operation.now += HOUR;
    await operation.succeed('sign', 'example.com.zone', '--full');
    const { serial } = newest(operation);
    await first.update('example.com', readFileSync(SIGNED, 'utf8'));
    const parted = await check(operation, first.address, second.address);
    expect([parted.status, newest(operation).established]).toEqual([0, undefined]);
    expect(parted.stderr).toContain(`${second.address} serves serial ${old} of example.com., not ${serial}`);
    await second.update('example.com', readFileSync(SIGNED, 'utf8'));
    operation.now += MINUTE;
    await check(operation, first.address, second.address);
    expect(newest(operation)).toMatchObject({ serial, established: operation.now });
  });

  test('does not count a version with the right serial and other keys, nor a silent server', async () => {
    const operation = await begun();
    const honest = readFileSync(SIGNED, 'utf8');
    const server = await serve();
    const lines = honest.split('\n');
    const zsk = lines.find((line) => line.includes('\tDNSKEY\t256 '))!;
    await server.update('example.com', lines.filter((line) => line !== zsk).join('\n'));
    const other = await check(operation, server.address);
    expect(other.stderr).toContain('with other DNSKEYs than were published');
    expect(newest(operation).established).toBeUndefined();
    await server.update('example.com', honest);
    const silent = await testDnsServer(() => [], { holdsConnections: true });
    const delayed = await check(operation, server.address, `127.0.0.1:${silent.port}`);
    expect(delayed.stderr).toContain(
      `does not tell what it serves: asked 127.0.0.1:${silent.port} for example.com.`,
    );
    expect(newest(operation).established).toBeUndefined();
    const failed = await check(operation, `127.0.0.1:${silent.port}`);
    expect([failed.status, failed.stdout]).toEqual([4, '']);
    await silent.close();
  });

  test('shortens what "propagationDelay: auto" assumes, and not what the policy says', async () => {
    for (const [policy, expected] of [
      ['', 10 * MINUTE],
      ['propagationDelay: 3h', 3 * HOUR],
    ] as const) {
      const operation = await begun(policy);
      operation.now += HOUR;
      await operation.succeed('sign', 'example.com.zone', '--full');
      const server = await serve();
      operation.now += 10 * MINUTE;
      expect((await check(operation, server.address)).status).toBe(0);
      const [before, after] = operation.state().ledger.publications.slice(-2);
      expect([before!.propagation, after!.propagation]).toEqual([expected, 3 * HOUR]);
    }
  });

  test('finds the servers in the configuration, and makes the waits shorter', async () => {
    const operation = await begun('');
    const server = await serve();
    operation.configure('', `servers: ["${server.address}"]`);
    const [wait] = (await operation.rotateJson()).waits;
    operation.now += 10 * MINUTE;
    const [shorter] = (await operation.rotateJson('--check-servers')).waits;
    // The SOA says 3 h; everybody had it after 10 minutes.
    expect(Date.parse(wait!.until!) - Date.parse(shorter!.until!)).toBe((3 * HOUR - 10 * MINUTE) * 1000);
  });

  test('lets a new ZSK sign where a zone has other signers: not before their servers have it, and no cache is without', async () => {
    const foreign = `256 3 13 ${Buffer.alloc(64, 7).toString('base64')}`;
    const zone = `${SMALL_ZONE}@ DNSKEY ${foreign}\n@ NS ns1.other.example.\n`;
    const operation = new Operation({ policy: 'checkParent: false, zskLifetime: unlimited', zone });
    operation.io = { dns: dnsClient({ timeout: 400 }) };
    await operation.enable();
    await operation.rotate('--start', 'zsk', '--sign');
    const fresh = operation.state().keys.at(-1)!;
    operation.now += DAY;
    const { waits } = await operation.rotateJson('--sign');
    expect(waits).toMatchObject([
      {
        what: `waiting for the servers of all signers to have the DNSKEY of key ${fresh.keyTag}; then sign with the new key instead of the old`,
        actor: 'operator',
        until: null,
        nextCommand: 'zonewright rotate example.com --check-servers',
      },
    ]);
    expect((await operation.rotateJson('--plan', '--until', '9d')).plan).toMatchObject([
      { what: 'have the other signers import the new DNSKEY, and look with --check-servers' },
      { what: 'sign with the new key instead of the old' },
      { what: 'remove the old DNSKEY' },
    ]);
    const lines = readFileSync(SIGNED, 'utf8').split('\n');
    const isOfFresh = (line: string): boolean =>
      line.includes(`DNSKEY\t${fresh.dnskey.split(' ').slice(0, 3).join(' ')}`) &&
      line.replace(/\s/g, '').includes(fresh.dnskey.split(' ')[3]!);
    expect(lines.filter(isOfFresh)).toHaveLength(1);
    const ours = await serve();
    const theirs = await serve();
    await theirs.update('example.com', lines.filter((line) => !isOfFresh(line)).join('\n'));
    const lacking = await check(operation, ours.address, theirs.address);
    expect(lacking.stderr.replace(/\s+/g, ' ')).toContain(
      `${theirs.address} does not have the DNSKEY of ZSK ${fresh.keyTag} (ECDSAP256SHA256)`,
    );
    expect(lacking.stdout).toContain('waiting for the servers of all signers');
    await theirs.update('example.com', lines.join('\n').replace(/(SOA\t.*?) \d{10} /, '$1 7 '));
    const seen = await check(operation, ours.address, theirs.address);
    expect(seen.stdout).toContain(`every server of the zone has the DNSKEY of ZSK ${fresh.keyTag}`);
    // TTL 1 h, margin 1 h.
    expect(seen.stdout).toContain(
      'a resolver may still hold a DNSKEY RRset of another signer, which lacks key',
    );
    operation.now += 2 * HOUR - 1;
    await operation.rotate('--sign');
    expect(operation.signers('SOA')).not.toContain(fresh.keyTag);
    operation.now += 1;
    await operation.rotate('--sign');
    expect(operation.signers('SOA')).toEqual([fresh.keyTag]);
  });

  test('is no question for a server of another zone, and needs one kind of server at a time', async () => {
    const operation = await begun();
    const other = await nsdServer({
      com: '$ORIGIN com.\n@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns\nns 60 A 127.0.0.1\n',
    });
    running.push(other);
    const { status, stderr } = await check(operation, other.address);
    expect(status).toBe(4);
    expect(stderr).toMatch(/answers with code 3|does not speak for example.com. itself/);
    const both = await runInProcess(
      ['rotate', 'example.com', '--check-parent', '--check-servers', '--server', other.address],
      { clock: operation.now, io: operation.io ?? {} },
    );
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('--server is for one of')]);
  });
});
