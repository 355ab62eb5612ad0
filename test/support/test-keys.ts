import crypto from 'node:crypto';
import { nameFromText } from '../../src/dns/name.ts';
import type { SoftwareKey } from '../../src/dnssec/crypto.ts';
import { writeDnskey } from '../../src/dnssec/dnskey.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import type { SigningKey } from '../../src/dnssec/sign-request.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { fieldsOfPrivateKey } from '../../src/keys/bind-private-key.ts';
import { KeyDirectory } from '../../src/keys/key-directory.ts';
import type { FileStore } from '../../src/keys/file-store.ts';
import { keyBaseName } from '../../src/keys/key-name.ts';
import { flagsOfRole, signsKeys, signsZone, type Role } from '../../src/keys/roles.ts';
import type { KeyTiming } from '../../src/keys/timing.ts';

export interface TestKey {
  readonly algorithm: number;
  readonly role: Role;
  readonly dnskeyRdata: Uint8Array;
  readonly keyTag: number;
  readonly privateKey: SoftwareKey;
}

/** RFC 8410 section 7: what stands before the 32 octets of an Ed25519 key in PKCS #8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const ED25519 = 15;

/** An Ed25519 key that follows from a word, the same on every run. */
export function ed25519Key(role: Role, word: string): TestKey {
  const seed = crypto.createHash('sha256').update(word).digest();
  const der = Buffer.concat([ED25519_PKCS8, seed]);
  const jwk = crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  const privateKey = {
    kind: 'software',
    algorithm: ED25519,
    jwk: { kty: 'OKP', crv: 'Ed25519', x: jwk.x!, d: jwk.d! },
  } as const;
  return testKey(ED25519, role, Buffer.from(jwk.x!, 'base64url'), privateKey);
}

/** A new key. */
export async function newKey(algorithm: number, role: Role, bits?: number): Promise<TestKey> {
  const { publicKey, privateKey } = await nodeCrypto.generate(algorithm, bits);
  return testKey(algorithm, role, publicKey, privateKey);
}

function testKey(algorithm: number, role: Role, publicKey: Uint8Array, privateKey: SoftwareKey): TestKey {
  const dnskeyRdata = writeDnskey({ flags: flagsOfRole(role), protocol: 3, algorithm, publicKey });
  return { algorithm, role, dnskeyRdata, keyTag: keyTag(dnskeyRdata), privateKey };
}

/** The key as `signZone` takes it. */
export function signingKey({ dnskeyRdata, privateKey, role }: TestKey): SigningKey {
  return { dnskeyRdata, privateKey, signsKeys: signsKeys(role), signsZone: signsZone(role) };
}

export interface KeyFileOptions {
  readonly zone?: string;
  readonly timing?: KeyTiming;
  readonly ttl?: number;
  /** Whether a `.state` file says which role the key has; without it the flags alone tell. */
  readonly state?: boolean;
}

/** Writes a key as the files that BIND has. Returns the base of their names. */
export async function writeKeyFiles(
  directory: string,
  key: TestKey,
  files: FileStore,
  { zone = 'example.', timing = {}, ttl, state = false }: KeyFileOptions = {},
): Promise<string> {
  const owner = nameFromText(zone);
  const base = keyBaseName(owner, key.algorithm, key.keyTag);
  await new KeyDirectory(directory, files).createKeys([
    {
      base,
      files: {
        publicKey: { owner, ttl, type: 'DNSKEY', rdata: key.dnskeyRdata, timing },
        privateKey: { algorithm: key.algorithm, fields: fieldsOfPrivateKey(key.privateKey), timing },
        state: state ? { ksk: signsKeys(key.role), zsk: signsZone(key.role) } : undefined,
      },
    },
  ]);
  return base;
}
