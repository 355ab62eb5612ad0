import { domainToASCII } from 'node:url';
import { canonicalName, nameFromText } from '../dns/name.ts';
import { inputError, usageError, ZonewrightError } from '../errors.ts';

const NOT_ASCII = /[^\x00-\x7f]/;
/** What separates labels: the dot and its relatives (UTS #46 section 2.3). */
const DOTS = /[.\u3002\uff0e\uff61]/;

/**
 * A zone's name in canonical wire form, as a user types it: in any letter case, with or without the last dot, in Unicode (IDNA) or in ASCII.
 * @throws ZonewrightError `usage/zone`
 */
export function parseZoneName(text: string): Uint8Array {
  try {
    return canonicalName(nameFromText(NOT_ASCII.test(text) ? toAscii(text) : text));
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    throw usageError('usage/zone', `"${text}" is no zone name: ${error.message}`);
  }
}

/** Only labels with other characters than ASCII are touched: the rules for host names must not spoil the others. */
function toAscii(text: string): string {
  return text
    .split(DOTS)
    .map((label) => (NOT_ASCII.test(label) ? labelToAscii(label) : label))
    .join('.');
}

function labelToAscii(label: string): string {
  // Behind a letter, digits are no IPv4 address.
  const ascii = domainToASCII(`${label}.a`).slice(0, -'.a'.length);
  if (ascii === '' || ascii.includes('.')) {
    throw inputError('name/idn', `"${label}" is no internationalized label`);
  }
  return ascii;
}
