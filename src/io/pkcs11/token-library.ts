import type * as WebCryptoP11 from 'node-webcrypto-p11';
import { environmentError, usageError, type ZonewrightError } from '../../errors.ts';
import type { Pkcs11Uri, TokenAttribute } from '../../keys/pkcs11-uri.ts';
import { tokenError } from './token-errors.ts';

/** A token as the WebCrypto interface over PKCS#11 shows it, with the session that stands behind it. */
export type Token = WebCryptoP11.Crypto;
export type Session = Token['session'];
export type Slot = Token['slot'];

/** The package that stands between Node and PKCS#11. It compiles code when it is installed, so only who has an HSM installs it. */
export const PACKAGE = 'node-webcrypto-p11';

export type Pkcs11Package = Pick<typeof WebCryptoP11, 'Crypto'>;

/**
 * Loads the package.
 * @throws ZonewrightError `key/token-support` where it is not installed
 */
export async function loadPackage(load: () => Promise<Pkcs11Package>): Promise<Pkcs11Package> {
  try {
    return await load();
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    throw environmentError(
      'key/token-support',
      `keys in an HSM need the package ${PACKAGE}, which ${isMissing ? 'is not installed' : 'cannot be loaded'}`,
      { hint: `npm install ${PACKAGE} (with --global where zonewright is installed globally)`, cause },
    );
  }
}

/** The variables that name the PKCS#11 library where the URI does not: ours, and that of libp11, which BIND uses. */
const MODULE_VARIABLES = ['ZONEWRIGHT_PKCS11_MODULE', 'PKCS11_MODULE_PATH'] as const;

/** The path of the PKCS#11 library for a URI. */
export function modulePathOf(
  { modulePath }: Pkcs11Uri,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const path = [modulePath, ...MODULE_VARIABLES.map((name) => variables[name])].find(
    (value) => value !== undefined && value !== '',
  );
  if (path !== undefined) return path;
  throw usageError('key/token-module', 'no PKCS#11 library is named for the keys in the HSM', {
    hint: `add "?module-path=/path/to/library.so" to the URI, or set ${MODULE_VARIABLES[0]}`,
  });
}

/** A PKCS#11 library, and the slots with tokens that it knows. */
export function openLibrary(
  { Crypto }: Pkcs11Package,
  path: string,
): { readonly module: Slot['module']; readonly slots: readonly Slot[] } {
  try {
    // The first slot leads to the library, and that to all slots.
    const first = new Crypto({ library: path, slot: 0 });
    const { module } = first.slot;
    first.session.close();
    const slots = module.getSlots(true);
    return { module, slots: Array.from({ length: slots.length }, (_, index) => slots.items(index)) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number' && error.code > 0)
      throw tokenError(error, { token: `the PKCS#11 library ${path}` });
    if (error instanceof Error && /^Slot by index/.test(error.message)) throw noToken(path);
    throw environmentError('key/token-module', `the PKCS#11 library ${path} cannot be loaded`, {
      hint: 'check the path: it is the one that "pkcs11-tool --module" takes',
      cause: error,
    });
  }
}

function noToken(path: string): ZonewrightError {
  return environmentError('key/token-gone', `the PKCS#11 library ${path} knows no token`, {
    hint: 'plug the token in, or check the configuration of the library',
  });
}

/** Whether a slot holds a token that a URI describes. */
export function matches(slot: Slot, wanted: Pkcs11Uri['token']): boolean {
  const token = slot.getToken();
  const { module } = slot;
  const version = ({ major, minor }: { major: number; minor: number }): string => `${major}.${minor}`;
  const actual: Record<TokenAttribute, string> = {
    token: token.label,
    manufacturer: token.manufacturerID,
    serial: token.serialNumber,
    model: token.model,
    'slot-id': String(slot.handle.readUInt32LE(0)),
    'slot-description': slot.slotDescription,
    'slot-manufacturer': slot.manufacturerID,
    'library-description': module.libraryDescription,
    'library-manufacturer': module.manufacturerID,
    'library-version': version(module.libraryVersion),
  };
  return Object.entries(wanted).every(
    ([name, value]) =>
      actual[name as TokenAttribute] === value ||
      (name === 'library-version' && `${value}.0` === actual['library-version']),
  );
}
