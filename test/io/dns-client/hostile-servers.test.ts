import { afterEach, describe, expect, test } from '@jest/globals';
import packet from 'dns-packet';
import fc from 'fast-check';
import { nameFromText } from '../../../src/dns/name.ts';
import type { AskOptions, DnsAnswer } from '../../../src/dnssec/dns-client.ts';
import { ZonewrightError } from '../../../src/errors.ts';
import { dnsClient } from '../../../src/io/dns-client/dns-client.ts';
import { decodeReply, encodeQuestion } from '../../../src/io/dns-client/message.ts';
import { Type } from '../../../src/rr/registry.ts';
import { answerTo, testDnsServer, type Behaviour, type TestDnsServer } from '../../support/dns-server.ts';

/** Milliseconds of one attempt, of which there are two. */
const TIMEOUT = 250;
/** What a question may take at the most, on a busy machine. */
const PATIENCE = 2 * TIMEOUT + 2000;
const ZONE = nameFromText('example.');
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 3000);

let servers: TestDnsServer[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function serverThat(
  behaviour: Behaviour,
  options?: Parameters<typeof testDnsServer>[1],
): Promise<TestDnsServer> {
  const server = await testDnsServer(behaviour, options);
  servers.push(server);
  return server;
}

function ask(server: TestDnsServer, options?: AskOptions): Promise<DnsAnswer> {
  return dnsClient({ timeout: TIMEOUT }).ask(server, { name: ZONE, type: Type.DS }, options);
}

/** The error of a question, which must come in time. */
async function failure(server: TestDnsServer, options?: AskOptions): Promise<ZonewrightError> {
  const begin = performance.now();
  const outcome: unknown = await ask(server, options).catch((error: unknown) => error);
  expect(performance.now() - begin).toBeLessThan(PATIENCE);
  if (outcome instanceof ZonewrightError) {
    expect(outcome.kind).toBe('environment');
    expect(outcome.hint).toBeDefined();
    expect(outcome.message).toContain(`asked 127.0.0.1:${server.port} for example. DS: `);
    return outcome;
  }
  throw new Error(`no error, but ${JSON.stringify(outcome)}`);
}

const DS = { keyTag: 12345, algorithm: 13, digestType: 2, digest: Buffer.alloc(32, 7) };
const withDs = (query: Buffer): Buffer =>
  answerTo(query, { answers: [{ type: 'DS', name: 'example', ttl: 300, data: DS }] });

/** A message with other octets in some places. */
function patched(message: Buffer, patches: Readonly<Record<number, number>>): Buffer {
  const copy = Buffer.from(message);
  for (const [at, octet] of Object.entries(patches)) copy[Number(at)] = octet;
  return copy;
}

/** A header for one question and one answer, the question, and what is given in place of the answer. */
function withTail(query: Buffer, tail: readonly number[]): Buffer {
  const answer = answerTo(query);
  answer.writeUInt16BE(1, 6);
  return Buffer.concat([answer, Buffer.from(tail)]);
}

const COMPRESSION: readonly (readonly [string, readonly number[]])[] = [
  // The answer begins at octet 25: 12 of the header, 9 of the name, 4 of type and class.
  ['points to itself', [0xc0, 25]],
  ['points ahead', [0xc0, 27, 0xc0, 25]],
  ['goes in a circle', [1, 97, 0xc0, 25]],
  ['ends within a pointer', [0xc0]],
  ['ends within a label', [63, 97, 97]],
  ['has a label of an unknown kind', [0x80, 1]],
  ['is longer than 255 octets', Array.from({ length: 5 }, () => [63, ...Array<number>(63).fill(97)]).flat()],
];

describe('a server that does not keep to the protocol', () => {
  test.each(['udp', 'tcp'] as const)('an answer with another ID over %s', async (transport) => {
    const server = await serverThat((query) => [patched(withDs(query), { 0: query[0]! ^ 1 })]);
    const { message, code } = await failure(server, { transport });
    expect(message).toContain('it has another ID');
    expect(code).toBe(transport === 'udp' ? 'dns/timeout' : 'dns/mismatch');
  });

  test.each(['udp', 'tcp'] as const)('an answer to another question over %s', async (transport) => {
    const server = await serverThat((query) => [
      answerTo(query, { questions: [{ type: 'DS', name: 'example.org' }] }),
    ]);
    expect((await failure(server, { transport })).message).toContain('it answers another question');
  });

  test.each([
    ['another type', { type: 'A' as const, name: 'example' }],
    ['another class', { type: 'DS' as const, name: 'example', class: 'CH' as const }],
  ])('an answer to a question of %s', async (_, question) => {
    const server = await serverThat((query) => [answerTo(query, { questions: [question] })]);
    expect((await failure(server, { transport: 'tcp' })).code).toBe('dns/mismatch');
  });

  test('the question sent back', async () => {
    const server = await serverThat((query) => [query]);
    expect((await failure(server)).message).toContain('it is no answer');
  });

  test('forged packets before the true answer are passed over', async () => {
    const server = await serverThat((query) => [
      Buffer.from('noise'),
      patched(withDs(query), { 1: query[1]! ^ 1 }),
      answerTo(query, { questions: [{ type: 'DS', name: 'example.org' }] }),
      withTail(query, [0xc0, 25]),
      withDs(query),
    ]);
    const { answers, authoritative } = await ask(server);
    expect(authoritative).toBe(true);
    expect(answers).toEqual([
      { owner: ZONE, type: Type.DS, ttl: 300, rdata: Uint8Array.from([48, 57, 13, 2, ...DS.digest]) },
    ]);
    expect(server.asked).toHaveLength(1);
  });

  test('an answer from another port does not arrive', async () => {
    const server = await serverThat(() => []);
    const other = await serverThat((query) => [withDs(query)]);
    expect((await failure(server)).code).toBe('dns/timeout');
    expect(other.asked).toEqual([]);
  });

  test('truncated over UDP: asked again over TCP', async () => {
    const server = await serverThat((query, transport) =>
      transport === 'tcp'
        ? [withDs(query)]
        : // Cut in the middle of a record.
          [patched(withDs(query), { 2: 0x86 }).subarray(0, 40)],
    );
    expect((await ask(server)).answers).toHaveLength(1);
    expect(server.asked.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
    // Each with an ID of its own.
    const [first, second] = server.asked;
    expect(first!.query.subarray(0, 2).equals(second!.query.subarray(0, 2))).toBe(false);
  });

  test('truncated even over TCP', async () => {
    const server = await serverThat((query) => [patched(answerTo(query), { 2: 0x86 })]);
    expect((await failure(server)).message).toContain('truncated, even over TCP');
  });

  test.each(COMPRESSION)('a name that %s', async (_, tail) => {
    const server = await serverThat((query) => [withTail(query, tail)]);
    const { code, message } = await failure(server, { transport: 'tcp' });
    expect(code).toBe('dns/malformed');
    expect(message).toContain('the answer cannot be read');
    expect((await failure(server)).message).toContain('passed over');
  });

  test('a name in RDATA that points to itself', async () => {
    const nameserver = [0, 0, Type.NS, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 25 + 11];
    const server = await serverThat((query) => [withTail(query, nameserver)]);
    expect((await failure(server, { transport: 'tcp' })).code).toBe('dns/malformed');
  });

  test('RDATA that does not fit its type, and octets left over', async () => {
    const shortDs = [0, 0, Type.DS, 0, 1, 0, 0, 0, 60, 0, 3, 1, 2, 3];
    const a = [0, 0, Type.A, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4];
    for (const tail of [shortDs, [...a, 0], a.slice(0, -1)]) {
      const server = await serverThat((query) => [withTail(query, tail)]);
      expect((await failure(server, { transport: 'tcp' })).code).toBe('dns/malformed');
    }
  });

  test('as many records as a message can announce, none of which comes', async () => {
    const server = await serverThat((query) => [
      patched(answerTo(query), { 6: 255, 7: 255, 8: 255, 9: 255, 10: 255, 11: 255 }),
    ]);
    expect((await failure(server, { transport: 'tcp' })).code).toBe('dns/malformed');
  });

  test('65535 octets of the longest chains of pointers', async () => {
    const server = await serverThat((query) => {
      const head = withTail(query, []);
      const body = Buffer.alloc(0xffff - head.length);
      // Each pointer leads to the one before it, and each record begins at the last.
      for (let at = 0; at < 0x3fff - head.length; at += 2)
        body.writeUInt16BE(0xc000 + head.length + Math.max(at - 2, 0), at);
      head.writeUInt16BE(0xffff, 6);
      return [Buffer.concat([head, body])];
    });
    expect((await failure(server, { transport: 'tcp' })).code).toBe('dns/malformed');
  });

  test('a packet larger than was asked for is read like any other', async () => {
    const many = Array.from({ length: 900 }, (_, i) => ({
      type: 'DS' as const,
      name: 'example',
      ttl: 1,
      data: { ...DS, keyTag: i },
    }));
    const server = await serverThat((query) => [answerTo(query, { answers: many })]);
    expect((await ask(server)).answers).toHaveLength(900);
  });

  test('silence over UDP and over TCP', async () => {
    const server = await serverThat(() => [], { holdsConnections: true });
    expect((await failure(server)).message).toContain('no answer within 0.25 seconds');
    expect(server.asked).toHaveLength(2);
    expect((await failure(server, { transport: 'tcp' })).message).toContain('no answer within 0.5 seconds');
  });

  test('a server that is always silent is asked no more by the same client', async () => {
    const server = await serverThat(() => []);
    const client = dnsClient({ timeout: 20 });
    const failures: string[] = [];
    for (let i = 0; i < 6; i++) {
      await client.ask(server, { name: ZONE, type: Type.DS }).catch((error: unknown) => {
        if (error instanceof ZonewrightError) failures.push(error.message);
      });
    }
    expect(failures.map((message) => message.includes('it is asked no more in this run'))).toEqual([
      ...[false, false, false, false],
      ...[true, true],
    ]);
    expect(server.asked).toHaveLength(8);
  });

  test('half a message over TCP, held open or closed', async () => {
    const half = (query: Buffer): Uint8Array[] => [Buffer.of(1, 0), withDs(query).subarray(0, 20)];
    const held = await serverThat(half, { rawTcp: true, holdsConnections: true });
    expect(await failure(held, { transport: 'tcp' })).toMatchObject({
      code: 'dns/timeout',
      message: expect.stringContaining('only the first 22 octets of the answer came'),
    });
    const closed = await serverThat(half, { rawTcp: true });
    expect(await failure(closed, { transport: 'tcp' })).toMatchObject({
      code: 'dns/closed',
      message: expect.stringContaining('the server closed the connection'),
    });
  });

  test('a connection closed at once, and a stream without end', async () => {
    const closing = await serverThat(() => [], { rawTcp: true });
    expect((await failure(closing, { transport: 'tcp' })).code).toBe('dns/closed');
    expect(closing.asked).toHaveLength(2);
    const flood = await serverThat((query) => [withDs(query), Buffer.alloc(4_000_000)], { rawTcp: true });
    expect((await failure(flood, { transport: 'tcp' })).message).toMatch(
      /it is no answer|another|cannot be read|octets/,
    );
  });

  test('a connection closed once, as by a server that loads its zones anew', async () => {
    let connections = 0;
    const framed = (message: Buffer): Uint8Array[] => [Buffer.of(0, message.length), message];
    const server = await serverThat((query) => (++connections === 1 ? [] : framed(withDs(query))), {
      rawTcp: true,
    });
    expect((await ask(server, { transport: 'tcp' })).answers).toHaveLength(1);
  });

  test('nothing listens there', async () => {
    const server = await testDnsServer(() => []);
    await server.close();
    for (const transport of ['udp', 'tcp'] as const) {
      const { code, message } = await failure(server, { transport });
      expect(code).toBe('dns/unreachable');
      expect(message).toContain('nothing listens there');
    }
  });

  test('random octets in place of an answer', async () => {
    const messages = fc.sample(fc.uint8Array({ maxLength: 600 }), { numRuns: 40, seed: 1 });
    const server = await serverThat((query, transport) =>
      transport === 'udp' ? [...messages, withDs(query)] : messages.slice(0, 1),
    );
    expect((await ask(server)).answers).toHaveLength(1);
    await failure(server, { transport: 'tcp' });
  });
});

describe('octets of any kind', () => {
  const question = { name: ZONE, type: Type.DS };
  const id = 4711;
  const honest = withDs(Buffer.from(encodeQuestion(id, question, false)));

  /** Reading either works or says what is wrong, and does not last. */
  function read(message: Uint8Array): void {
    try {
      decodeReply(message, id, question);
    } catch (error) {
      if (!(error instanceof ZonewrightError) || error.code !== 'dns/malformed') throw error;
    }
  }

  test('random messages behind a true header and question', () => {
    const head = honest.subarray(0, 25);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(5), (tail, count) => {
        const message = Buffer.concat([head, tail]);
        message.writeUInt16BE(count, 6);
        read(message);
      }),
      { numRuns: RUNS },
    );
  });

  test('true answers with octets changed, cut or doubled', () => {
    const change = fc.tuple(fc.nat(honest.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 4 }),
        fc.nat(honest.length),
        fc.boolean(),
        (changes, cut, twice) => {
          const message = patched(honest, Object.fromEntries(changes)).subarray(0, cut);
          read(twice ? Buffer.concat([message, message]) : message);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('an unchanged answer is read', () => {
    expect(decodeReply(honest, id, question).kind).toBe('answer');
  });
});

describe('what dns-packet would lose', () => {
  const odd = nameFromText('a\\.b.\\255\\000.example.');

  test('names that are no text go out and come back to the octet', async () => {
    const server = await serverThat((query) => {
      const answer = Buffer.from(query.subarray(0, query.length - 11));
      answer[2] = 0x84;
      answer.fill(0, 6, 12);
      return [answer];
    });
    const answer = await dnsClient({ timeout: TIMEOUT }).ask(server, { name: odd, type: Type.DS });
    expect(answer.rcode).toBe(0);
    expect(server.asked[0]!.query.subarray(12, 12 + odd.length).equals(odd)).toBe(true);
  });

  test('DS and DNSKEY of unknown algorithms and digest types, and a DNSKEY with another protocol', () => {
    const rdatas = [
      [Type.DS, [0, 1, 200, 250, 1, 2, 3, 255]],
      [Type.DNSKEY, [1, 1, 4, 251, 255, 254, 0]],
      [Type.RRSIG, [0xff, 0x01, 250, 1, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 0, 0, 7, 1, 255, 0, 9, 9]],
    ] as const;
    const question = { name: ZONE, type: Type.DS };
    const query = Buffer.from(encodeQuestion(1, question, false));
    const tail = rdatas.flatMap(([type, rdata]) => [
      0xc0,
      12,
      0,
      type,
      0,
      1,
      0,
      0,
      1,
      0,
      0,
      rdata.length,
      ...rdata,
    ]);
    const message = withTail(query, tail);
    message.writeUInt16BE(rdatas.length, 6);
    const reply = decodeReply(message, 1, question);
    if (reply.kind !== 'answer') throw new Error(reply.kind);
    expect(reply.answer.answers).toEqual(
      rdatas.map(([type, rdata]) => ({ owner: ZONE, type, ttl: 256, rdata: Uint8Array.from(rdata) })),
    );
    expect(() => packet.decode(message)).toThrow();
  });
});
