import { nameToText } from '../dns/name.ts';
import { algorithmLabel, usableAlgorithm, type UsableAlgorithm } from '../dnssec/algorithms.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { keyTag, revokedKeyTag } from '../dnssec/key-tag.ts';
import { algorithmsOfJwk, type PrivateJwk } from '../dnssec/public-key.ts';
import { inputError, usageError } from '../errors.ts';
import type { KeyFiles } from '../keys/key-directory.ts';
import type { KeyText } from '../keys/key-text.ts';
import { flagsOfRole, roleOfKey, type Role } from '../keys/roles.ts';
import type { Environment } from './environment.ts';
import type { ImportOptions } from './import-key.ts';
import { algorithmForNewKeys } from './key-algorithm.ts';
import { tagsInUse } from './key-files.ts';

/** The algorithm that a file says by itself; in a JWK of an RSA key `alg` names the digest (RFC 7518 section 3.1). */
export function algorithmOfText(text: KeyText): number | undefined {
  if (text.form === 'bind') return text.key.algorithm;
  if (text.form !== 'jwk') return undefined;
  return new Map([
    ['RS256', 8],
    ['RS512', 10],
  ]).get(text.alg ?? '');
}

/** The algorithm of a key that says none: the curve tells, but RSA keys are of several. */
export function algorithmOfForm(jwk: PrivateJwk, { algorithm }: ImportOptions): number {
  const fitting = algorithmsOfJwk(jwk);
  if (algorithm !== undefined) return algorithmForNewKeys(algorithm).number;
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only.number;
  const names = fitting.filter(({ status }) => status === 'recommended').map(({ mnemonic }) => mnemonic);
  throw usageError('usage/algorithm', 'the file does not say which algorithm the key is for', {
    hint: `say it with --algorithm: ${names.join(' or ')}`,
  });
}

/** @throws ZonewrightError `import/algorithm` where the file and the user disagree; `usage/algorithm` for what nobody should use any more */
export function checkAlgorithm(found: number, { algorithm, file }: ImportOptions): UsableAlgorithm {
  const usable = usableAlgorithm(found);
  if (usable === undefined) {
    throw inputError('key/algorithm', `keys of ${algorithmLabel(found)} cannot be used`, {
      location: { file },
    });
  }
  if (algorithm !== undefined && algorithmForNewKeys(algorithm).number !== found) {
    throw inputError('import/algorithm', `this is a key of ${usable.mnemonic}, not of ${algorithm}`, {
      location: { file },
    });
  }
  if (usable.status === 'recommended') return usable;
  throw inputError('key/algorithm', `no keys of ${usable.mnemonic} are taken: ${usable.reason ?? ''}`, {
    location: { file },
    hint: 'to leave this algorithm, adopt the signed zone with "zonewright rotate ZONE --adopt"',
  });
}

/** What the key is for: its flags and BIND's `.state` file say it, else the user. */
export function roleOfImport(files: KeyFiles | undefined, options: ImportOptions): Role {
  if (files !== undefined) {
    const { flags } = readDnskey(files.publicKey.rdata);
    checkRole(flags, options);
    return options.role ?? roleOfKey(flags, files.state);
  }
  if (options.role !== undefined) return options.role;
  throw usageError('usage/role', 'the file does not say what the key is for', {
    hint: 'say it with --role: ksk, zsk or csk',
  });
}

/** @throws ZonewrightError `import/role` where the flags are those of another role */
export function checkRole(flags: number, { role, file }: ImportOptions): void {
  if (role === undefined || flagsOfRole(role) === (flags & flagsOfRole('csk'))) return;
  throw inputError('import/role', `the flags ${flags} of this key are not those of a ${role.toUpperCase()}`, {
    location: { file },
  });
}

/** @throws ZonewrightError `import/exists`, `import/tag-collision` */
export async function refuseTakenTags(
  base: string,
  { publicKey }: KeyFiles,
  zone: Uint8Array,
  keyDirectory: string,
  environment: Pick<Environment, 'files'>,
): Promise<void> {
  const names = await environment.files.list(keyDirectory);
  if (names.includes(`${base}.key`)) {
    throw inputError('import/exists', `${base} is in ${keyDirectory} already, and is left as it is`);
  }
  const taken = await tagsInUse(keyDirectory, zone, environment);
  const tags = [keyTag(publicKey.rdata), revokedKeyTag(publicKey.rdata)];
  const tag = tags.find((candidate) => taken.has(candidate));
  if (tag === undefined) return;
  throw inputError(
    'import/tag-collision',
    `the key tag ${tag}, plain or revoked, is that of another key of ${nameToText(zone)}`,
    { hint: 'take the other key out of the key directory if it is not needed any more' },
  );
}
