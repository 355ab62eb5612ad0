import { canonicalName, nameFromText, nameToText, parentName, ROOT, sameName } from '../dns/name.ts';
import {
  DNS_PORT,
  Rcode,
  type DnsAnswer,
  type DnsClient,
  type DnsQuestion,
  type DnsServer,
} from '../dnssec/dns-client.ts';
import { rrsetOf } from '../dnssec/rrset-signature.ts';
import { environmentError, usageError, ZonewrightError } from '../errors.ts';
import { rdataToText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';

const LOOPBACK = ['127.0.0.1', '::1'];

/** As far as it tells one from a name or an IPv4 address, either with a port. */
const IPV6 = /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*(%\w+)?$/i;

/** A server that is to be asked, or why it cannot be. */
export type FoundServer = DnsServer | { readonly host: Uint8Array; readonly error: ZonewrightError };

/** A server as users write it: `HOST[:PORT]`, where HOST is a name, an IPv4 address, or an IPv6 address, in brackets before a port. */
export interface ServerName {
  readonly host: string;
  readonly port: number;
}

/** @throws ZonewrightError `usage/server` */
export function parseServer(text: string): ServerName {
  const [, bracketed, bracketedPort] = /^\[(.+)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? text;
  if (IPV6.test(address)) return { host: address, port: portNumber(bracketedPort, text) };
  const [, host, port] = /^([^:[\]\s]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined) throw badServer(text);
  return { host, port: portNumber(port, text) };
}

function portNumber(digits: string | undefined, text: string): number {
  const port = digits === undefined ? DNS_PORT : Number(digits);
  if (port >= 1 && port <= 0xffff) return port;
  throw badServer(text);
}

function badServer(text: string): ZonewrightError {
  return usageError('usage/server', `"${text}" is no name server`, {
    hint: 'write HOST or HOST:PORT, and an IPv6 address before a port in brackets: [2001:db8::1]:53',
  });
}

/** The addresses of servers that the operator names. */
export async function namedServers(texts: readonly string[], dns: DnsClient): Promise<FoundServer[]> {
  const servers = await Promise.all(
    texts.map(async (text) => {
      const { host, port } = parseServer(text);
      return isAddress(host) ? [{ address: host, port }] : addressesOf(nameFromText(host), port, dns);
    }),
  );
  return servers.flat();
}

/**
 * The servers of a zone, found through the system's resolvers.
 * @throws ZonewrightError `dns/*` where nobody tells
 */
export async function serversOfZone(zone: Uint8Array, dns: DnsClient): Promise<FoundServer[]> {
  const { answers } = await askResolvers({ name: zone, type: Type.NS }, dns);
  const hosts = rrsetOf(answers, zone, Type.NS).map(({ rdata }) => canonicalName(rdata));
  if (hosts.length === 0) {
    throw environmentError('dns/no-servers', `the resolver knows no name servers of ${nameToText(zone)}`, {
      hint: 'name them in the configuration or with --server',
    });
  }
  const servers = await Promise.all(hosts.map((host) => addressesOf(host, DNS_PORT, dns)));
  return servers.flat();
}

/**
 * The zone that delegates another one: the nearest name above that has an SOA record.
 * @param hasSoa whether a name is that of a zone
 */
export async function enclosingZone(
  zone: Uint8Array,
  hasSoa: (name: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array | undefined> {
  for (let name = zone; name.length > ROOT.length;) {
    name = parentName(name);
    if (await hasSoa(name)) return name;
  }
  return undefined;
}

/** The zone above another one, as the system's resolvers know it. */
export function parentZoneByResolvers(zone: Uint8Array, dns: DnsClient): Promise<Uint8Array | undefined> {
  return enclosingZone(zone, async (name) => {
    const { answers } = await askResolvers({ name, type: Type.SOA }, dns);
    return rrsetOf(answers, name, Type.SOA).length > 0;
  });
}

/** What all servers say, in the address families that work here: one does not if none of its servers can be reached, and others can. */
export async function askAll<T>(
  servers: readonly FoundServer[],
  ask: (server: DnsServer) => Promise<T>,
): Promise<{ readonly answers: readonly T[]; readonly failed: readonly ZonewrightError[] }> {
  const outcomes = await Promise.all(
    servers.map(async (server) => {
      const family = familyOf(server);
      try {
        if ('error' in server) throw server.error;
        return { family, answer: await ask(server) };
      } catch (error) {
        if (!(error instanceof ZonewrightError) || error.kind !== 'environment') throw error;
        return { family, error };
      }
    }),
  );
  const answers = outcomes.flatMap((outcome) => ('answer' in outcome ? [outcome.answer] : []));
  const isCutOff = (outcome: (typeof outcomes)[number]): boolean =>
    'error' in outcome && outcome.error.code === 'dns/no-route';
  const works = (family: string): boolean =>
    outcomes.some((outcome) => outcome.family === family && !isCutOff(outcome));
  const failed = outcomes.flatMap((outcome) =>
    'error' in outcome && (answers.length === 0 || works(outcome.family)) ? [outcome.error] : [],
  );
  return { answers, failed };
}

function familyOf(server: FoundServer): string {
  if ('error' in server) return 'unknown';
  return server.address.includes(':') ? 'IPv6' : 'IPv4';
}

async function addressesOf(host: Uint8Array, port: number, dns: DnsClient): Promise<FoundServer[]> {
  if (sameName(host, LOCALHOST)) return LOOPBACK.map((address) => ({ address, port, host }));
  try {
    const found = await Promise.all(
      [Type.A, Type.AAAA].map(async (type) => {
        const { answers } = await askResolvers({ name: host, type }, dns);
        // Behind aliases the owner is another name.
        return answers.filter((record) => record.type === type).map(({ rdata }) => rdataToText(type, rdata));
      }),
    );
    const addresses = found.flat();
    if (addresses.length > 0) return addresses.map((address) => ({ address, port, host }));
    throw environmentError('dns/no-address', `the name server ${nameToText(host)} has no address`, {
      hint: 'look whether its name is right and its A and AAAA records are there',
    });
  } catch (error) {
    if (error instanceof ZonewrightError) return [{ host, error }];
    throw error;
  }
}

const LOCALHOST = nameFromText('localhost');

/** Asks the system's resolvers one after the other, until one has an answer: that there is nothing is one, too. */
export async function askResolvers(question: DnsQuestion, dns: DnsClient): Promise<DnsAnswer> {
  let reason = 'no resolver is configured';
  for (const resolver of await dns.resolvers()) {
    try {
      const answer = await dns.ask(resolver, question, { recursion: true });
      if (answer.rcode === Rcode.NoError || answer.rcode === Rcode.NxDomain) return answer;
      reason = `the resolver ${resolver.address} failed with code ${answer.rcode}`;
    } catch (error) {
      if (!(error instanceof ZonewrightError)) throw error;
      reason = error.message;
    }
  }
  throw environmentError('dns/no-resolver', `the system's resolvers do not help: ${reason}`, {
    hint: 'name the servers in the configuration (parent.servers) or with --server HOST[:PORT]',
  });
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}
