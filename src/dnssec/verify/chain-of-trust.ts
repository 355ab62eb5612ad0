import { sameOctets } from '../../dns/octets.ts';
import { Type } from '../../rr/registry.ts';
import { algorithmLabel, usableAlgorithm } from '../algorithms.ts';
import { REVOKE_FLAG, SEP_FLAG } from '../dnskey.ts';
import { digestTypeByNumber, dsMatches, readDs, type Ds } from '../ds.ts';
import { keyTag } from '../key-tag.ts';
import type { Place, TrustAnchor, VerifyContext } from './context.ts';
import type { ZoneKey } from './zone-keys.ts';

const SHA1 = 1;
const SHA256 = 2;

/**
 * Checks that the keys lead to the zone from where validators start: the DNSKEY RRset is signed by one of its keys (RFC 4035 section 5.2), by
 * those that the given DS records stand for, and by one that is a trust anchor.
 * @param signers the keys with a valid signature over the DNSKEY RRset
 */
export function checkChainOfTrust(
  context: VerifyContext,
  keys: readonly ZoneKey[],
  signers: readonly ZoneKey[],
): void {
  const trusted = signers.filter((key) => key.signsZone);
  if (trusted.length === 0 && keys.some((key) => key.supported)) {
    context.report('dnskey/not-self-signed', context.apexPlace(Type.DNSKEY));
  }
  if (trusted.length > 0 && !trusted.some((key) => (key.flags & SEP_FLAG) !== 0)) {
    context.report('dnskey/no-sep', context.apexPlace(Type.DNSKEY));
  }
  const { ds, trustAnchors } = context.options;
  if (ds !== undefined) checkDs(context, ds, keys, trusted);
  if (trustAnchors !== undefined) checkTrustAnchors(context, trustAnchors, trusted);
}

/** A DS as the parent has it, with its judgement. */
interface JudgedDs extends Ds {
  readonly supported: boolean;
  /** The signing key that it stands for. */
  readonly key: ZoneKey | undefined;
  /** Whether it stands for a revoked key, as it is or as it was before. */
  readonly ofRevoked: boolean;
}

/** For each pair of algorithm and digest type some DS must stand for a key that signs the DNSKEY RRset: validators may choose the pair. */
function checkDs(
  context: VerifyContext,
  rdatas: readonly Uint8Array[],
  keys: readonly ZoneKey[],
  signers: readonly ZoneKey[],
): void {
  const revoked = keys.filter((key) => key.revoked).flatMap(({ rdata }) => [rdata, withoutRevocation(rdata)]);
  const isOf = (rdata: Uint8Array, key: Uint8Array): boolean =>
    dsMatches(rdata, context.zone.origin, key, context.crypto) === true;
  const place = context.apexPlace(Type.DS);
  const judged = rdatas.map((rdata): JudgedDs => {
    const ds = readDs(rdata);
    return {
      ...ds,
      supported:
        usableAlgorithm(ds.algorithm) !== undefined && digestTypeByNumber(ds.digestType) !== undefined,
      key: signers.find((key) => isOf(rdata, key.rdata)),
      ofRevoked: revoked.some((key) => isOf(rdata, key)),
    };
  });
  for (const ds of judged) {
    const of = { keyTag: ds.keyTag, algorithm: ds.algorithm };
    if (!ds.supported) {
      context.report('ds/unsupported', place, { ...of, found: `digest type ${ds.digestType}` });
    } else if (ds.ofRevoked) {
      context.report('ds/revoked', place, of);
    } else if (
      ds.key === undefined &&
      judged.some((other) => isSamePair(other, ds) && other.key !== undefined)
    ) {
      context.report('ds/unmatched', place, of);
    } else if (ds.key !== undefined && (ds.key.flags & SEP_FLAG) === 0) {
      context.report('ds/not-sep', place, { ...of, found: `flags ${ds.key.flags}` });
    }
  }
  const supported = judged.filter((ds) => ds.supported);
  if (supported.length === 0) context.report('ds/nothing-supported', place);
  else if (supported.every((ds) => ds.digestType === SHA1)) {
    context.report('ds/deprecated-digest', place, { found: 'digest type 1', expected: 'digest type 2' });
  } else reportWithoutSha256(context, place, supported);
  const pairs = supported.filter((ds, i) => supported.findIndex((other) => isSamePair(other, ds)) === i);
  for (const pair of pairs) {
    const ofPair = supported.filter((ds) => isSamePair(ds, pair));
    if (ofPair.some((ds) => ds.key !== undefined)) continue;
    context.report('ds/no-match', place, {
      algorithm: pair.algorithm,
      found: `DS of key ${ofPair.map((ds) => ds.keyTag).join(', ')}, digest type ${pair.digestType}`,
      expected: `DS of ${keyList(signers)}`,
    });
  }
}

/** Names each key that has other DS records than one with SHA-256. */
function reportWithoutSha256(context: VerifyContext, place: Place, all: readonly JudgedDs[]): void {
  const isOfKey = (a: Ds, b: Ds): boolean => a.keyTag === b.keyTag && a.algorithm === b.algorithm;
  for (const ds of all) {
    const ofKey = all.filter((other) => isOfKey(other, ds));
    if (ofKey[0] !== ds || ofKey.some(({ digestType }) => digestType === SHA256)) continue;
    const { keyTag: tag, algorithm, digestType } = ds;
    context.report('ds/no-sha256', place, { keyTag: tag, algorithm, found: `digest type ${digestType}` });
  }
}

/** The DNSKEY as it was before its revocation: the flag is in its digest, and in its key tag. */
function withoutRevocation(dnskeyRdata: Uint8Array): Uint8Array {
  const rdata = Uint8Array.from(dnskeyRdata);
  rdata[1]! &= ~REVOKE_FLAG;
  return rdata;
}

function isSamePair(a: Ds, b: Ds): boolean {
  return a.algorithm === b.algorithm && a.digestType === b.digestType;
}

function checkTrustAnchors(
  context: VerifyContext,
  anchors: readonly TrustAnchor[],
  signers: readonly ZoneKey[],
): void {
  const { origin } = context.zone;
  const isKey = ({ type, rdata }: TrustAnchor, key: ZoneKey): boolean =>
    type === Type.DS
      ? dsMatches(rdata, origin, key.rdata, context.crypto) === true
      : sameOctets(rdata, key.rdata);
  const unmatched = anchors.filter((anchor) => !signers.some((key) => isKey(anchor, key)));
  const all = unmatched.length === anchors.length;
  if (all) {
    context.report('anchor/no-match', context.apexPlace(Type.DNSKEY), {
      found: `anchors of key ${anchors.map(anchorTag).join(', ')}`,
      expected: `an anchor of ${keyList(signers)}`,
    });
    return;
  }
  for (const anchor of unmatched) {
    const keyTagOfAnchor = anchorTag(anchor);
    context.report('anchor/unmatched', { owner: origin, type: anchor.type }, { keyTag: keyTagOfAnchor });
  }
}

function anchorTag({ type, rdata }: TrustAnchor): number {
  return type === Type.DS ? readDs(rdata).keyTag : keyTag(rdata);
}

function keyList(keys: readonly ZoneKey[]): string {
  if (keys.length === 0) return 'no key: none signs the DNSKEY RRset';
  return keys.map((key) => `key ${key.keyTag} (${algorithmLabel(key.algorithm)})`).join(' or ');
}
