import { printTimestamp } from '../dns/time.ts';
import type { UsableAlgorithm } from '../dnssec/algorithms.ts';
import type { PrivateKeyMaterial } from '../dnssec/crypto.ts';
import { usageError, ZonewrightError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { parsePkcs11Uri } from '../keys/pkcs11-uri.ts';
import type { Role } from '../keys/roles.ts';
import type { Policy } from '../rollover/policy.ts';
import type { Environment } from './environment.ts';
import { checkStrength } from './key-algorithm.ts';

/** Where the keys of a role are made, where it is not in software: a PKCS#11 URI. */
export type KeySources = { readonly [role in Role]?: string | undefined };

/** Two halves of a key that was made now, or found in an HSM. */
export interface NewKeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: PrivateKeyMaterial;
  readonly isFound: boolean;
}

export interface KeyPairRequest {
  readonly zone: Uint8Array;
  readonly role: Role;
  readonly algorithm: UsableAlgorithm;
  readonly bits: number | undefined;
  /** A PKCS#11 URI: with a label or an id it is that key, without one always a new key. Software without it. */
  readonly source: string | undefined;
}

type KeyPairEnvironment = Pick<Environment, 'crypto' | 'keyAccess' | 'now' | 'warn'>;

/**
 * Makes a key, in software or in an HSM, or finds the one that a PKCS#11 URI names. Where the token has none of that name, it makes one; without a
 * name the new key is called after zone, role and time.
 * @throws ZonewrightError `key/token-*`, `key/wrong-type`, `key/weak`, `key/exponent`, `usage/pkcs11-uri`
 */
export async function newKeyPair(
  { zone, role, algorithm, bits, source }: KeyPairRequest,
  environment: KeyPairEnvironment,
): Promise<NewKeyPair> {
  const { crypto, keyAccess, now } = environment;
  const { tokens } = keyAccess;
  if (source === undefined) return { ...(await crypto.generate(algorithm.number, bits)), isFound: false };
  const { id } = tokenUri(source);
  const found = namesKey(source) ? await tokens.find(source, algorithm.number) : undefined;
  if (found !== undefined) {
    checkStrength(algorithm, found.publicKey, undefined, environment);
    return { publicKey: found.publicKey, privateKey: found, isFound: true };
  }
  if (id !== undefined) {
    throw usageError('key/token-no-key', 'the token has no private key with the id of the URI', {
      hint: 'leave the id out to make a key: it gets one of its own',
    });
  }
  const label = `${zoneLabel(zone)}-${role}-${printTimestamp(now)}`;
  const made = await tokens.generate(source, algorithm.number, bits, label);
  return { publicKey: made.publicKey, privateKey: made, isFound: false };
}

/** Takes a key that is not wanted after all out of the HSM in which it was made. */
export async function discardKeyPair(
  { privateKey, isFound }: NewKeyPair,
  { keyAccess, warn }: KeyPairEnvironment,
): Promise<void> {
  if (privateKey.kind !== 'token' || isFound) return;
  try {
    await keyAccess.tokens.remove(privateKey);
  } catch (error) {
    // Something else went wrong before, and that is what the user must hear of.
    if (!(error instanceof ZonewrightError)) throw error;
    warn(`a new key that nothing uses is left in the HSM: ${error.message}`);
  }
}

/**
 * A PKCS#11 URI that a user gave on the command line or in the configuration.
 * @throws ZonewrightError `usage/pkcs11-uri`, also for a PIN in it, which others could read there
 */
export function tokenUri(text: string): ReturnType<typeof parsePkcs11Uri> {
  const uri = parsePkcs11Uri(text);
  if (uri.pinValue === undefined) return uri;
  throw usageError('usage/pkcs11-uri', 'the PKCS#11 URI has the PIN in it, where others can read it', {
    hint: 'write "pin-source=file:/path" or "pin-source=env:VARIABLE" in its place',
  });
}

/** Whether a PKCS#11 URI names a key, and not only its token. */
export function namesKey(source: string): boolean {
  const { object, id } = tokenUri(source);
  return object !== undefined || id !== undefined;
}

/**
 * The sources for a URI that the user gave for new keys of these roles.
 * @throws ZonewrightError `usage/conflict` where one named key would have to serve several roles
 */
export function sourcesOfUri(source: string, roles: readonly Role[]): KeySources {
  if (roles.length > 1 && namesKey(source)) {
    const list = roles.map((role) => role.toUpperCase()).join(' and ');
    throw usageError('usage/conflict', `--pkcs11 names one key, but the policy asks for ${list}`, {
      hint: 'add --role, or leave "object" and "id" out of the URI',
    });
  }
  return { ksk: source, zsk: source, csk: source };
}

/** The sources that a policy has for new keys. */
export function sourcesOfPolicy({ kskSource, zskSource }: Policy): KeySources {
  const uri = (source: string): string | undefined => (source === 'files' ? undefined : source);
  return { ksk: uri(kskSource), csk: uri(kskSource), zsk: uri(zskSource) };
}
