import { printTime } from '../dns/time.ts';
import { toHex } from '../dns/encoding.ts';
import { readRrsig } from '../dnssec/rrsig.ts';
import { inputError, type ZonewrightError } from '../errors.ts';
import { rdataToText } from '../rr/rdata.ts';
import { Type, typeName } from '../rr/registry.ts';
import { parseZone } from '../zone/parse-zone.ts';
import { Zone } from '../zone/zone.ts';

/** What a file of bundles is: what is to be signed, or what was. Knot DNS calls them so, too. */
export type BundleKind = 'KeySigningRequest' | 'SignedKeyResponse';

/** One version of the DNSKEY, CDS and CDNSKEY RRsets for a span of time, with its signatures in a response. Times are epoch seconds. */
export interface KeyBundle {
  /** From when on it may be published. */
  readonly from: number;
  /** When the signatures begin and end to be valid; undefined in the requests of others. */
  readonly inception: number | undefined;
  readonly expiration: number | undefined;
  /** The RRsets, as the zone's apex. */
  readonly zone: Zone;
}

/** A record of a bundle. */
export interface BundleRecord {
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** A bundle before it is written. */
export interface NewBundle extends Pick<KeyBundle, 'from' | 'inception' | 'expiration'> {
  readonly records: readonly BundleRecord[];
}

const HEADER = /^;+\s*(KeySigningRequest|SignedKeyResponse)\s+1\.0\s+(\d{1,10})\b/;
const TRAILER = /^;+\s*(?:KeySigningRequest|SignedKeyResponse)\s+1\.0\s+generated\b/;
/** Before records of a request that are no DNSKEYs. */
const ALSO = ';; also: ';
const SPAN = /^;+\s*signatures from (\d{1,10}) to (\d{1,10})\b/;

/** Prints bundles in the text form of Knot DNS (`keymgr generate-ksr`, version 1.0); what is ours stands in comments, which it passes over. */
export function printBundles(
  kind: BundleKind,
  owner: string,
  bundles: readonly NewBundle[],
  now: number,
  program: string,
): string {
  const blocks = bundles.map(({ from, inception, expiration, records }) => [
    `;; ${kind} 1.0 ${from} (${printTime(from)}) =========`,
    ...(inception === undefined || expiration === undefined
      ? []
      : [
          `;; signatures from ${inception} to ${expiration} (${printTime(inception)} to ${printTime(expiration)})`,
        ]),
    ...records.map(({ type, ttl, rdata }) => {
      const record = `${owner} ${ttl} IN ${typeName(type)} ${rdataToText(type, rdata)}`;
      // Knot takes every record of a request for a DNSKEY.
      return kind === 'KeySigningRequest' && type !== Type.DNSKEY ? `${ALSO}${record}` : record;
    }),
  ]);
  return [...blocks.flat(), `;; ${kind} 1.0 generated at ${printTime(now)} by ${program}`, ''].join('\n');
}

/**
 * Reads a file of bundles, of ours or of Knot DNS.
 * @throws ZonewrightError `bundle/format`, `bundle/kind`, `zone/*` for records that cannot be read
 */
export function readBundles(kind: BundleKind, origin: Uint8Array, text: string, file: string): KeyBundle[] {
  const blocks: Block[] = [];
  let isComplete = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const header = HEADER.exec(line);
    if (header !== null && header[1] !== kind) {
      throw inputError('bundle/kind', `this is a ${header[1]!}, not a ${kind}`, {
        location: { file, line: index + 1 },
        hint: 'a request comes from "rotate --key-request", a response from "sign --key-request … --response …"',
      });
    }
    if (TRAILER.test(line)) isComplete = true;
    else if (header !== null) blocks.push({ from: Number(header[2]), lines: [] });
    else if (!isComplete) blocks.at(-1)?.lines.push(line);
  }
  if (blocks.length === 0) throw damaged(file, `there is no ${kind} of version 1.0 in it`);
  if (!isComplete) throw damaged(file, 'its end is missing');
  return blocks.map((block) => bundleOf(block, origin, file));
}

/** The lines of a bundle. */
interface Block {
  readonly from: number;
  readonly lines: string[];
}

function bundleOf({ from, lines }: Block, origin: Uint8Array, file: string): KeyBundle {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line.replace(ALSO, '')}\n`).join(''));
  const { store, zoneClass } = parseZone({ file, bytes }, { origin });
  const zone = new Zone(store, { origin, zoneClass });
  const isWhole = zone.ownerCount === 1 && zone.apexRrset(Type.DNSKEY) >= 0;
  if (!isWhole)
    throw damaged(file, `the bundle of ${printTime(from)} is not the apex of the zone, or has no DNSKEY`);
  const rrsigs = rrsigsOf(zone).map(readRrsig);
  if (rrsigs.length === 0) {
    const [, inception, expiration] =
      lines.map((line) => SPAN.exec(line)).find((span) => span !== null) ?? [];
    const time = (digits: string | undefined): number | undefined =>
      digits === undefined ? undefined : Number(digits);
    return { from, inception: time(inception), expiration: time(expiration), zone };
  }
  return {
    from,
    inception: Math.max(...rrsigs.map(({ inception }) => inception)),
    expiration: Math.min(...rrsigs.map(({ expiration }) => expiration)),
    zone,
  };
}

/** The RDATA of the signatures in a bundle. */
export function rrsigsOf(zone: Zone): Uint8Array[] {
  return zone.rdatasOf(zone.apexRrset(Type.RRSIG));
}

/** The RDATA of a type in a bundle; none where it has none. */
export function rdatasOf(zone: Zone, type: number): Uint8Array[] {
  return zone.rdatasOf(zone.apexRrset(type));
}

/** The same text for the same set of records. */
export function rdataSetText(rdatas: readonly Uint8Array[]): string {
  return rdatas.map(toHex).sort().join(' ');
}

/**
 * The bundles of a response that may be published at a time with these DNSKEYs, those that began last first. They may ask the parent for different
 * things.
 */
export function bundlesFor(
  bundles: readonly KeyBundle[],
  dnskeys: readonly Uint8Array[],
  now: number,
): KeyBundle[] {
  const wanted = rdataSetText(dnskeys);
  return bundles
    .filter(
      ({ from, inception = Infinity, expiration = -Infinity, zone }) =>
        Math.max(from, inception) <= now &&
        expiration > now &&
        rdataSetText(rdatasOf(zone, Type.DNSKEY)) === wanted,
    )
    .sort((a, b) => b.from - a.from);
}

function damaged(file: string, problem: string): ZonewrightError {
  return inputError('bundle/format', problem, {
    location: { file },
    hint: 'make the file anew; it may have been cut off on its way',
  });
}
