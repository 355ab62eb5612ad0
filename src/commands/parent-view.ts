import { nameToText } from '../dns/name.ts';
import { Rcode, serverText, type DnsAnswer, type DnsClient, type DnsServer } from '../dnssec/dns-client.ts';
import { absenceProblem } from '../dnssec/ds-absence.ts';
import { rrsetOf, signatureProblem, type SignatureCheck } from '../dnssec/rrset-signature.ts';
import { readSoa } from '../dnssec/soa.ts';
import { environmentError, type ZonewrightError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import {
  askAll,
  enclosingZone,
  namedServers,
  parentZoneByResolvers,
  serversOfZone,
  type FoundServer,
} from './name-servers.ts';
import { anchoredKeys, anchorsOf, type TrustAnchors } from './parent-anchors.ts';

/** Where and how to look at what a zone's parent serves. */
export interface ParentSource {
  /** The parent's name servers as users write them; none where they are to be found. */
  readonly servers: readonly string[];
  /** A file with DS or DNSKEY records of the parent, or of a zone above it, that are trusted. */
  readonly trustAnchor?: string | undefined;
}

/** The DS set that one server of the parent serves. */
export interface ServedDs {
  readonly server: string;
  /** RDATA; none where the delegation is insecure. */
  readonly ds: readonly Uint8Array[];
  /** Seconds; for negative answers where there is no DS. */
  readonly ttl: number;
  /** Whether the parent is signed, so that the signature of the DS (or of its absence) was checked. */
  readonly isSigned: boolean;
}

/** What all servers of the parent say. */
export interface ParentView {
  readonly served: readonly ServedDs[];
  /** Servers that said nothing of use, each with the reason. Until they do, nothing is certain. */
  readonly failed: readonly ZonewrightError[];
}

/**
 * Asks every server of the parent, in the address families that work here, which DS it serves. Over TCP, and with the signature checked where the
 * parent is signed. Where there is no trust anchor, the parent's keys are those that the same server sends and that sign themselves: then it takes
 * somebody on the way to every server to forge an answer.
 * @throws ZonewrightError `dns/*` where no server could be found; `usage/server`, `file/*`
 */
export async function lookAtParent(
  zone: Uint8Array,
  { servers, trustAnchor }: ParentSource,
  environment: Environment,
): Promise<ParentView> {
  const { dns } = environment;
  if (dns === undefined)
    throw environmentError('dns/no-network', 'there is no network to ask the parent through');
  const { parent, found } = await findParent(zone, servers, dns);
  const chains = new Map<string, Promise<TrustAnchors>>();
  const anchorsFor = async (zoneAbove: Uint8Array): Promise<TrustAnchors | undefined> => {
    if (trustAnchor === undefined) return undefined;
    const label = nameToText(zoneAbove);
    const chain = chains.get(label) ?? anchorsOf(zoneAbove, trustAnchor, dns, environment);
    chains.set(label, chain);
    return chain;
  };
  const { answers, failed } = await askAll(found, (server) =>
    askServer(zone, server, parent, anchorsFor, dns, environment),
  );
  return { served: answers, failed };
}

async function findParent(
  zone: Uint8Array,
  servers: readonly string[],
  dns: DnsClient,
): Promise<{ readonly parent: Uint8Array | undefined; readonly found: readonly FoundServer[] }> {
  if (servers.length > 0) return { parent: undefined, found: await namedServers(servers, dns) };
  const parent = await parentZoneByResolvers(zone, dns);
  if (parent !== undefined) return { parent, found: await serversOfZone(parent, dns) };
  throw environmentError('dns/no-parent', `no zone above ${nameToText(zone)} is to be found`, {
    hint: 'name the servers of the parent in the configuration (parent.servers) or with --server HOST[:PORT]',
  });
}

async function askServer(
  zone: Uint8Array,
  server: DnsServer,
  knownParent: Uint8Array | undefined,
  anchorsFor: (parent: Uint8Array) => Promise<TrustAnchors | undefined>,
  dns: DnsClient,
  environment: Environment,
): Promise<ServedDs> {
  const ask = (name: Uint8Array, type: number): Promise<DnsAnswer> =>
    dns.ask(server, { name, type }, { transport: 'tcp' });
  const useless = (what: string): ZonewrightError =>
    environmentError('dns/useless', `${serverText(server)} ${what}`, {
      hint: `look with "dig @${server.address} -p ${server.port} ${nameToText(zone)} DS +tcp +dnssec"; say with --server which servers the parent has`,
    });
  const parent =
    knownParent ??
    (await enclosingZone(zone, async (name) => {
      const { authoritative, answers } = await ask(name, Type.SOA);
      return authoritative && rrsetOf(answers, name, Type.SOA).length > 0;
    }));
  if (parent === undefined) throw useless(`serves no zone above ${nameToText(zone)}`);
  const [dsAnswer, keyAnswer] = await Promise.all([ask(zone, Type.DS), ask(parent, Type.DNSKEY)]);
  const reading = { zone, parent, dsAnswer, keyAnswer };
  const problem = formalProblem(reading);
  if (problem !== undefined) throw useless(problem);
  const anchors = await anchorsFor(parent);
  const { isSigned, problem: forgery } = judgeSignatures(reading, anchors, environment);
  if (forgery !== undefined) throw useless(`gave an answer that is not to be trusted: ${forgery}`);
  const records = rrsetOf(dsAnswer.answers, zone, Type.DS);
  const ttl = records.length > 0 ? Math.max(...records.map((record) => record.ttl)) : negativeTtl(reading);
  return { server: serverText(server), ds: records.map(({ rdata }) => rdata), ttl, isSigned };
}

interface Reading {
  readonly zone: Uint8Array;
  readonly parent: Uint8Array;
  readonly dsAnswer: DnsAnswer;
  readonly keyAnswer: DnsAnswer;
}

/** Why an answer is not that of a server of the parent. */
function formalProblem({ zone, parent, dsAnswer, keyAnswer }: Reading): string | undefined {
  for (const [{ rcode, authoritative }, name, type] of [
    [dsAnswer, zone, 'DS'],
    [keyAnswer, parent, 'DNSKEY'],
  ] as const) {
    const what = `${nameToText(name)} ${type}`;
    if (rcode === Rcode.NxDomain) return `says that ${nameToText(name)} does not exist`;
    if (rcode !== Rcode.NoError) return `answers ${what} with ${RCODES[rcode] ?? 'code'} (${rcode})`;
    if (!authoritative) return `does not speak for ${nameToText(parent)} itself, when asked for ${what}`;
  }
  if (rrsetOf(dsAnswer.answers, zone, Type.DS).length > 0) return undefined;
  if (dsAnswer.answers.length > 0) return `answers ${nameToText(zone)} DS with other records`;
  // A server of the zone itself alone says in good faith that it has no DS.
  if (rrsetOf(dsAnswer.authorities, parent, Type.SOA).length > 0) return undefined;
  return `answers ${nameToText(zone)} DS not for ${nameToText(parent)}, but for another zone`;
}

const RCODES: Readonly<Record<number, string>> = {
  1: 'FORMERR',
  2: 'SERVFAIL',
  4: 'NOTIMP',
  5: 'REFUSED',
  9: 'NOTAUTH',
};

function judgeSignatures(
  { zone, parent, dsAnswer, keyAnswer }: Reading,
  anchors: TrustAnchors | undefined,
  environment: Environment,
): { readonly isSigned: boolean; readonly problem?: string | undefined } {
  const keys = rrsetOf(keyAnswer.answers, parent, Type.DNSKEY).map(({ rdata }) => rdata);
  if (keys.length === 0) {
    const isOddlySigned = dsAnswer.answers.some(({ type }) => type === Type.RRSIG);
    if (anchors === undefined && !isOddlySigned) return { isSigned: false };
    return { isSigned: true, problem: `${nameToText(parent)} has no DNSKEY` };
  }
  const check = (trusted: readonly Uint8Array[]): SignatureCheck => ({
    signer: parent,
    keys: trusted,
    now: environment.now,
    crypto: environment.crypto,
  });
  const entries = anchors === undefined ? keys : anchoredKeys(keys, parent, anchors, environment);
  if (entries.length === 0)
    return { isSigned: true, problem: `no DNSKEY of ${nameToText(parent)} fits the trust anchor` };
  const keyProblem = signatureProblem(keyAnswer.answers, parent, Type.DNSKEY, check(entries));
  const problem =
    keyProblem ??
    (rrsetOf(dsAnswer.answers, zone, Type.DS).length > 0
      ? signatureProblem(dsAnswer.answers, zone, Type.DS, check(keys))
      : absenceProblem(zone, dsAnswer.authorities, check(keys)));
  return { isSigned: true, problem };
}

/** RFC 2308 section 5. */
function negativeTtl({ parent, dsAnswer }: Reading): number {
  const [soa] = rrsetOf(dsAnswer.authorities, parent, Type.SOA);
  return soa === undefined ? 0 : Math.min(soa.ttl, readSoa(soa.rdata).minimum);
}
