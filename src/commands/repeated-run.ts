import packageJson from '../../package.json' with { type: 'json' };
import { toHex } from '../dns/encoding.ts';
import type { Crypto } from '../dnssec/crypto.ts';
import type { Denial } from '../dnssec/denial.ts';
import type { SerialPolicy } from '../dnssec/serial-policy.ts';
import type { RecordStore } from '../zone/record-store.ts';
import type { Environment } from './environment.ts';
import type { OutputDigests } from './output-digests.ts';
import type { SelectedKeys } from './signing-keys.ts';

/** What a signed zone was made from, and what there is to tell of it. */
export interface Making extends SignedCounts {
  /** Names content, keys and settings: the same ones make the same zone. */
  readonly from: string;
  /** When it was made, in epoch seconds: no signature in it begins later. */
  readonly at: number;
}

export interface SignedCounts {
  readonly serial: number;
  readonly records: number;
  readonly rrsets: number;
  readonly signatures: number;
  readonly denialRecords: number;
  /** When the first signature expires, in epoch seconds. */
  readonly firstExpiration: number;
}

export interface RepeatOptions {
  readonly output: string;
  readonly denial: Denial;
  readonly serial: SerialPolicy;
  readonly zonemd?: 1 | 2 | undefined;
  readonly dropOutOfZone?: boolean | undefined;
  readonly maxTtl?: number | undefined;
  /** Seconds: a signature with less than this left is made anew. */
  readonly refresh: number;
  readonly full?: boolean | undefined;
  readonly verify?: boolean | undefined;
}

/**
 * What tells two runs apart that would sign differently, times aside: the records of the input, in the order in which they stand there, the
 * keys and what they do, and the settings. It is found out when it is first asked for.
 * @param store the input as it was read; what is added to it later does not count
 */
export function fingerprint(
  store: RecordStore,
  keys: Pick<SelectedKeys, 'signing' | 'own' | 'apexRecords'>,
  { denial, serial, zonemd, dropOutOfZone, maxTtl }: RepeatOptions,
  crypto: Crypto,
): () => string {
  const { count, names } = store;
  const columns = [store.owners, store.types, store.ttls, store.rdataLengths].map(
    (column) => new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT),
  );
  const content = [...columns, names.wire.view(), store.rdata.view()];
  const settings = {
    version: packageJson.version,
    denial: denial.kind === 'nsec' ? denial : { ...denial, salt: toHex(denial.salt) },
    serial,
    zonemd,
    dropOutOfZone,
    maxTtl,
    signing: keys.signing.map(({ dnskeyRdata, signsKeys, signsZone, signsRequests, privateKey }) => [
      toHex(dnskeyRdata),
      signsKeys,
      signsZone,
      signsRequests,
      ...(privateKey.kind === 'premade' ? [...privateKey.rrsigs.values()].map(toHex) : []),
    ]),
    own: keys.own.map(({ dnskeyRdata }) => toHex(dnskeyRdata)),
    apex: keys.apexRecords.map(({ type, ttl, rdata }) => [type, ttl, toHex(rdata)]),
  };
  let known: string | undefined;
  return () => {
    if (known !== undefined) return known;
    const digest = crypto.createDigest('sha256');
    digest.update(new TextEncoder().encode(JSON.stringify(settings)));
    for (const octets of content) digest.update(octets);
    return (known = toHex(digest.finish()));
  };
}

/**
 * What there is to tell of the output if a run would leave it as it is: it is the very file that this tool made from the same, and none of its
 * signatures is due. Then neither it nor the content of the zone has to be looked into.
 */
export async function unchangedOutput(
  { output, refresh, full, verify }: RepeatOptions,
  from: () => string,
  digests: OutputDigests,
  { now, files, crypto }: Environment,
): Promise<Making | undefined> {
  if (output === '-' || full === true || verify === true) return undefined;
  const candidates = await digests.makingsFrom(from);
  if (!candidates.some((making) => isFresh(making, now, refresh))) return undefined;
  if ((await files.status(output)) === undefined) return undefined;
  const making = await digests.making(toHex(crypto.digest('sha256', await files.read(output))));
  return making?.from === from() && isFresh(making, now, refresh) ? making : undefined;
}

function isFresh({ at, firstExpiration }: Making, now: number, refresh: number): boolean {
  return now >= at && now + refresh <= firstExpiration;
}
