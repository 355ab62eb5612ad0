import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { dnsClient } from '../../src/io/dns-client/dns-client.ts';
import { testDnsServer } from '../support/dns-server.ts';
import { nsdServer } from '../support/nsd-server.ts';
import { parentZone } from '../support/parent-zone.ts';
import { describeWithPeers } from '../support/peers.ts';
import { runForJson, runInProcess, type InProcessResult } from './in-process.ts';
import { HOUR, Operation } from './operation.ts';
import { schemaErrors } from './schemas.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const dns = dnsClient({ timeout: 400 });
const OTHER = 'AB'.repeat(32);

/** A directory with the keys of example.com and its signed zone; returns the DS records. */
async function signedZone(...digests: readonly string[]): Promise<string[]> {
  workIn({ 'example.com.zone': SMALL_ZONE });
  await runInProcess(['keygen', 'example.com']);
  await runInProcess(['sign', 'example.com.zone']);
  const wanted = digests.flatMap((digest) => ['--digest', digest]);
  return (await runInProcess(['ds', 'example.com', ...wanted])).stdout.trimEnd().split('\n');
}

function check(stdin: string | readonly string[], ...args: readonly string[]): Promise<InProcessResult> {
  const text = typeof stdin === 'string' ? stdin : `${stdin.join('\n')}\n`;
  return runInProcess(['ds', 'example.com', '--check', '-', ...args], { stdin: text });
}

interface Check {
  readonly ok: boolean;
  readonly outage: boolean;
  readonly source: string;
  readonly findings: readonly {
    readonly kind: string;
    readonly severity: string;
    readonly keyTag?: number;
  }[];
}

async function checkJson(
  stdin: readonly string[],
  ...args: readonly string[]
): Promise<{ status: number; outage: boolean; findings: string[] }> {
  const { status, document } = await runForJson(['ds', 'example.com', '--check', '-', ...args], {
    stdin: `${stdin.join('\n')}\n`,
  });
  expect(schemaErrors(document)).toEqual([]);
  const [first] = document['check'] as Check[];
  expect(first!.ok).toBe(status === 0);
  return {
    status,
    outage: first!.outage,
    findings: first!.findings.map(({ kind, severity }) => `${severity} ${kind}`),
  };
}

/** The same record with something else in place of a part. */
function changed(record: string, from: RegExp, to: string): string {
  expect(record).toMatch(from);
  return record.replace(from, to);
}

describe('ds --check with a file or standard input', () => {
  test('is content with what should stand there, in any form that dig prints', async () => {
    const [record] = await signedZone();
    expect(await check([record!])).toMatchObject({
      status: 0,
      stdout: 'example.com. <stdin>: the 1 DS record is as it should be\n',
      stderr: '',
    });
    const rdata = record!.split(' ').slice(3).join(' ');
    const parted = rdata.toLowerCase().replace(/(.{56})$/, ' $1');
    expect((await check([parted])).status).toBe(0);
    writeFileSync('parent', `; <<>> DiG\n\nexample.com.\t\t86400\tIN\tDS\t${rdata}\n`);
    expect((await runInProcess(['ds', 'example.com', '--check', 'parent'])).status).toBe(0);
  });

  test('names a DS that is missing, and where nothing stands all of them', async () => {
    const [sha256, sha384] = await signedZone('sha256', 'sha384');
    const both = ['--digest', 'sha256', '--digest', 'sha384'];
    expect(await checkJson([sha256!], ...both)).toEqual({
      status: 1,
      outage: false,
      findings: ['error missing'],
    });
    expect((await checkJson([], ...both)).findings).toEqual(['error missing', 'error missing']);
    const { stdout } = await check([sha256!], ...both);
    expect(stdout).toBe(
      `example.com. <stdin>: error: DS ${sha384!.split(' ').slice(3).join(' ')} is missing: let the parent add it\n`,
    );
  });

  test('names a DS that is too many', async () => {
    const [sha256, sha384] = await signedZone('sha256', 'sha384');
    expect(await checkJson([sha256!, sha384!])).toEqual({
      status: 1,
      outage: false,
      findings: ['error extra'],
    });
  });

  test('names a wrong digest; with no right one beside it that is an outage', async () => {
    const [record] = await signedZone();
    const wrong = changed(record!, /[0-9A-F]{64}$/, OTHER);
    expect(await checkJson([wrong])).toEqual({
      status: 1,
      outage: true,
      findings: ['error outage', 'error wrong-digest'],
    });
    expect(await checkJson([record!, wrong])).toEqual({
      status: 1,
      outage: false,
      findings: ['error wrong-digest'],
    });
    const { stdout } = await check([wrong]);
    expect(stdout).toContain(
      'OUTAGE: no DS of ECDSAP256SHA256 with digest type 2 matches a key that signs the DNSKEY RRset',
    );
  });

  test('takes a DS without a DNSKEY for a note, unless it is an outage for its algorithm and digest type', async () => {
    const [record] = await signedZone();
    const foreign = (text: string): string => changed(record!, /DS \d+ 13 2 \w+$/, `DS ${text}`);
    expect(await checkJson([record!, foreign(`1 13 2 ${OTHER}`)])).toEqual({
      status: 0,
      outage: false,
      findings: ['note no-dnskey'],
    });
    // A pair of its own: a validator may look at it alone.
    for (const text of [`1 13 4 ${OTHER}${OTHER.slice(0, 32)}`, `1 8 2 ${OTHER}`]) {
      expect(await checkJson([record!, foreign(text)])).toEqual({
        status: 1,
        outage: true,
        findings: ['error outage', 'error no-dnskey'],
      });
    }
  });

  test('of a zone that others sign: keys and signatures from the zone, or from dig', async () => {
    const [record] = await signedZone();
    const signed = readFileSync('example.com.zone.signed', 'utf8');
    writeFileSync('parent', `${record!}\n`);
    const elsewhere = ['--key-directory', 'none'];
    const status = async (stdin: string): Promise<number> =>
      (await runInProcess([...elsewhere, 'ds', '-', '--check', 'parent'], { stdin })).status;
    expect(await status(signed)).toBe(0);
    const lines = signed.split('\n');
    const dnskeys = lines.filter((line) => line.split('\t')[3] === 'DNSKEY').join('\n');
    expect(await status(`${dnskeys}\n`)).toBe(0);
    // The KSK is published, but only the ZSK signs: no validator accepts that.
    const zskTag = /RRSIG\tSOA 13 \d+ \d+ \d+ \d+ (\d+) /.exec(signed)![1]!;
    const unsigned = signed.replace(/(RRSIG\tDNSKEY 13 \d+ \d+ \d+ \d+ )\d+ /, `$1${zskTag} `);
    expect(unsigned).not.toBe(signed);
    expect(await status(unsigned)).toBe(1);
  });

  test('by key files alone', async () => {
    const [record] = await signedZone();
    const [, tag] = /DS (\d+) /.exec(record!)!;
    const file = `keys/Kexample.com.+013+${tag!.padStart(5, '0')}.key`;
    expect((await runInProcess(['ds', file, '--check', '-'], { stdin: `${record!}\n` })).status).toBe(0);
    expect((await runInProcess(['ds', file, '--check', '-'], { stdin: '' })).status).toBe(1);
  });

  test('before the signed zone has reached every cache, no DS should stand there', async () => {
    const operation = new Operation();
    await operation.rotate('--sign');
    const [ksk] = operation.keys('ksk');
    const record = await operation.succeed('ds', `keys/${ksk!.base}.key`);
    const run = (stdin: string): Promise<InProcessResult> =>
      runInProcess(['ds', 'example.com', '--check', '-'], { clock: operation.now, stdin });
    expect((await run('')).status).toBe(0);
    const early = await run(record);
    expect(early.status).toBe(1);
    expect(early.stdout).toContain('should not be there');
    operation.now += 5 * HOUR;
    await operation.rotate('--sign');
    expect((await run(record)).status).toBe(0);
    expect((await run('')).status).toBe(1);
  });

  test.each([
    [['-', '--check', '-']],
    [['example.com', '--check', '--add']],
    [['example.com', '--check', '--remove']],
    [['example.com', '--check', '--format', 'epp']],
    [['example.com', '--check', 'file', '--server', '192.0.2.1']],
    [['example.com', '--server', '192.0.2.1']],
    [['example.com', '--check', '--server', '192.0.2.1:0']],
    [['example.com', '--check', '--server', '[2001:db8::1']],
  ])('refuses %j', async (args) => {
    await signedZone();
    const { status, stderr } = await runInProcess(['ds', ...args], { io: { dns } });
    expect([status, stderr]).toEqual([2, expect.stringContaining('zonewright: ')]);
  });
});

