import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { lookAtParent, type ParentView } from '../../src/commands/parent-view.ts';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import type { DnsClient } from '../../src/dnssec/dns-client.ts';
import { dnsClient } from '../../src/io/dns-client/dns-client.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { answerTo, testDnsServer } from '../support/dns-server.ts';
import { nsdServer, type NsdServer } from '../support/nsd-server.ts';
import { parentZone, PeerSigner } from '../support/parent-zone.ts';
import { describeWithPeers } from '../support/peers.ts';
import { SignWorld } from '../support/sign-world.ts';

const ZONE = nameFromText('example.com.');
const NOW = 1795348800;
const ONE = `12345 13 2 ${'AB'.repeat(32)}`;
const TWO = `54321 13 4 ${'CD'.repeat(48)}`;

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function serve(zones: Readonly<Record<string, string>>): Promise<NsdServer> {
  const server = await nsdServer(zones);
  running.push(server);
  return server;
}

interface Look {
  readonly servers: readonly string[];
  readonly trustAnchor?: string;
  readonly now?: number;
  readonly dns?: DnsClient;
  readonly zone?: Uint8Array;
}

async function look({ servers, trustAnchor, now = NOW, dns, zone = ZONE }: Look): Promise<ParentView> {
  const world = new SignWorld();
  world.now = now;
  world.replaced = { dns: dns ?? dnsClient({ timeout: 300 }) };
  return lookAtParent(zone, { servers, trustAnchor }, world.environment());
}

/** What is served, as text, and why servers failed. */
async function seen(options: Look): Promise<{ served: unknown[]; failed: string[] }> {
  const { served, failed } = await look(options);
  return {
    served: served.map(({ ds, ttl, isSigned }) => ({
      ds: ds.map((rdata) => rdataToText(Type.DS, rdata)).sort(),
      ttl,
      isSigned,
    })),
    failed: failed.map(({ message }) => message),
  };
}

async function failureOf(options: Look): Promise<string> {
  const { served, failed } = await seen(options);
  expect(served).toEqual([]);
  expect(failed).toHaveLength(1);
  return failed[0]!;
}

