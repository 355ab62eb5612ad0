import { canonicalName, nameFromText, nameToText } from '../dns/name.ts';
import { algorithmByName, algorithmLabel, usableAlgorithm } from '../dnssec/algorithms.ts';
import type { SoftwareKey } from '../dnssec/crypto.ts';
import { DNSSEC_PROTOCOL, readDnskey, writeDnskey } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { usageError } from '../errors.ts';
import { nodeCrypto } from '../io/crypto/node-crypto.ts';
import {
  fieldsOfPrivateKey,
  printBindPrivateKey,
  privateKeyMaterial,
  readBindPrivateKey,
} from '../keys/bind-private-key.ts';
import { printBindPublicKey, readBindPublicKey } from '../keys/bind-public-key.ts';
import { keyBaseName } from '../keys/key-name.ts';
import { flagsOfRole, roleOfFlags, type Role } from '../keys/roles.ts';
import { rdataToText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';

export type { Role } from '../keys/roles.ts';

let makeKey: (owner: Uint8Array, rdata: Uint8Array, role: Role, secret: SoftwareKey | undefined) => ZoneKey;
let secretOf: (key: ZoneKey) => SoftwareKey | undefined;

/** A key of a zone. Its secret stays out of everything that is printed or logged; only `privateFile` gives it out. */
export class ZoneKey {
  /** The zone's name with its last dot. */
  readonly zone: string;
  /** What the key signs: `ksk` the DNSKEY, CDS and CDNSKEY RRsets, `zsk` all others, `csk` everything. */
  readonly role: Role;
  /** The number of the algorithm. */
  readonly algorithm: number;
  /** The mnemonic of the algorithm: `ED25519`. */
  readonly algorithmName: string;
  readonly keyTag: number;
  /** The name of its files in BIND's manner, without suffix: `Kexample.com.+015+12345`. */
  readonly base: string;
  /** RDATA of the DNSKEY record in presentation form. */
  readonly dnskey: string;
  /** The same in wire form. */
  readonly rdata: Uint8Array;
  readonly #secret: SoftwareKey | undefined;

  static {
    makeKey = (owner, rdata, role, secret) => new ZoneKey(owner, rdata, role, secret);
    secretOf = (key) => key.#secret;
  }

  private constructor(owner: Uint8Array, rdata: Uint8Array, role: Role, secret: SoftwareKey | undefined) {
    const { algorithm } = readDnskey(rdata);
    this.zone = nameToText(owner);
    this.role = role;
    this.algorithm = algorithm;
    this.algorithmName = algorithmLabel(algorithm);
    this.keyTag = keyTag(rdata);
    this.base = keyBaseName(owner, algorithm, this.keyTag);
    this.dnskey = rdataToText(Type.DNSKEY, rdata);
    this.rdata = rdata;
    this.#secret = secret;
  }

  /** Whether the key can sign. */
  get hasPrivate(): boolean {
    return this.#secret !== undefined;
  }

  /** The content of its `.key` file. */
  publicFile(): string {
    return printBindPublicKey({
      owner: nameFromText(this.zone),
      ttl: undefined,
      type: 'DNSKEY',
      rdata: this.rdata,
      timing: {},
    });
  }

  /**
   * The content of its `.private` file, which has the secret: let nobody else read it.
   * @throws ZonewrightError `key/no-private`
   */
  privateFile(): string {
    const secret = privateKeyOf(this);
    return printBindPrivateKey({ algorithm: this.algorithm, fields: fieldsOfPrivateKey(secret), timing: {} });
  }
}

/** The secret of a key. @throws ZonewrightError `key/no-private` */
export function privateKeyOf(key: ZoneKey): SoftwareKey {
  const secret = secretOf(key);
  if (secret !== undefined) return secret;
  throw usageError('key/no-private', `the private key of ${key.base} is missing`, {
    hint: 'give readKey the text of the .private file as well',
  });
}

export interface GenerateKeyOptions {
  /** `csk` by default. */
  readonly role?: Role;
  /** Mnemonic or number; ECDSAP256SHA256 by default. */
  readonly algorithm?: string | number;
  /** Size of an RSA key, 2048 to 4096; 2048 by default. */
  readonly bits?: number;
}

const DEFAULT_BITS = 2048;
const LARGEST_BITS = 4096;

/**
 * Makes a key for a zone. Nothing is written anywhere.
 * @throws ZonewrightError `usage/algorithm`, `usage/bits`
 */
export async function generateKey(zone: string, options: GenerateKeyOptions = {}): Promise<ZoneKey> {
  const { role = 'csk', algorithm: wanted = 'ECDSAP256SHA256', bits } = options;
  const algorithm = algorithmByName(String(wanted));
  if (algorithm?.status !== 'recommended') {
    throw usageError('usage/algorithm', `"${wanted}" is no algorithm for new keys`, {
      hint: 'ECDSAP256SHA256 and ED25519 are good choices',
    });
  }
  if (bits !== undefined && (algorithm.kind !== 'rsa' || bits < DEFAULT_BITS || bits > LARGEST_BITS)) {
    throw usageError('usage/bits', `bits are for RSA, from ${DEFAULT_BITS} to ${LARGEST_BITS}`);
  }
  const size = algorithm.kind === 'rsa' ? (bits ?? DEFAULT_BITS) : undefined;
  const { publicKey, privateKey } = await nodeCrypto.generate(algorithm.number, size);
  const flags = flagsOfRole(role);
  const rdata = writeDnskey({ flags, protocol: DNSSEC_PROTOCOL, algorithm: algorithm.number, publicKey });
  return makeKey(canonicalName(nameFromText(zone)), rdata, role, privateKey);
}

/**
 * The key of files in BIND's form, as BIND, ldns and this tool write them.
 *
 * @param publicFile the text of the `.key` file
 * @param privateFile that of the `.private` file; without it, the key cannot sign
 * @param role what the key signs; by default `ksk` with the SEP flag, `zsk` without
 * @throws ZonewrightError `key/damaged`, `key/format`, `key/mismatch`, `key/reference`
 */
export function readKey(publicFile: string, privateFile?: string, role?: Role): ZoneKey {
  const { owner, rdata } = readBindPublicKey(new TextEncoder().encode(publicFile), 'the .key file');
  const { flags, publicKey, algorithm } = readDnskey(rdata);
  const file = 'the .private file';
  const secret =
    privateFile === undefined || usableAlgorithm(algorithm) === undefined
      ? undefined
      : privateKeyMaterial(readBindPrivateKey(privateFile, file), publicKey, file);
  return makeKey(canonicalName(owner), rdata, role ?? roleOfFlags(flags), secret);
}