describeWithPeers(['nsd'], 'ds --check with the parent', () => {
  async function ask(...servers: readonly string[]): Promise<InProcessResult> {
    const options = servers.flatMap((server) => ['--server', server]);
    return runInProcess(['ds', 'example.com', '--check', ...options], { io: { dns } });
  }

  test('compares with what each server serves', async () => {
    const [record] = await signedZone();
    const rdata = record!.split(' ').slice(3).join(' ');
    const [first, second] = [
      await nsdServer({ com: parentZone([rdata]) }),
      await nsdServer({ com: parentZone([]) }),
    ];
    expect(await ask(first.address)).toMatchObject({
      status: 0,
      stdout: `example.com. ${first.address}: the 1 DS record is as it should be\n`,
    });
    const both = await ask(first.address, second.address);
    expect(both.status).toBe(1);
    expect(both.stdout).toContain(`example.com. ${second.address}: error: DS ${rdata} is missing`);
    await Promise.all([first.stop(), second.stop()]);
  });

  test('is not sure while a server is silent, and fails where all are: 4, naming them', async () => {
    const [record] = await signedZone();
    const parent = await nsdServer({ com: parentZone([record!.split(' ').slice(3).join(' ')]) });
    const silent = await testDnsServer(() => [], { holdsConnections: true });
    const mixed = await ask(parent.address, `127.0.0.1:${silent.port}`);
    expect(mixed.status).toBe(4);
    expect(mixed.stdout).toContain('as it should be');
    expect(mixed.stderr).toContain(`warning: asked 127.0.0.1:${silent.port} for com. SOA: no answer within`);
    const none = await ask(`127.0.0.1:${silent.port}`);
    expect([none.status, none.stdout]).toEqual([4, '']);
    expect(none.stderr).toMatch(/zonewright: asked 127.0.0.1:\d+ .*\n {2}hint: look whether the server runs/);
    await Promise.all([parent.stop(), silent.close()]);
  });

  test('finds the servers in the configuration', async () => {
    const [record] = await signedZone();
    const parent = await nsdServer({ com: parentZone([record!.split(' ').slice(3).join(' ')]) });
    writeFileSync(
      '.zonewrightrc.yaml',
      `zones: {example.com: {file: example.com.zone, parent: {servers: ["${parent.address}"]}}}\n`,
    );
    expect((await ask()).status).toBe(0);
    const { document } = await runForJson(['ds', 'example.com', '--check'], { io: { dns } });
    expect(schemaErrors(document)).toEqual([]);
    expect(document['check']).toMatchObject([{ source: parent.address, ok: true, findings: [] }]);
    await parent.stop();
  });
});
