import { environmentError, ZonewrightError, type SourceLocation } from '../../errors.ts';

/** Where a token comes into a message. */
export interface TokenContext {
  /** How messages name the token: `the token "hsm"`. */
  readonly token: string;
  readonly location?: SourceLocation | undefined;
}

interface Trouble {
  readonly code: string;
  readonly says: string;
  readonly hint: string;
  /** Return values of PKCS#11 functions (PKCS#11 v2.40 section 3.1). */
  readonly values: readonly number[];
}

/** The return values that ask for different acts of the operator. */
const TROUBLES: readonly Trouble[] = [
  {
    code: 'key/token-pin',
    says: 'refuses the PIN',
    hint: 'check what pin-source leads to; many tokens lock themselves after some wrong PINs',
    // CKR_PIN_INCORRECT, _INVALID, _LEN_RANGE, CKR_USER_PIN_NOT_INITIALIZED
    values: [0xa0, 0xa1, 0xa2, 0x102],
  },
  {
    code: 'key/token-pin',
    says: 'wants a PIN, and none was given',
    hint: 'add "?pin-source=file:/path/of/pin" to the URI, or set ZONEWRIGHT_PKCS11_PIN',
    // CKR_USER_NOT_LOGGED_IN
    values: [0x101],
  },
  {
    code: 'key/token-locked',
    says: 'has its PIN locked or expired',
    hint: 'unlock it with the tools of its vendor and the PIN of the security officer',
    // CKR_PIN_EXPIRED, _LOCKED
    values: [0xa3, 0xa4],
  },
  {
    code: 'key/token-mechanism',
    says: 'cannot do this with keys of this kind',
    hint: 'list what it can do with "pkcs11-tool --list-mechanisms"; P-256 is known to nearly all',
    // CKR_ATTRIBUTE_TYPE_INVALID, _VALUE_INVALID, CKR_FUNCTION_NOT_SUPPORTED, CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED,
    // CKR_MECHANISM_INVALID, _PARAM_INVALID, CKR_TEMPLATE_INCONSISTENT, CKR_CURVE_NOT_SUPPORTED
    values: [0x12, 0x13, 0x54, 0x63, 0x68, 0x70, 0x71, 0xd1, 0x140],
  },
  {
    code: 'key/token-gone',
    says: 'does not answer any more',
    hint: 'plug the token in or restore the connection to it, see whether the library finds its settings, and run the command again',
    // CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_DEVICE_ERROR, _MEMORY, _REMOVED, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID,
    // CKR_SESSION_CLOSED, _HANDLE_INVALID, CKR_TOKEN_NOT_PRESENT, _NOT_RECOGNIZED, CKR_CRYPTOKI_NOT_INITIALIZED
    values: [0x05, 0x06, 0x30, 0x31, 0x32, 0x60, 0x82, 0xb0, 0xb3, 0xe0, 0xe1, 0x190],
  },
];

/** What a failure of the PKCS#11 library means for the operator. */
export function tokenError(error: unknown, { token, location }: TokenContext): ZonewrightError {
  if (error instanceof ZonewrightError) return error;
  const value = error instanceof Error && 'code' in error ? error.code : undefined;
  const trouble = TROUBLES.find(({ values }) => values.some((known) => known === value));
  const name = /\bCKR_\w+/.exec(error instanceof Error ? error.message : '')?.[0];
  const reason = name === undefined ? '' : ` (${name})`;
  if (trouble === undefined) {
    return environmentError('key/token-failed', `${token} failed${reason}`, { location, cause: error });
  }
  const { code, says, hint } = trouble;
  return environmentError(code, `${token} ${says}${reason}`, { hint, location, cause: error });
}
