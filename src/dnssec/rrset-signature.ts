import { ByteBuffer } from '../dns/byte-buffer.ts';
import { canonicalName, nameToText, sameName } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { lowerCaseRdata } from '../rr/rdata.ts';
import { Class, Type, typeName } from '../rr/registry.ts';
import { algorithmLabel } from './algorithms.ts';
import type { Crypto } from './crypto.ts';
import type { DnsRecord } from './dns-client.ts';
import { isValidZoneKey, readDnskey } from './dnskey.ts';
import { keyTag } from './key-tag.ts';
import { readRrsig, RRSIG_FIXED_LENGTH, rrsigLabels, type Rrsig } from './rrsig.ts';

/** How many signatures of an RRset are tried: a server can invent any number of them and of keys that fit (KeyTrap, CVE-2023-50387). */
const MAX_ATTEMPTS = 16;

/** Who may sign an RRset, and when it is looked at. */
export interface SignatureCheck {
  /** The zone that signs, in wire form. */
  readonly signer: Uint8Array;
  /** RDATA of its DNSKEYs that are trusted. */
  readonly keys: readonly Uint8Array[];
  /** Epoch seconds. */
  readonly now: number;
  readonly crypto: Crypto;
}

/** The records of one RRset among others. */
export function rrsetOf(records: readonly DnsRecord[], owner: Uint8Array, type: number): DnsRecord[] {
  return records.filter((record) => record.type === type && sameName(record.owner, owner));
}

/**
 * Why no signature over an RRset can be trusted (RFC 4035 section 5.3); undefined where one can. Wildcards are not expanded: what is asked for
 * here never comes from one.
 * @param records the answer that has the RRset and its RRSIGs
 */
export function signatureProblem(
  records: readonly DnsRecord[],
  owner: Uint8Array,
  type: number,
  check: SignatureCheck,
): string | undefined {
  const what = `${nameToText(owner)} ${typeName(type)}`;
  const rrset = rrsetOf(records, owner, type).map(({ rdata }) => rdata);
  const signatures = rrsetOf(records, owner, Type.RRSIG)
    .map(({ rdata }) => rdata)
    .filter((rdata) => readRrsig(rdata).typeCovered === type);
  if (signatures.length === 0) return `${what} has no signature`;
  let problem = `no key of ${nameToText(check.signer)} that is trusted has signed ${what}`;
  let attempts = 0;
  for (const rdata of signatures) {
    const rrsig = readRrsig(rdata);
    const keys = check.keys.filter((key) => fits(key, rrsig));
    const formal = formalProblem(rrsig, owner, check);
    if (formal !== undefined) {
      if (keys.length > 0) problem = `the signature of ${what} ${formal}`;
      continue;
    }
    for (const key of keys) {
      if (++attempts > MAX_ATTEMPTS) return `${what} has more signatures than anybody needs`;
      const { algorithm, publicKey } = readDnskey(key);
      const verifier = check.crypto.importPublicKey(algorithm, publicKey);
      if (verifier === undefined)
        problem = `${what} is signed by ${algorithmLabel(algorithm)}, which cannot be checked`;
      else if (verifier.verify(signedOctets(rdata, rrsig, owner, type, rrset), rrsig.signature))
        return undefined;
      else problem = `the signature of ${what} by key ${rrsig.keyTag} is wrong`;
    }
  }
  return problem;
}

function fits(key: Uint8Array, rrsig: Rrsig): boolean {
  const dnskey = readDnskey(key);
  return isValidZoneKey(dnskey) && dnskey.algorithm === rrsig.algorithm && keyTag(key) === rrsig.keyTag;
}

function formalProblem(rrsig: Rrsig, owner: Uint8Array, { signer, now }: SignatureCheck): string | undefined {
  if (!sameName(rrsig.signerName, signer)) return `is by ${nameToText(rrsig.signerName)}`;
  if (rrsig.labels !== rrsigLabels(owner)) return 'is that of another name';
  // Times are modulo 2^32 (RFC 4034 section 3.1.5): the difference to now tells which is meant.
  if (((rrsig.expiration - now) | 0) < 0) return `expired at ${printTime(rrsig.expiration)}`;
  if (((now - rrsig.inception) | 0) < 0) return `is valid from ${printTime(rrsig.inception)} on only`;
  return undefined;
}

/** What the signature is over (RFC 4034 section 3.1.8.1). */
function signedOctets(
  rdata: Uint8Array,
  rrsig: Rrsig,
  owner: Uint8Array,
  type: number,
  rrset: readonly Uint8Array[],
): Uint8Array {
  const out = new ByteBuffer(4096);
  out.append(rdata, 0, RRSIG_FIXED_LENGTH);
  out.append(canonicalName(rrsig.signerName));
  const canonicalOwner = canonicalName(owner);
  for (const record of canonicalRdatas(type, rrset)) {
    out.append(canonicalOwner);
    out.u16(type);
    out.u16(Class.IN);
    out.u32(rrsig.originalTtl);
    out.u16(record.length);
    out.append(record);
  }
  return out.view();
}

/** In canonical form and order, each once (RFC 4034 section 6.3). */
function canonicalRdatas(type: number, rdatas: readonly Uint8Array[]): Uint8Array[] {
  const copies = rdatas.map((rdata) => {
    const copy = rdata.slice();
    lowerCaseRdata(type, copy, 0, copy.length);
    return copy;
  });
  copies.sort(compareOctets);
  return copies.filter((rdata, i) => i === 0 || compareOctets(rdata, copies[i - 1]!) !== 0);
}

/** Octets compared like words in a dictionary. */
export function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
