import { nameToText } from '../dns/name.ts';
import { Rcode, serverText, type DnsClient, type DnsServer } from '../dnssec/dns-client.ts';
import { rrsetOf } from '../dnssec/rrset-signature.ts';
import { readSoa } from '../dnssec/soa.ts';
import { environmentError, type ZonewrightError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { withAllServing, withCarried } from '../rollover/facts.ts';
import { seenVersions, type Publication } from '../rollover/ledger.ts';
import { foreignKeys } from '../rollover/next-publication.ts';
import { keyNamed, type RotationState } from '../rollover/state.ts';
import { keyIdOf } from '../rollover/zone-evidence.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { askAll, namedServers, serversOfZone } from './name-servers.ts';
import { keyLabel } from './rotation-keys.ts';
import type { RotateOptions } from './rotation-options.ts';
import type { Noted } from './rotation-result.ts';

/** What one of the zone's own servers serves. */
interface ServedVersion {
  readonly server: string;
  readonly serial: number;
  /** DNSKEYs as text, sorted. */
  readonly keys: readonly string[];
}

/**
 * The state that knows which version all servers of the zone serve: the oldest that any of them has, if its DNSKEY RRset is the one that was
 * published. A version that some server lacks is not established by this.
 * @throws ZonewrightError `dns/*` where no server could be found, or none answers
 */
export async function withServersSeen(
  state: RotationState,
  options: RotateOptions,
  environment: Environment,
): Promise<Noted> {
  const { zone, policy, servers = [] } = options;
  const { dns, now } = environment;
  if (dns === undefined)
    throw environmentError('dns/no-network', 'there is no network to ask the servers of the zone through');
  const found = servers.length > 0 ? await namedServers(servers, dns) : await serversOfZone(zone, dns);
  const { answers, failed } = await askAll(found, (server) => askServer(zone, server, dns));
  const [failure] = failed;
  if (answers.length === 0 && failure !== undefined) throw failure;
  const { state: known, done } = withKeysCarried(state, answers, failed.length > 0, zone, environment);
  const { publications } = known.ledger;
  const indexes = answers.map(({ serial, keys }) =>
    publications.findLastIndex(
      ({ serial: published, keySet }) => published === serial && sameKeys(keySet.keys, keys),
    ),
  );
  const newest = seenVersions(state.ledger).findLast(({ elsewhere }) => elsewhere !== true);
  warnOfServers(answers, failed, newest, zone, environment);
  const oldest = publications[Math.min(...indexes)];
  if (failed.length > 0 || oldest === undefined) return { state: known, done };
  const next = withAllServing(known, oldest, now, policy.propagationDelay === 'auto');
  if (JSON.stringify(next) === JSON.stringify(known)) return { state: known, done };
  const what = `all ${answers.length} servers of the zone have serial ${oldest.serial} or a later one`;
  return { state: next, done: [...done, { rollover: 'publication', what }] };
}

/** Where the zone has other signers: which of our DNSKEYs all of them have, and a warning for each server that lacks one. */
function withKeysCarried(
  state: RotationState,
  answers: readonly ServedVersion[],
  isIncomplete: boolean,
  zone: Uint8Array,
  { now, warn }: Environment,
): Noted {
  if (foreignKeys(state).length === 0) return { state, done: [] };
  const open = state.keys.filter(({ use, carried }) => use.published && carried === undefined);
  for (const key of open) {
    for (const { server } of answers.filter(({ keys }) => !keys.includes(key.dnskey)))
      warn(
        `${server} does not have the DNSKEY of ${keyLabel(key)}`,
        `where another signer has that server, let it import the key ${key.base}.key, and run "zonewright rotate ${zoneLabel(zone)} --check-servers" again`,
      );
  }
  const everywhere = isIncomplete
    ? []
    : open.filter(({ dnskey }) => answers.every(({ keys }) => keys.includes(dnskey)));
  const next = withCarried(
    state,
    everywhere.map(({ dnskey }) => dnskey),
    now,
  );
  return {
    state: next,
    done: everywhere
      .filter(({ base }) => keyNamed(next, base)?.carried !== undefined)
      .map((key) => ({
        rollover: 'publication',
        what: `every server of the zone has the DNSKEY of ${keyLabel(key)}`,
      })),
  };
}

async function askServer(zone: Uint8Array, server: DnsServer, dns: DnsClient): Promise<ServedVersion> {
  const useless = (what: string): ZonewrightError =>
    environmentError('dns/useless', `${serverText(server)} ${what}`, {
      hint: `look with "dig @${server.address} -p ${server.port} ${nameToText(zone)} SOA"; say with --server which servers the zone has`,
    });
  const ask = async (type: number) => {
    const { rcode, authoritative, answers } = await dns.ask(server, { name: zone, type });
    if (rcode !== Rcode.NoError) throw useless(`answers with code ${rcode}`);
    if (!authoritative) throw useless(`does not speak for ${nameToText(zone)} itself`);
    return rrsetOf(answers, zone, type);
  };
  const [[soa], dnskeys] = await Promise.all([ask(Type.SOA), ask(Type.DNSKEY)]);
  if (soa === undefined) throw useless(`has no SOA of ${nameToText(zone)}`);
  return {
    server: serverText(server),
    serial: readSoa(soa.rdata).serial,
    keys: dnskeys.map(({ rdata }) => keyIdOf(rdata)).sort(),
  };
}

function sameKeys(published: readonly string[], served: readonly string[]): boolean {
  return JSON.stringify([...published].sort()) === JSON.stringify(served);
}

/** Names the servers that delay the publication, and what they have instead. */
function warnOfServers(
  answers: readonly ServedVersion[],
  failed: readonly ZonewrightError[],
  newest: Publication | undefined,
  zone: Uint8Array,
  { warn }: Environment,
): void {
  const hint = `once they have it, run "zonewright rotate ${zoneLabel(zone)} --check-servers" again, or say so with --served SERIAL`;
  for (const { message } of failed)
    warn(`a server of ${nameToText(zone)} does not tell what it serves: ${message}`, hint);
  if (newest === undefined) return;
  for (const { server, serial, keys } of answers) {
    if (serial !== newest.serial)
      warn(`${server} serves serial ${serial} of ${nameToText(zone)}, not ${newest.serial}`, hint);
    else if (!sameKeys(newest.keySet.keys, keys))
      warn(
        `${server} serves serial ${serial} of ${nameToText(zone)} with other DNSKEYs than were published`,
        'look whether the zone comes from elsewhere, or another program signs it too',
      );
  }
}
