import { ByteBuffer } from '../dns/byte-buffer.ts';
import { canonicalName, sameName } from '../dns/name.ts';
import { isValidZoneKey, readDnskey, SEP_FLAG } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { readRrsig, RRSIG_FIXED_LENGTH } from '../dnssec/rrsig.ts';
import { inputError, ZonewrightError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { refusePrivateKey } from '../keys/private-key-text.ts';
import { Type } from '../rr/registry.ts';
import { parseZone, type ParsedZone } from '../zone/parse-zone.ts';
import type { Environment } from './environment.ts';
import type { PublicKey } from './public-keys.ts';
import { originOfFileName } from './file-name-origin.ts';

/**
 * The DNSKEY records of a master file, or of standard input (`-`), such as `dig DNSKEY` prints them. Where there is an SOA, only those
 * of its owner count.
 * @param zone the origin to begin with, in wire form
 */
export async function keysOfZoneFile(
  path: string,
  zone: Uint8Array | undefined,
  environment: Environment,
): Promise<PublicKey[]> {
  const { file, parsed, keys } = await readDnskeys(path, zone, environment);
  return keys.map(({ owner, rdata }) => publicKey(file, owner, rdata, parsed, keys, environment));
}

/** A DNSKEY RRset and those of its keys that sign it, as RDATA. */
export interface SignedKeys {
  /** The zone's name in canonical wire form. */
  readonly zone: Uint8Array;
  readonly keys: readonly Uint8Array[];
  readonly signers: readonly Uint8Array[];
}

/**
 * The DNSKEY RRsets of a master file, or of standard input (`-`), with the keys that sign them, found by tag and algorithm. Where no signature over
 * them is here, they are taken to be signed by their secure entry points.
 */
export async function signedKeysOfZoneFile(
  path: string,
  zone: Uint8Array | undefined,
  environment: Environment,
): Promise<SignedKeys[]> {
  const { parsed, keys } = await readDnskeys(path, zone, environment);
  const signatures = recordsOf(parsed, Type.RRSIG).filter(
    ({ rdata }) => readRrsig(rdata).typeCovered === Type.DNSKEY,
  );
  const owners = keys
    .map(({ owner }) => owner)
    .filter((owner, i, all) => all.findIndex((other) => sameName(other, owner)) === i);
  return owners.map((owner) => {
    const ofZone = (records: readonly FoundRecord[]): Uint8Array[] =>
      records.filter((record) => sameName(record.owner, owner)).map(({ rdata }) => rdata);
    const rdatas = ofZone(keys);
    const rrsigs = ofZone(signatures).map((rdata) => readRrsig(rdata));
    const isSep = (key: Uint8Array): boolean => (readDnskey(key).flags & SEP_FLAG) !== 0;
    const signs = (key: Uint8Array): boolean =>
      rrsigs.length > 0
        ? rrsigs.some(
            (rrsig) => rrsig.keyTag === keyTag(key) && rrsig.algorithm === readDnskey(key).algorithm,
          )
        : isSep(key) || !rdatas.some(isSep);
    return { zone: owner, keys: rdatas, signers: rdatas.filter(signs) };
  });
}

/** @throws ZonewrightError `ds/no-dnskey` */
async function readDnskeys(
  path: string,
  zone: Uint8Array | undefined,
  environment: Environment,
): Promise<{ readonly file: string; readonly parsed: ParsedZone; readonly keys: readonly FoundRecord[] }> {
  const file = path === '-' ? '<stdin>' : path;
  const bytes = path === '-' ? await environment.readStdin() : await environment.files.read(path);
  const parsed = parseAs(zone, path, { file, bytes }, environment);
  const apex = recordsOf(parsed, Type.SOA)[0]?.owner;
  const keys = recordsOf(parsed, Type.DNSKEY).filter(
    ({ owner }) => apex === undefined || sameName(owner, apex),
  );
  if (keys.length > 0) return { file, parsed, keys };
  throw inputError(
    'ds/no-dnskey',
    `there is no DNSKEY record${apex === undefined ? '' : ` of ${zoneLabel(apex)}`} here`,
    {
      location: { file },
      hint: 'give the signed zone, the file of a key, or the name of a zone with keys in the key directory',
    },
  );
}

/** Reads the file; where it uses relative names and nobody says what they are relative to, its own name may suggest it. */
function parseAs(
  origin: Uint8Array | undefined,
  path: string,
  source: { readonly file: string; readonly bytes: Uint8Array },
  environment: Environment,
): ParsedZone {
  refusePrivateKey(source);
  try {
    return parseZone(source, {
      ...(origin === undefined ? {} : { origin }),
      // The TTL of a DNSKEY has no part in its DS.
      defaultTtl: 0,
      include(name, including) {
        const included = environment.openInclude(name, including, path, []);
        refusePrivateKey(included);
        return included;
      },
    });
  } catch (error) {
    const suggested = originOfFileName(path);
    const isRelative = error instanceof ZonewrightError && error.code === 'name/relative';
    if (origin !== undefined || suggested === undefined || !isRelative) throw error;
    return parseAs(suggested, path, source, environment);
  }
}

interface FoundRecord {
  /** In canonical form. */
  readonly owner: Uint8Array;
  readonly rdata: Uint8Array;
}

function recordsOf({ store }: ParsedZone, type: number): FoundRecord[] {
  const found: FoundRecord[] = [];
  for (let record = 0; record < store.count; record++) {
    if (store.types[record] !== type) continue;
    const owner = canonicalName(store.names.view(store.owners[record]!));
    found.push({ owner, rdata: store.rdataOf(record).slice() });
  }
  return found;
}

function publicKey(
  source: string,
  owner: Uint8Array,
  rdata: Uint8Array,
  parsed: ParsedZone,
  all: readonly FoundRecord[],
  environment: Environment,
): PublicKey {
  const key = { source, zone: owner, dnskeyRdata: rdata, timing: {} };
  if ((readDnskey(rdata).flags & SEP_FLAG) !== 0) return { ...key, role: 'ksk' };
  const isAlone = all.every((other) => other.rdata === rdata || !sameName(other.owner, owner));
  const role = isAlone && signsItself(owner, rdata, parsed, environment) ? 'csk' : 'zsk';
  return { ...key, role };
}

/**
 * Whether the one key of a DNSKEY RRset signs that RRset. Then it is the only way into the zone, and a CSK, whatever its SEP flag says:
 * the flag is a hint that validators must not look at (RFC 4034 section 2.1.1).
 */
function signsItself(
  owner: Uint8Array,
  dnskeyRdata: Uint8Array,
  parsed: ParsedZone,
  { crypto }: Environment,
): boolean {
  const dnskey = readDnskey(dnskeyRdata);
  const verifier = isValidZoneKey(dnskey)
    ? crypto.importPublicKey(dnskey.algorithm, dnskey.publicKey)
    : undefined;
  if (verifier === undefined) return false;
  return recordsOf(parsed, Type.RRSIG).some(({ owner: signedName, rdata }) => {
    const rrsig = readRrsig(rdata);
    if (rrsig.typeCovered !== Type.DNSKEY || !sameName(signedName, owner)) return false;
    if (rrsig.keyTag !== keyTag(dnskeyRdata) || rrsig.algorithm !== dnskey.algorithm) return false;
    // RFC 4034 section 3.1.8.1, for an RRset of one record.
    const data = new ByteBuffer();
    data.append(rdata, 0, RRSIG_FIXED_LENGTH);
    data.append(canonicalName(rrsig.signerName));
    data.append(owner);
    data.u16(Type.DNSKEY);
    data.u16(parsed.zoneClass);
    data.u32(rrsig.originalTtl);
    data.u16(dnskeyRdata.length);
    data.append(dnskeyRdata);
    return verifier.verify(data.view(), rrsig.signature);
  });
}