describeWithPeers(['nsd'], 'an unsigned parent', () => {
  test('serves a DS set, with its TTL, or none', async () => {
    const parent = await serve({ com: parentZone([ONE, TWO]) });
    expect(await seen({ servers: [parent.address] })).toEqual({
      served: [{ ds: [ONE, TWO], ttl: 300, isSigned: false }],
      failed: [],
    });
    await parent.update('com', parentZone([]));
    expect(await seen({ servers: [parent.address] })).toEqual({
      served: [{ ds: [], ttl: 120, isSigned: false }],
      failed: [],
    });
  });

  test('may be on a server that has the zone too; a server that has the zone alone is no witness', async () => {
    const child = '$ORIGIN example.com.\n@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns1\nns1 60 A 127.0.0.1\n';
    const both = await serve({ com: parentZone([ONE]), 'example.com': child });
    expect((await seen({ servers: [both.address] })).served).toMatchObject([{ ds: [ONE] }]);
    const alone = await serve({ 'example.com': child });
    expect(await failureOf({ servers: [alone.address] })).toContain('serves no zone above example.com.');
  });

  test('that does not delegate the zone is an error, not the absence of a DS', async () => {
    const parent = await serve({ com: parentZone([]) });
    expect(await failureOf({ servers: [parent.address], zone: nameFromText('typo.com.') })).toContain(
      'says that typo.com. does not exist',
    );
  });

  test('does not count where a server is silent, dead or disagrees: each is told apart', async () => {
    const [first, second] = [
      await serve({ com: parentZone([ONE]) }),
      await serve({ com: parentZone([TWO]) }),
    ];
    const silent = await testDnsServer(() => [], { holdsConnections: true });
    const closed = await testDnsServer(() => []);
    await closed.close();
    const { served, failed } = await seen({
      servers: [first.address, second.address, `127.0.0.1:${silent.port}`, `127.0.0.1:${closed.port}`],
    });
    await silent.close();
    expect(served).toMatchObject([{ ds: [ONE] }, { ds: [TWO] }]);
    expect(failed).toEqual([
      `asked 127.0.0.1:${silent.port} for com. SOA: no answer within 0.6 seconds`,
      `asked 127.0.0.1:${closed.port} for com. SOA: nothing listens there`,
    ]);
  });

  test('is found through the system resolver, with all its servers', async () => {
    const parent = await serve({ com: parentZone([ONE]) });
    const records: Readonly<Record<string, Parameters<typeof answerTo>[1]>> = {
      'SOA com': {
        answers: [
          {
            type: 'SOA',
            name: 'com',
            data: {
              mname: 'a.ns.com',
              rname: 'h.com',
              serial: 1,
              refresh: 1,
              retry: 1,
              expire: 1,
              minimum: 1,
            },
          },
        ],
      },
      'NS com': {
        answers: [
          { type: 'NS', name: 'com', data: 'a.ns.com' },
          { type: 'NS', name: 'com', data: 'b.ns.com' },
        ],
      },
      'A a.ns.com': { answers: [{ type: 'A', name: 'a.ns.com', data: '127.0.0.1' }] },
      'AAAA a.ns.com': { answers: [{ type: 'AAAA', name: 'a.ns.com', data: '::1' }] },
    };
    const resolver = await testDnsServer((query) => {
      const text = query.subarray(12).toString('latin1');
      const match = Object.entries(records).find(([key]) => {
        const [type, name] = key.split(' ') as [string, string];
        const labels = name.split('.').map((label) => String.fromCharCode(label.length) + label);
        const code = { SOA: 6, NS: 2, A: 1, AAAA: 28 }[type]!;
        return text.startsWith(`${labels.join('')}\0\0${String.fromCharCode(code)}`);
      });
      return [answerTo(query, match?.[1])];
    });
    const client = dnsClient({ timeout: 300, resolvers: [{ address: '127.0.0.1', port: resolver.port }] });
    const asked: string[] = [];
    const dns: DnsClient = {
      resolvers: () => client.resolvers(),
      ask: (server, question, options) => {
        const { address, port, host } = server;
        if (port !== 53) return client.ask(server, question, options);
        asked.push(`${address} ${host === undefined ? '' : nameToText(host)}`);
        // The servers that are found listen at port 53, which a test has not; nothing has ::1 here.
        return client.ask({ ...server, port: parent.port }, question, options);
      },
    };
    const { served, failed } = await look({ servers: [], dns });
    await resolver.close();
    expect(served).toHaveLength(1);
    expect([...new Set(asked)]).toEqual(['127.0.0.1 a.ns.com.', '::1 a.ns.com.']);
    expect(failed.map(({ code }) => code).sort()).toEqual(expect.arrayContaining(['dns/no-address']));
    expect(failed.map(({ message }) => message).join()).toContain('the name server b.ns.com. has no address');
  });

  test('cannot be found where no resolver answers: in bounded time, with what to do', async () => {
    const silent = await testDnsServer(() => []);
    const dns = dnsClient({ timeout: 200, resolvers: [{ address: '127.0.0.1', port: silent.port }] });
    await expect(look({ servers: [], dns })).rejects.toMatchObject({
      code: 'dns/no-resolver',
      kind: 'environment',
      hint: expect.stringContaining('--server HOST[:PORT]'),
    });
    await silent.close();
  });
});

