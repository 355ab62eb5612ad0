import { nameToText, sameName } from '../dns/name.ts';
import type { Crypto } from '../dnssec/crypto.ts';
import { DNSSEC_PROTOCOL, readDnskey, writeDnskey } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import {
  algorithmsOfJwk,
  isSameKey,
  publicKeyFromJwk,
  publicKeyProblem,
  type PrivateJwk,
} from '../dnssec/public-key.ts';
import { inputError, internalError, usageError } from '../errors.ts';
import { isKeyReference, jwkOfBindKey } from '../keys/bind-private-key.ts';
import { KeyDirectory, keyOfFiles, type KeyFiles } from '../keys/key-directory.ts';
import { keyBaseName, readKeyBaseName, splitKeyPath } from '../keys/key-name.ts';
import { readKeyText, type KeyText } from '../keys/key-text.ts';
import { flagsOfRole, type Role } from '../keys/roles.ts';
import { storePrivateKey } from '../keys/stored-private-key.ts';
import { changeTiming, isUntimed, type KeyTiming } from '../keys/timing.ts';
import type { Environment } from './environment.ts';
import {
  algorithmOfForm,
  algorithmOfText,
  checkAlgorithm,
  checkRole,
  refuseTakenTags,
  roleOfImport,
} from './import-checks.ts';
import { checkStrength } from './key-algorithm.ts';
import { encryptionOfNewKey } from './key-files.ts';
import { timingOfNewKey, warnAboutTiming } from './key-times.ts';
import type { CommonOptions, KeygenResult } from './keygen.ts';
import { stateOfCsk } from './make-keys.ts';

/** The part of the world that keys are imported in. */
export type ImportEnvironment = Pick<
  Environment,
  'now' | 'files' | 'crypto' | 'keyAccess' | 'readStdin' | 'warn'
>;

export interface ImportOptions extends CommonOptions {
  /** What holds the key: a file, the base name of BIND's files, or `-` for standard input. It is only read. */
  readonly file: string;
  /** The zone's name in wire form; without it, that of the file. */
  readonly zone?: Uint8Array | undefined;
  readonly role?: Role | undefined;
  /** Mnemonic or number; where the file says it, they must agree. */
  readonly algorithm?: string | undefined;
  /** Sets no time but that of creation. */
  readonly spare?: boolean;
}

/** What was found in the file, and in those beside it. */
interface Found {
  readonly text: KeyText;
  /** BIND's other files of the same key. */
  readonly files: KeyFiles | undefined;
}

/**
 * Takes a key from somewhere else into the key directory. What it is read from stays as it is.
 * @throws ZonewrightError `key/*` for what cannot be used; `import/*` for what does not belong here; `usage/*` for what the file does not say
 */
export async function importKey(
  options: ImportOptions,
  environment: ImportEnvironment,
): Promise<KeygenResult> {
  const found = await findKey(options.file, environment);
  const owner = ownerOf(found);
  const zone = zoneOf(owner, options);
  const { text } = found;
  const files =
    text.form === 'dnskey'
      ? publicFiles(zone, text.key, options, environment)
      : await privateFiles(zone, found, options, environment);
  const { algorithm } = readDnskey(files.publicKey.rdata);
  const base = keyBaseName(zone, algorithm, keyTag(files.publicKey.rdata));
  await refuseTakenTags(base, files, zone, options.keyDirectory, environment);
  const key = keyOfFiles(base, files);
  warnAboutTiming(key, key.timing, environment);
  await new KeyDirectory(options.keyDirectory, environment.files).createKeys([{ base, files }]);
  return { keyDirectory: options.keyDirectory, keys: [key] };
}

async function findKey(file: string, environment: ImportEnvironment): Promise<Found> {
  const { files, readStdin } = environment;
  if (file === '-') return { text: readKeyText(await readStdin(), 'standard input'), files: undefined };
  const { directory, base } = splitKeyPath(file);
  const isOfBind = readKeyBaseName(base) !== undefined && !file.endsWith('.key');
  const path = isOfBind && !file.endsWith('.private') ? `${file.replace(/\.(?:state)?$/, '')}.private` : file;
  const text = readKeyText(await files.read(path), path);
  const source = new KeyDirectory(directory ?? '.', files);
  // Beside a private key lies the record that it belongs to.
  const hasRecord = isOfBind && (await files.status(path.replace(/private$/, 'key'))) !== undefined;
  return { text, files: hasRecord ? await source.readFiles(base) : undefined };
}

function ownerOf({ text, files }: Found): Uint8Array | undefined {
  return text.form === 'dnskey' ? text.key.owner : files?.publicKey.owner;
}

function zoneOf(owner: Uint8Array | undefined, { zone, file }: ImportOptions): Uint8Array {
  if (zone === undefined) {
    if (owner !== undefined) return owner;
    throw usageError('usage/missing-argument', 'the file does not say which zone the key is for', {
      hint: `zonewright keygen example.com --import ${file}`,
    });
  }
  if (owner === undefined || sameName(zone, owner)) return zone;
  throw inputError('import/zone', `this is a key of ${nameToText(owner)}, not of ${nameToText(zone)}`, {
    location: { file },
  });
}

