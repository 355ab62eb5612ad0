import { sameOctets } from '../dns/octets.ts';
import { countLabels, nameToText, parentName, ROOT, sameName } from '../dns/name.ts';
import type { DnsClient, DnsRecord } from '../dnssec/dns-client.ts';
import { dsMatches } from '../dnssec/ds.ts';
import { rrsetOf, signatureProblem } from '../dnssec/rrset-signature.ts';
import { environmentError, inputError, ZonewrightError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import type { Environment } from './environment.ts';
import { askResolvers } from './name-servers.ts';
import { readRecords, type FoundRecord } from './records.ts';

/** DS and DNSKEY records by which the keys of a zone are known. */
export type TrustAnchors = readonly FoundRecord[];

/**
 * What the keys of a zone are known by: the records of a trust anchor file; where these are of a zone above, what the chain of DS and DNSKEY records
 * leads to from there, asked of the system's resolvers and checked link by link.
 * @throws ZonewrightError `dns/no-chain` where the chain is broken, `dns/no-anchor` where the file has nothing of the zone or above
 */
export async function anchorsOf(
  zone: Uint8Array,
  file: string,
  dns: DnsClient,
  environment: Environment,
): Promise<TrustAnchors> {
  for (let owner = zone; ; owner = parentName(owner)) {
    const records = await recordsIn(file, owner, environment);
    if (records.length > 0) return descend(zone, owner, records, dns, environment);
    if (owner.length === ROOT.length) break;
  }
  throw inputError(
    'dns/no-anchor',
    `there is no DS or DNSKEY record of ${nameToText(zone)} or a zone above it here`,
    {
      location: { file },
    },
  );
}

async function recordsIn(file: string, owner: Uint8Array, environment: Environment): Promise<TrustAnchors> {
  try {
    return await readRecords(file, owner, [Type.DS, Type.DNSKEY], environment);
  } catch (error) {
    if (error instanceof ZonewrightError && error.code === 'verify/no-records') return [];
    throw error;
  }
}

/** The keys of a DNSKEY RRset that a trust anchor stands for. */
export function anchoredKeys(
  keys: readonly Uint8Array[],
  zone: Uint8Array,
  anchors: TrustAnchors,
  { crypto }: Environment,
): Uint8Array[] {
  return keys.filter((key) =>
    anchors.some(({ type, rdata }) =>
      type === Type.DS ? dsMatches(rdata, zone, key, crypto) === true : sameOctets(rdata, key),
    ),
  );
}

/** Follows the delegations from a zone whose anchors are known to one below it. */
async function descend(
  target: Uint8Array,
  from: Uint8Array,
  known: TrustAnchors,
  dns: DnsClient,
  environment: Environment,
): Promise<TrustAnchors> {
  const { now, crypto } = environment;
  let zone = from;
  let anchors = known;
  const ask = async (name: Uint8Array, type: number): Promise<readonly DnsRecord[]> =>
    (await askResolvers({ name, type }, dns)).answers;
  const broken = (problem: string): ZonewrightError =>
    environmentError(
      'dns/no-chain',
      `no chain of trust leads from ${nameToText(from)} to ${nameToText(target)}: ${problem}`,
      {
        hint: `name a trust anchor of ${nameToText(target)} itself, or a resolver that passes DNSSEC records on`,
      },
    );
  for (const name of namesBelow(from, target)) {
    const keyRecords = await ask(zone, Type.DNSKEY);
    const keys = rrsetOf(keyRecords, zone, Type.DNSKEY).map(({ rdata }) => rdata);
    const entries = anchoredKeys(keys, zone, anchors, environment);
    const keyProblem = signatureProblem(keyRecords, zone, Type.DNSKEY, {
      signer: zone,
      keys: entries,
      now,
      crypto,
    });
    if (keyProblem !== undefined) throw broken(keyProblem);
    const dsRecords = await ask(name, Type.DS);
    const ds = rrsetOf(dsRecords, name, Type.DS);
    // Not every label is a delegation.
    if (ds.length === 0) continue;
    const problem = signatureProblem(dsRecords, name, Type.DS, { signer: zone, keys, now, crypto });
    if (problem !== undefined) throw broken(problem);
    zone = name;
    anchors = ds.map(({ type, rdata }) => ({ type, rdata }));
  }
  if (!sameName(zone, target)) throw broken(`${nameToText(target)} has no DS`);
  return anchors;
}

/** The names on the way down, the last of them the target. */
function namesBelow(from: Uint8Array, target: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let name = target; countLabels(name) > countLabels(from); name = parentName(name)) names.unshift(name);
  return names;
}