describeWithPeers(['nsd', 'dnssec-keygen', 'dnssec-signzone', 'dnssec-dsfromkey'], 'a signed parent', () => {
  let signer: PeerSigner;
  let other: PeerSigner;

  beforeAll(async () => {
    [signer, other] = [new PeerSigner('com'), new PeerSigner('com')];
    await Promise.all([signer.makeKeys(), other.makeKeys()]);
  });

  const unsigned = { ds: [], ttl: 120, isSigned: true };

  test('serves a DS set whose signature is right', async () => {
    const parent = await serve({ com: await signer.sign(parentZone([ONE, TWO])) });
    expect(await seen({ servers: [parent.address] })).toEqual({
      served: [{ ds: [ONE, TWO], ttl: 300, isSigned: true }],
      failed: [],
    });
  });

  test.each([
    ['NSEC', []],
    ['NSEC3', ['-3', '-']],
    ['NSEC3 with salt and iterations', ['-3', 'AABB', '-H', '5']],
    ['NSEC3 with opt-out', ['-3', '-', '-A']],
  ])('proves by %s that there is no DS', async (_, args) => {
    const parent = await serve({ com: await signer.sign(parentZone([]), { args }) });
    expect(await seen({ servers: [parent.address] })).toEqual({ served: [unsigned], failed: [] });
  });

  test('is trusted by its trust anchor alone, where there is one', async () => {
    const parent = await serve({ com: await signer.sign(parentZone([ONE])) });
    const servers = [parent.address];
    expect((await seen({ servers, trustAnchor: signer.trustAnchor() })).failed).toEqual([]);
    expect(await failureOf({ servers, trustAnchor: other.trustAnchor() })).toContain(
      'no DNSKEY of com. fits the trust anchor',
    );
    const plain = await serve({ com: parentZone([ONE]) });
    expect(await failureOf({ servers: [plain.address], trustAnchor: signer.trustAnchor() })).toContain(
      'com. has no DNSKEY',
    );
  });

  test('is trusted by what leads down to it from a trust anchor of a zone above', async () => {
    const root = new PeerSigner('.');
    await root.makeKeys();
    const com = await signer.sign(parentZone([ONE]));
    const delegation = (ds: readonly string[]): Promise<string> =>
      root.sign(
        [
          '. 60 SOA ns h 1 2 3 4 5',
          '. 60 NS ns',
          'ns 60 A 127.0.0.1',
          'com 60 NS ns.com',
          'ns.com 60 A 127.0.0.1',
          ...ds,
          '',
        ].join('\n'),
      );
    const honest = await serve({ '.': await delegation([`com 60 DS ${await signer.ds()}`]), com });
    const resolvers = [{ address: '127.0.0.1', port: honest.port }];
    const options = { servers: [honest.address], trustAnchor: root.trustAnchor() };
    expect((await seen({ ...options, dns: dnsClient({ timeout: 300, resolvers }) })).failed).toEqual([]);
    const broken = await serve({ '.': await delegation([`com 60 DS ${await other.ds()}`]), com });
    const elsewhere = [{ address: '127.0.0.1', port: broken.port }];
    const misled = await failureOf({ ...options, dns: dnsClient({ timeout: 300, resolvers: elsewhere }) });
    expect(misled).toContain('no DNSKEY of com. fits the trust anchor');
    const cut = await serve({ '.': await delegation([]), com });
    const silent = [{ address: '127.0.0.1', port: cut.port }];
    expect(await failureOf({ ...options, dns: dnsClient({ timeout: 300, resolvers: silent }) })).toContain(
      'no chain of trust leads from . to com.: com. has no DS',
    );
    await expect(
      look({ ...options, servers: [honest.address], trustAnchor: signer.trustAnchorOf('org') }),
    ).rejects.toMatchObject({ code: 'dns/no-anchor' });
  });

  test('is not believed with a forged DS, or with signatures that are of another time or gone', async () => {
    const text = await signer.sign(parentZone([ONE]));
    const forged = await serve({ com: text.replace(/12345 13 2/, '12346 13 2') });
    expect(await failureOf({ servers: [forged.address] })).toMatch(
      /not to be trusted: the signature of example.com. DS by key \d+ is wrong/,
    );
    const honest = await serve({ com: text });
    expect(await failureOf({ servers: [honest.address], now: 1700000000 })).toContain(
      'the signature of com. DNSKEY is valid from 2026-01-01',
    );
    expect(await failureOf({ servers: [honest.address], now: 2100000000 })).toContain(
      'expired at 2035-12-31',
    );
  });

  test('is not believed where it only claims that there is no DS', async () => {
    const lines = (await signer.sign(parentZone([ONE]), { args: ['-O', 'full'] })).split('\n');
    const without = (what: RegExp): string => lines.filter((line) => !what.test(line)).join('\n');
    const noDs = await serve({ com: without(/^example\.com\.\s.*\s(DS|RRSIG\s+DS)\s/) });
    expect(await failureOf({ servers: [noDs.address] })).toContain(
      'nothing proves that example.com. has no DS',
    );
    const noProof = await serve({ com: without(/^example\.com\.\s.*\s(DS|NSEC|RRSIG)\s/) });
    expect(await failureOf({ servers: [noProof.address] })).toContain('to be trusted: ');
    const noSignature = await serve({ com: without(/^example\.com\.\s.*\sRRSIG\s+DS\s/) });
    expect(await failureOf({ servers: [noSignature.address] })).toContain('example.com. DS has no signature');
  });

  test('is not believed where another zone’s keys sign the same', async () => {
    const server = await serve({ com: await other.sign(parentZone([TWO])) });
    expect(await failureOf({ servers: [server.address], trustAnchor: signer.trustAnchor() })).toContain(
      'fits the trust anchor',
    );
  });
});
