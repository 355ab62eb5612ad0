import { sameOctets } from '../../dns/octets.ts';
import { Type, typeName } from '../../rr/registry.ts';
import { DELETE_REQUESTS } from '../delete-requests.ts';
import { SEP_FLAG } from '../dnskey.ts';
import { digestTypeByNumber, dsMatches, readDs } from '../ds.ts';
import { keyTag } from '../key-tag.ts';
import type { Place, VerifyContext } from './context.ts';
import type { SignatureSummary } from './judge-signatures.ts';
import type { ZoneKey } from './zone-keys.ts';

/**
 * Checks CDS and CDNSKEY (RFC 7344 section 4): a parent that follows them must not break the zone, both must say the same, and a key that the
 * parent points to must sign them.
 */
export function checkCds(context: VerifyContext, { signersOf }: SignatureSummary): void {
  const cds = readRequests(context, Type.CDS);
  const cdnskey = readRequests(context, Type.CDNSKEY);
  const signers = signersOf(Type.DNSKEY);
  const entryKeys = entryKeysOf(context, signers);
  for (const requests of [cds, cdnskey]) {
    // Without a signed DNSKEY RRset all is lost, and nothing can be said of these.
    if (requests === undefined || signers.length === 0) continue;
    checkSigner(context, requests, entryKeys, signersOf);
    if (requests.kind === 'set') checkKeys(context, requests, signers);
  }
  const only = cds === undefined ? cdnskey : cdnskey === undefined ? cds : undefined;
  if (only !== undefined)
    context.report('cds/one-kind', placeOf(context, only.type, only.records[0]!), {
      found: `${typeName(only.type)} alone`,
    });
  if (cds !== undefined && cdnskey !== undefined) checkAgreement(context, cds, cdnskey);
}

interface Request {
  readonly rdata: Uint8Array;
  readonly record: number;
}

/** What an RRset asks the parent for. */
interface Requests {
  readonly type: typeof Type.CDS | typeof Type.CDNSKEY;
  readonly kind: 'set' | 'delete' | 'damaged';
  readonly records: readonly Request[];
}

function readRequests(
  context: VerifyContext,
  type: typeof Type.CDS | typeof Type.CDNSKEY,
): Requests | undefined {
  const { zone } = context;
  const records = zone
    .recordsOf(zone.apexRrset(type))
    .map((record): Request => ({ rdata: zone.store.rdataOf(record), record }));
  if (records.length === 0) return undefined;
  const algorithmAt = type === Type.CDS ? 2 : 3;
  const deletions = records.filter(({ rdata }) => rdata[algorithmAt] === 0);
  if (deletions.length === 0) return { type, kind: 'set', records };
  const [only] = records;
  if (records.length === 1 && sameOctets(only!.rdata, DELETE_REQUESTS[type])) {
    context.report('cds/delete-request', placeOf(context, type, only!));
    return { type, kind: 'delete', records };
  }
  const found = records.length === 1 ? 'another form' : `${records.length} records`;
  context.report('cds/delete', placeOf(context, type, deletions[0]!), { found });
  return { type, kind: 'damaged', records };
}

/** The keys that the parent points to: those of the given DS records, else all that sign the DNSKEY RRset. */
function entryKeysOf({ options, zone, crypto }: VerifyContext, signers: readonly ZoneKey[]): ZoneKey[] {
  const { ds } = options;
  return signers.filter(
    (key) =>
      ds === undefined || ds.some((rdata) => dsMatches(rdata, zone.origin, key.rdata, crypto) === true),
  );
}

function checkSigner(
  context: VerifyContext,
  { type, records }: Requests,
  entryKeys: readonly ZoneKey[],
  signersOf: SignatureSummary['signersOf'],
): void {
  const signers = signersOf(type);
  if (signers.length === 0 || signers.some((key) => entryKeys.includes(key))) return;
  context.report('cds/signer', placeOf(context, type, records[0]!), {
    found: `signatures by key ${signers.map((key) => key.keyTag).join(', ')}`,
    expected: `one by key ${entryKeys.map((key) => key.keyTag).join(' or ')}`,
  });
}

/** Whether some record of each algorithm (and digest type) stands for a key that signs the DNSKEY RRset. */
function checkKeys(context: VerifyContext, { type, records }: Requests, signers: readonly ZoneKey[]): void {
  const judged = records.map((request) => {
    const { rdata } = request;
    const isCds = type === Type.CDS;
    const tag = isCds ? readDs(rdata).keyTag : keyTag(rdata);
    const algorithm = rdata[isCds ? 2 : 3]!;
    const digestType = isCds ? rdata[3]! : 0;
    const key = signers.find((signer) =>
      isCds
        ? dsMatches(rdata, context.zone.origin, signer.rdata, context.crypto) === true
        : sameOctets(rdata, signer.rdata),
    );
    return { request, keyTag: tag, algorithm, digestType, key };
  });
  for (const { request, keyTag: tag, algorithm, digestType, key } of judged) {
    const place = placeOf(context, type, request);
    if (type === Type.CDS && digestTypeByNumber(digestType) === undefined) {
      const found = `digest type ${digestType}`;
      context.report('cds/unsupported', place, { keyTag: tag, algorithm, found });
    } else if (key === undefined) {
      const other = judged.some(
        (one) => one.key !== undefined && one.algorithm === algorithm && one.digestType === digestType,
      );
      context.report(other ? 'cds/unmatched' : 'cds/no-match', place, { keyTag: tag, algorithm });
    } else if ((key.flags & SEP_FLAG) === 0) {
      context.report('cds/not-sep', place, { keyTag: tag, algorithm, found: `flags ${key.flags}` });
    }
  }
}

/** Whether CDS and CDNSKEY stand for the same keys (RFC 7344 section 4). */
function checkAgreement(context: VerifyContext, cds: Requests, cdnskey: Requests): void {
  if (cds.kind !== cdnskey.kind) {
    const found = `a ${cds.kind} request by CDS, a ${cdnskey.kind} request by CDNSKEY`;
    context.report('cds/disagree', placeOf(context, Type.CDS, cds.records[0]!), { found });
    return;
  }
  if (cds.kind !== 'set') return;
  const matches = (digest: Request, key: Request): boolean | undefined =>
    dsMatches(digest.rdata, context.zone.origin, key.rdata, context.crypto);
  for (const digest of cds.records) {
    if (cdnskey.records.some((key) => matches(digest, key) !== false)) continue;
    const place = placeOf(context, Type.CDS, digest);
    context.report('cds/disagree', place, {
      keyTag: readDs(digest.rdata).keyTag,
      found: 'no CDNSKEY for it',
    });
  }
  for (const key of cdnskey.records) {
    if (cds.records.some((digest) => matches(digest, key) !== false)) continue;
    const place = placeOf(context, Type.CDNSKEY, key);
    context.report('cds/disagree', place, { keyTag: keyTag(key.rdata), found: 'no CDS for it' });
  }
}

function placeOf({ zone }: VerifyContext, type: number, { record }: Request): Place {
  return { owner: zone.origin, type, record };
}
