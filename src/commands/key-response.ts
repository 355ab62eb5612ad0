import { toHex } from '../dns/encoding.ts';
import { nameFromText, nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { isApexSignature, signApexRrset } from '../dnssec/apex-signatures.ts';
import type { Signer } from '../dnssec/crypto.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { KEY_TYPES } from '../dnssec/key-types.ts';
import { inputError, type ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { useOfKey, type Key } from '../keys/key.ts';
import { signsKeys } from '../keys/roles.ts';
import {
  printBundles,
  rdatasOf,
  readBundles,
  rrsigsOf,
  type BundleRecord,
  type KeyBundle,
  type NewBundle,
} from '../rollover/key-bundles.ts';
import type { Policy } from '../rollover/policy.ts';
import { Type } from '../rr/registry.ts';
import { parseZone } from '../zone/parse-zone.ts';
import { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import { openPrivateKey } from './key-files.ts';
import { checkSeal, sealText } from './sealed-text.ts';

const PROGRAM = 'zonewright';

export interface KeyResponseOptions {
  /** The request, and where the response goes. */
  readonly requestFile: string;
  readonly responseFile: string;
  /** Where the KSK is. */
  readonly keyDirectory: string;
  /** For requests that leave the times of signatures open. */
  readonly policy: Policy;
}

export interface KeyResponseResult {
  readonly zone: string;
  readonly responseFile: string;
  readonly bundles: number;
  /** When the first bundle may be used and when the last signature ends, in epoch seconds. */
  readonly from: number;
  readonly until: number;
  /** Base names of the keys that signed. */
  readonly keys: readonly string[];
  /** SHA-256 of the request, to be compared with what "rotate --key-request" said, and of the response. */
  readonly requestDigest: string;
  readonly digest: string;
}

interface SignedBundle extends NewBundle {
  readonly inception: number;
  readonly expiration: number;
}

/**
 * Signs, where the KSK is, what a request asks for. Each signature is verified before the file is written.
 * @throws ZonewrightError `bundle/*`, `sign/no-key`, `key/*`, `file/*`
 */
export async function answerKeyRequest(
  options: KeyResponseOptions,
  environment: Environment,
): Promise<KeyResponseResult> {
  const { requestFile, responseFile, keyDirectory } = options;
  const { files, crypto, now, warn } = environment;
  const text = await files.readText(requestFile);
  const origin = zoneOfBundles(text, requestFile);
  const requested = readBundles('KeySigningRequest', origin, text, requestFile);
  checkRequestSeal(text, requested, requestFile, environment);
  const directory = new KeyDirectory(keyDirectory, files);
  const own = (await directory.listKeys(origin)).filter(
    ({ role, hasPrivate }) => signsKeys(role) && hasPrivate,
  );
  const signers = new Map<Key, Signer>();
  for (const key of own)
    signers.set(key, await crypto.importPrivateKey(await openPrivateKey(directory, key, environment)));
  const used = new Set<Key>();
  const signed = requested.map((bundle) => signBundle(bundle, signers, used, origin, options, environment));
  checkNoGap(signed, requestFile);
  const printed = printBundles('SignedKeyResponse', nameToText(origin), signed, now, PROGRAM);
  const seals = [...used].map((key) => ({ dnskeyRdata: key.dnskeyRdata, signer: signers.get(key)! }));
  const sealed = sealText(printed, seals);
  // What is carried away is what was verified: the file as it will be read.
  verifyBundles(readBundles('SignedKeyResponse', origin, sealed, responseFile), responseFile, environment);
  await files.writeAtomic(responseFile, sealed);
  const begin = Math.min(...signed.map(({ from }) => from));
  if (begin < now - 7 * 86400) warn('the request is more than a week old', 'check that it is the right file');
  const digest = (content: string): string =>
    toHex(crypto.digest('sha256', new TextEncoder().encode(content)));
  return {
    zone: nameToText(origin),
    responseFile,
    bundles: signed.length,
    from: begin,
    until: Math.max(...signed.map(({ expiration }) => expiration)),
    keys: [...used].map(({ base }) => base),
    requestDigest: digest(text),
    digest: digest(sealed),
  };
}

/** Each bundle begins before the signatures of those before it end: a request of another tool, or one without its seal, may have less. */
function checkNoGap(bundles: readonly SignedBundle[], file: string): void {
  let covered: number | undefined;
  for (const { from, expiration } of [...bundles].sort((a, b) => a.from - b.from)) {
    if (covered !== undefined && from > covered) {
      throw inputError(
        'bundle/gap',
        `no signature is valid from ${printTime(covered)} to ${printTime(from)}`,
        {
          location: { file },
          hint: 'make the request anew; where it leaves the times open, make signatures.validity of the policy longer',
        },
      );
    }
    covered = Math.max(covered ?? 0, expiration);
  }
}

/** The zone that a file of bundles is about: the owner of its records. */
export function zoneOfBundles(text: string, file: string): Uint8Array {
  const owner = /^([^\s;]+)\s+(?:\d+\s+)?(?:IN\s+)?DNSKEY\s/m.exec(text)?.[1];
  if (owner !== undefined) return nameFromText(owner);
  throw inputError('bundle/format', 'there is no DNSKEY record in it', { location: { file } });
}

/** The request says of itself that a ZSK of the zone signed it; that of another tool says nothing. */
function checkRequestSeal(
  text: string,
  bundles: readonly KeyBundle[],
  file: string,
  { crypto, warn }: Environment,
): void {
  const keys = bundles.flatMap(({ zone }) => rdatasOf(zone, Type.DNSKEY));
  const seal = checkSeal(text, keys, crypto);
  if (seal === 'bad') throw changedOnItsWay(file);
  if (seal === 'unsigned')
    warn(
      `${file} is not signed: nobody can tell whether it was changed on its way`,
      'compare its SHA-256 digest',
    );
}

/** A file whose seal is broken. */
export function changedOnItsWay(file: string): ZonewrightError {
  return inputError('bundle/seal', 'the file is not what was signed: it was changed on its way', {
    location: { file },
    hint: 'make it anew, and compare its SHA-256 digest at both ends',
  });
}

function signBundle(
  bundle: KeyBundle,
  signers: ReadonlyMap<Key, Signer>,
  used: Set<Key>,
  origin: Uint8Array,
  { policy, requestFile, keyDirectory }: KeyResponseOptions,
  { now }: Environment,
): SignedBundle {
  const { from } = bundle;
  const inception = bundle.inception ?? from - policy.signatures.inceptionOffset;
  const expiration = bundle.expiration ?? from + policy.signatures.validity;
  const requested = rdatasOf(bundle.zone, Type.DNSKEY);
  const isIn = ({ dnskeyRdata }: Key): boolean =>
    requested.some((rdata) => toHex(rdata) === toHex(dnskeyRdata));
  const named = [...signers.keys()].filter(isIn);
  // Knot's requests leave the KSKs to the one who has them.
  const keys =
    named.length > 0 ? named : [...signers.keys()].filter((key) => useOfKey(key, Math.max(now, from)).active);
  if (keys.length === 0 || requested.some((rdata) => isForeignKsk(rdata, keys))) {
    throw inputError(
      'sign/no-key',
      `no private key in ${keyDirectory} is for the KSK that the request names`,
      {
        location: { file: requestFile },
        hint: 'name the directory that has the .key and the .private file of the KSK with --key-directory',
      },
    );
  }
  const ttl = bundle.zone.rrsetTtls[bundle.zone.apexRrset(Type.DNSKEY)]!;
  const records: BundleRecord[] = KEY_TYPES.flatMap((type) =>
    rdatasOf(bundle.zone, type).map((rdata) => ({ type, ttl: ttlOf(bundle.zone, type), rdata })),
  );
  for (const key of keys.filter((candidate) => !isIn(candidate)))
    records.push({ type: Type.DNSKEY, ttl, rdata: key.dnskeyRdata });
  const zone = zoneOfRecords(origin, { from, inception, expiration, records });
  for (const key of keys) {
    used.add(key);
    for (const type of KEY_TYPES) {
      const rrset = zone.apexRrset(type);
      if (rrset < 0) continue;
      const fields = { algorithm: key.algorithm, keyTag: key.keyTag, inception, expiration };
      const rdata = signApexRrset(zone, rrset, fields, signers.get(key)!);
      records.push({ type: Type.RRSIG, ttl: ttlOf(zone, type), rdata });
    }
  }
  return { from, inception, expiration, records };
}

function ttlOf(zone: Zone, type: number): number {
  return zone.rrsetTtls[zone.apexRrset(type)]!;
}

/** Whether a DNSKEY with the SEP flag is none of ours: without its signature the response would be of no use. */
function isForeignKsk(rdata: Uint8Array, keys: readonly Key[]): boolean {
  return (readDnskey(rdata).flags & 1) !== 0 && !keys.some((key) => toHex(key.dnskeyRdata) === toHex(rdata));
}

/** The records of a bundle as a zone. */
function zoneOfRecords(origin: Uint8Array, bundle: NewBundle): Zone {
  const text = printBundles('SignedKeyResponse', nameToText(origin), [bundle], 0, PROGRAM);
  const { store, zoneClass } = parseZone(
    { file: 'bundle', bytes: new TextEncoder().encode(text) },
    { origin },
  );
  return new Zone(store, { origin, zoneClass });
}

/**
 * Verifies that in each bundle of a response every RRset has a good signature by a key that counts.
 * @param counts by default, whether it is a KSK by its SEP flag
 * @throws ZonewrightError `bundle/signature`
 */
export function verifyBundles(
  bundles: readonly KeyBundle[],
  file: string,
  { crypto }: Environment,
  counts: (dnskeyRdata: Uint8Array) => boolean = (rdata) => (readDnskey(rdata).flags & 1) !== 0,
): void {
  for (const { zone } of bundles) {
    const dnskeys = rdatasOf(zone, Type.DNSKEY).filter(counts);
    const rrsigs = rrsigsOf(zone);
    const isGood = KEY_TYPES.map((type) => zone.apexRrset(type))
      .filter((rrset) => rrset >= 0)
      .every((rrset) =>
        dnskeys.some((rdata) => {
          const { algorithm, publicKey } = readDnskey(rdata);
          const verifier = crypto.importPublicKey(algorithm, publicKey);
          return (
            verifier !== undefined && rrsigs.some((rrsig) => isApexSignature(zone, rrset, rrsig, verifier))
          );
        }),
      );
    if (isGood) continue;
    const tags = rdatasOf(zone, Type.DNSKEY)
      .map((rdata) => keyTag(rdata))
      .join(', ');
    throw inputError('bundle/signature', `the DNSKEYs ${tags} have no good signature by the KSK in it`, {
      location: { file },
      hint: 'make the response anew from the request',
    });
  }
}