/** A key whose private half another signer has (RFC 8901): it is published, and signs nothing here. */
function publicFiles(
  zone: Uint8Array,
  key: Extract<KeyText, { form: 'dnskey' }>['key'],
  options: ImportOptions,
  { now }: ImportEnvironment,
): KeyFiles {
  const { file } = options;
  const { algorithm, flags, protocol, publicKey } = readDnskey(key.rdata);
  const usable = checkAlgorithm(algorithm, options);
  const problem = publicKeyProblem(usable, publicKey);
  if (problem !== undefined) throw inputError('key/damaged', problem, { location: { file } });
  if (protocol !== DNSSEC_PROTOCOL || (flags & flagsOfRole('zsk')) === 0) {
    throw inputError('key/no-zone-key', 'this is no key for a zone: it lacks the ZONE flag or protocol 3', {
      location: { file },
    });
  }
  checkRole(flags, options);
  const activate = options.timing?.activate;
  if (activate !== undefined && activate !== null) {
    throw usageError('usage/conflict', 'a key without its private half signs nothing: leave --activate out');
  }
  const { activate: _, ...timing } = timingOfNewKey(options, now);
  const ttl = options.ttl === undefined ? key.ttl : (options.ttl ?? undefined);
  return {
    publicKey: { owner: zone, ttl, type: 'DNSKEY', rdata: key.rdata, timing },
    privateKey: undefined,
    state: undefined,
  };
}

async function privateFiles(
  zone: Uint8Array,
  { text, files }: Found,
  options: ImportOptions,
  environment: ImportEnvironment,
): Promise<KeyFiles> {
  const { crypto, now } = environment;
  const { file, keyDirectory } = options;
  if (text.form === 'bind' && isKeyReference(text.key)) return referenceFiles(files, options, environment);
  if (text.form === 'dnskey') throw internalError('import/form', 'a DNSKEY record has no private key');
  const record = files && readDnskey(files.publicKey.rdata);
  const jwk = await readPrivateKey(text, record?.publicKey, file, environment);
  const said = record?.algorithm ?? algorithmOfText(text);
  const algorithm = checkAlgorithm(said ?? algorithmOfForm(jwk, options), options);
  if (!algorithmsOfJwk(jwk).includes(algorithm)) {
    throw inputError('import/algorithm', `this is no key of ${algorithm.mnemonic}`, { location: { file } });
  }
  const publicKey = publicKeyFromJwk(algorithm, jwk);
  if (record !== undefined && !isSameKey(algorithm, jwk, record.publicKey)) {
    throw inputError('key/mismatch', 'the private key does not belong to the public key beside it', {
      location: { file },
    });
  }
  checkStrength(algorithm, publicKey, { file }, environment);
  const software = { kind: 'software', algorithm: algorithm.number, jwk, file } as const;
  await crypto.importPrivateKey(software);

  const role = roleOfImport(files, options);
  const flags = record?.flags ?? flagsOfRole(role);
  const rdata =
    files?.publicKey.rdata ??
    writeDnskey({ flags, protocol: DNSSEC_PROTOCOL, algorithm: algorithm.number, publicKey });
  const timing = timingOfImport(files, options, now);
  const wasEncrypted =
    text.form === 'encrypted' || (text.form === 'bind' && text.key.encrypted !== undefined);
  const wanted = options.encrypt ?? (wasEncrypted ? true : undefined);
  const encryption = await encryptionOfNewKey(wanted, keyDirectory, zone, environment);
  const ttl = options.ttl === undefined ? files?.publicKey.ttl : (options.ttl ?? undefined);
  return {
    publicKey: { owner: zone, ttl, type: 'DNSKEY', rdata, timing },
    privateKey: await storePrivateKey(software, timing, encryption),
    state: files?.state ?? (role === 'csk' ? stateOfCsk(algorithm, publicKey, now) : undefined),
  };
}

/** A key in an HSM stays there: only its files come along. */
function referenceFiles(
  files: KeyFiles | undefined,
  options: ImportOptions,
  environment: ImportEnvironment,
): KeyFiles {
  const { file } = options;
  if (files?.privateKey === undefined) {
    throw inputError(
      'import/reference',
      'this file refers to a key in an HSM, and no .key file lies beside it',
      { location: { file } },
    );
  }
  const algorithm = checkAlgorithm(files.privateKey.algorithm, options);
  checkStrength(algorithm, readDnskey(files.publicKey.rdata).publicKey, { file }, environment);
  const timing = timingOfImport(files, options, environment.now);
  return {
    ...files,
    publicKey: { ...files.publicKey, timing },
    privateKey: { ...files.privateKey, timing },
  };
}

async function readPrivateKey(
  text: Exclude<KeyText, { form: 'dnskey' }>,
  publicKey: Uint8Array | undefined,
  file: string,
  { crypto, keyAccess }: ImportEnvironment,
): Promise<PrivateJwk> {
  switch (text.form) {
    case 'bind':
      if (text.key.encrypted !== undefined) return keyAccess.encryption.decrypt(text.key.encrypted, file);
      return jwkOfBindKey(text.key, publicKey, file, crypto);
    case 'encrypted':
      return keyAccess.encryption.decrypt(text.der, file);
    case 'jwk':
      return text.jwk;
    case 'der':
      return readDer(text.der, file, crypto);
  }
}

async function readDer(der: Uint8Array, file: string, crypto: Crypto): Promise<PrivateJwk> {
  const jwk = await crypto.readPrivateKey(der);
  if (jwk !== undefined) return jwk;
  throw inputError('key/form', 'this is no private key of a kind that DNSSEC has', {
    location: { file },
    hint: 'it takes RSA keys, P-256, P-384, Ed25519 and Ed448 in PKCS #8, SEC 1 or PKCS #1',
  });
}

/** The key's own times and what the user says; without any, those of a new key. */
function timingOfImport(files: KeyFiles | undefined, options: ImportOptions, now: number): KeyTiming {
  const own = files?.privateKey?.timing ?? {};
  const timing = isUntimed(own) ? (files?.publicKey.timing ?? {}) : own;
  if (isUntimed(timing) || options.spare === true) return timingOfNewKey(options, now);
  return changeTiming(timing, options.timing ?? {});
}
