import { randomInt } from 'node:crypto';
import { getServers } from 'node:dns';
import net from 'node:net';
import { nameToText } from '../../dns/name.ts';
import {
  DNS_PORT,
  serverText,
  type AskOptions,
  type DnsAnswer,
  type DnsClient,
  type DnsQuestion,
  type DnsServer,
} from '../../dnssec/dns-client.ts';
import { environmentError, usageError, ZonewrightError, type ErrorDetails } from '../../errors.ts';
import { typeName } from '../../rr/registry.ts';
import { exchangeTcp, exchangeUdp, hasRoute } from './exchange.ts';
import { decodeReply, encodeQuestion, type Reply } from './message.ts';

/** Questions that a server may leave without an answer, one after the other. */
const PATIENCE = 4;

export interface DnsClientOptions {
  /** Milliseconds that one attempt may take. */
  readonly timeout?: number;
  /** How often a question is asked in vain over UDP before its server counts as silent. */
  readonly attempts?: number;
  /** In place of the system's resolvers. */
  readonly resolvers?: readonly DnsServer[];
}

/** A client that asks one server at a time, over UDP with EDNS or over TCP. */
export function dnsClient({ timeout = 2000, attempts = 2, resolvers }: DnsClientOptions = {}): DnsClient {
  /** How many questions in a row each server has not answered: a run over many zones must not wait for it again and again. */
  const silences = new Map<string, number>();
  return {
    async ask(server, question, { transport = 'udp', recursion = false }: AskOptions = {}) {
      if (net.isIP(server.address) === 0)
        throw usageError('dns/address', `"${server.address}" is no IP address of a server`);
      const name = serverText(server);
      try {
        if ((silences.get(name) ?? 0) >= PATIENCE)
          throw environmentError(
            'dns/timeout',
            'no answer to earlier questions: it is asked no more in this run',
          );
        const answer = await askOnce(server, question, transport, recursion);
        silences.delete(name);
        return answer;
      } catch (error) {
        if (isTimeout(error)) silences.set(name, (silences.get(name) ?? 0) + 1);
        const isRoutable = !isUnreachable(error) || (await hasRoute(server));
        throw aboutQuestion(isRoutable ? error : noRoute(error), server, question);
      }
    },
    resolvers: async () => resolvers ?? systemResolvers(),
  };

  async function askOnce(
    server: DnsServer,
    question: DnsQuestion,
    transport: 'udp' | 'tcp',
    recursion: boolean,
  ): Promise<DnsAnswer> {
    if (transport === 'udp') {
      const reply = await askRepeatedly(server, question, recursion);
      if (reply.kind === 'answer') return reply.answer;
    }
    return askTcp(server, question, recursion);
  }

  async function askRepeatedly(server: DnsServer, question: DnsQuestion, recursion: boolean): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await exchangeUdp(exchange(server, question, recursion));
      } catch (error) {
        if (!isTimeout(error) || attempt >= attempts) throw error;
      }
    }
  }

  async function askTcp(server: DnsServer, question: DnsQuestion, recursion: boolean): Promise<DnsAnswer> {
    // What UDP may take in all, a connection with its handshakes may take at once.
    const ask = (): Promise<Reply> =>
      exchangeTcp({ ...exchange(server, question, recursion), timeout: timeout * attempts });
    const reply = await ask().catch((error: unknown) => {
      // A server that loads zones anew drops the connections that it has.
      if (isClosed(error) && attempts > 1) return ask();
      throw error;
    });
    if (reply.kind === 'answer') return reply.answer;
    const why = reply.kind === 'truncated' ? 'it is truncated, even over TCP' : reply.why;
    throw environmentError('dns/mismatch', `the answer is of no use: ${why}`);
  }

  function exchange(server: DnsServer, question: DnsQuestion, recursion: boolean) {
    const id = randomInt(0x10000);
    return {
      server,
      timeout,
      query: encodeQuestion(id, question, recursion),
      decode: (message: Uint8Array) => decodeReply(message, id, question),
    };
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof ZonewrightError && error.code === 'dns/timeout';
}

function isClosed(error: unknown): boolean {
  return error instanceof ZonewrightError && error.code === 'dns/closed';
}

function isUnreachable(error: unknown): error is ZonewrightError {
  return error instanceof ZonewrightError && error.code === 'dns/unreachable';
}

function noRoute({ message }: ZonewrightError): ZonewrightError {
  return environmentError('dns/no-route', message);
}

/** The system's resolvers. Node.js writes ports other than 53, and the brackets that they need. */
function systemResolvers(): DnsServer[] {
  return getServers().flatMap((text) => {
    const [, bracketed, ipv4, port] = /^(?:\[(.+)\]|([\d.]+)):(\d+)$/.exec(text) ?? [];
    const address = bracketed ?? ipv4 ?? text;
    return net.isIP(address) === 0 ? [] : [{ address, port: port === undefined ? DNS_PORT : Number(port) }];
  });
}

/** The same error, saying who was asked what. */
function aboutQuestion(error: unknown, server: DnsServer, { name, type }: DnsQuestion): unknown {
  if (!(error instanceof ZonewrightError)) return error;
  const message = `asked ${serverText(server)} for ${nameToText(name)} ${typeName(type)}: ${
    error.code === 'dns/malformed' ? `the answer cannot be read: ${error.message}` : error.message
  }`;
  const details: ErrorDetails = { hint: HINTS[error.code], cause: error };
  return environmentError(error.code, message, details);
}

const HINTS: Readonly<Record<string, string>> = {
  'dns/timeout': 'look whether the server runs and whether a firewall lets UDP and TCP port 53 through',
  'dns/unreachable':
    'look whether the address and the port are right and the server answers over UDP and TCP',
  'dns/closed': 'look at the log of that server for why it does not answer over TCP',
  'dns/no-route': 'this machine has no route to that address: name a server of another address family',
  'dns/malformed': 'look with "dig" at what this server sends; it may be no DNS server',
  'dns/mismatch': 'look with "dig" at what this server sends; it may be no DNS server',
};
