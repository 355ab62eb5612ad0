import { fromBase64, toBase64 } from '../dns/encoding.ts';
import { ZonewrightError } from '../errors.ts';

/** One `-----BEGIN LABEL-----` block (RFC 7468) with the DER in it. */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([^-]*)^-----END \1-----/gm;

/** The blocks of a text, whatever stands around them. One that is no base64, or has RFC 1421 headers, is left out. */
export function readPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, label, body] of text.matchAll(BLOCK)) {
    try {
      blocks.push({ label: label!, der: fromBase64(body!.replaceAll(/\s/g, '')) });
    } catch (error) {
      if (!(error instanceof ZonewrightError)) throw error;
    }
  }
  return blocks;
}

/** A block as text, 64 characters a line. */
export function printPem({ label, der }: PemBlock): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
