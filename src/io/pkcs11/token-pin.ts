import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentError, usageError, type ZonewrightError } from '../../errors.ts';
import type { Pkcs11Uri } from '../../keys/pkcs11-uri.ts';

/** The variable with the PIN of tokens whose URI says nothing of one. */
const PIN_VARIABLE = 'ZONEWRIGHT_PKCS11_PIN';

/**
 * The PIN of a token: from the file or the variable that `pin-source` names, else from the environment. Undefined where nobody says one: the
 * token may have a keypad of its own.
 * @throws ZonewrightError `key/token-pin-source`
 */
export function pinOf(
  { pinSource, pinValue }: Pkcs11Uri,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (pinValue !== undefined) return pinValue;
  if (pinSource === undefined) return variables[PIN_VARIABLE];
  const variable = /^env:(.+)$/.exec(pinSource)?.[1];
  if (variable !== undefined) {
    const pin = variables[variable];
    if (pin !== undefined && pin !== '') return pin;
    throw noPin(`the variable ${variable} is not set`, `set it to the PIN of the token`);
  }
  return pinFromFile(fileOf(pinSource));
}

function fileOf(pinSource: string): string {
  if (pinSource.startsWith('/')) return pinSource;
  // RFC 7512 section 2.4 has "file:/path" in its examples, RFC 8089 "file:///path", too.
  if (/^file:\//.test(pinSource)) return fileURLToPath(new URL(encodeURI(pinSource)));
  throw usageError('key/token-pin-source', 'this pin-source is neither a file nor a variable', {
    hint: 'write pin-source=file:/path/to/pin or pin-source=env:VARIABLE',
  });
}

function pinFromFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw noPin(`its file ${file} cannot be read`, 'run as the user that may read it', error);
  }
  const pin = text.replace(/\r?\n$/, '');
  if (pin !== '') return pin;
  throw noPin(`its file ${file} is empty`, 'put the PIN into it, in one line');
}

function noPin(reason: string, hint: string, cause?: unknown): ZonewrightError {
  return environmentError('key/token-pin-source', `the PIN of the token is not to be had: ${reason}`, {
    hint,
    cause,
  });
}
