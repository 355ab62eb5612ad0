import { ByteBuffer } from '../dns/byte-buffer.ts';
import { Base64Decoder, toBase64 } from '../dns/encoding.ts';
import { nameToText } from '../dns/name.ts';
import { printCalendarTime, printTimestamp, readTimestamp } from '../dns/time.ts';
import { Tokenizer } from '../dns/tokenizer.ts';
import { MAX_TTL, parseTtl } from '../dns/ttl.ts';
import { readDnskey, REVOKE_FLAG, SEP_FLAG, writeDnskey } from '../dnssec/dnskey.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { ZonewrightError } from '../errors.ts';
import { damagedKey } from './bind-lines.ts';
import { changeTiming, KEY_TIME_LABELS, keyTimeOfLabel, type KeyTiming } from './timing.ts';

/** Characters of base64 in a word of the record. */
const WORD = /.{1,56}/g;

/** A `.key` file: one DNSKEY record, with the times of the key in comments above it. */
export interface BindPublicKey {
  /** The owner in wire form, in the file's letter case. */
  readonly owner: Uint8Array;
  /** Seconds; undefined where the record has none. */
  readonly ttl: number | undefined;
  readonly type: 'DNSKEY' | 'KEY';
  readonly rdata: Uint8Array;
  readonly timing: KeyTiming;
}

/**
 * Reads a `.key` file, of BIND with its times, or of another tool without.
 * @throws ZonewrightError `key/damaged`
 */
export function readBindPublicKey(bytes: Uint8Array, file: string): BindPublicKey {
  try {
    return { ...readRecord(new Tokenizer(bytes, file)), timing: readTimingComments(bytes) };
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    throw damagedKey(file, error.location?.line, error.message);
  }
}

/** Prints a `.key` file in BIND's style. The time of the DS at the parent stays out, as there. */
export function printBindPublicKey({ owner, ttl, type, rdata, timing }: BindPublicKey): string {
  const { flags, protocol, algorithm, publicKey } = readDnskey(rdata);
  const revoked = (flags & REVOKE_FLAG) === 0 ? '' : 'revoked ';
  const role = (flags & SEP_FLAG) === 0 ? 'zone' : 'key';
  const name = nameToText(owner);
  const lines = [`; This is a ${revoked}${role}-signing key, keyid ${keyTag(rdata)}, for ${name}`];
  for (const [time, label] of KEY_TIME_LABELS) {
    const value = timing[time];
    if (value === undefined || time === 'dsPublish') continue;
    lines.push(`; ${label}: ${printTimestamp(value)} (${printCalendarTime(value)})`);
  }
  const words = toBase64(publicKey).match(WORD) ?? [];
  const ttlText = ttl === undefined ? '' : `${ttl} `;
  lines.push(`${name} ${ttlText}IN ${type} ${flags} ${protocol} ${algorithm} ${words.join(' ')}`);
  return `${lines.join('\n')}\n`;
}

function readRecord(tokens: Tokenizer): Omit<BindPublicKey, 'timing'> {
  const out = new ByteBuffer(1024);
  if (!tokens.nextRecord()) throw tokens.error('key/damaged', 'the file has no record');
  tokens.name('the owner', out);
  const owner = out.copy();

  let ttl: number | undefined;
  let type: BindPublicKey['type'] | undefined;
  while (type === undefined) {
    tokens.need('the type DNSKEY');
    const word = tokens.text().toUpperCase();
    if (word === 'DNSKEY' || word === 'KEY') type = word;
    else if (word !== 'IN') {
      ttl = parseTtl(tokens.bytes, tokens.start, tokens.end);
      if (ttl < 0 || ttl > MAX_TTL)
        throw tokens.error('key/damaged', `"${word}" is neither a TTL nor DNSKEY`);
    }
  }
  const flags = tokens.integer('the flags', 0xffff);
  const protocol = tokens.integer('the protocol', 0xff);
  const algorithm = tokens.integer('the algorithm', 0xff);
  out.clear();
  const decoder = new Base64Decoder();
  while (tokens.next()) decoder.add(tokens.bytes, tokens.start, tokens.end, out);
  decoder.finish();
  if (out.length === 0) throw tokens.error('key/damaged', 'the public key is missing');
  const rdata = writeDnskey({ flags, protocol, algorithm, publicKey: out.view() });
  if (tokens.nextRecord()) throw tokens.error('key/damaged', 'the file has more than one record');
  return { owner, ttl, type, rdata };
}

/** The times in the comments. A comment that is none is none of ours, and no error. */
function readTimingComments(bytes: Uint8Array): KeyTiming {
  let timing: KeyTiming = {};
  for (const content of new TextDecoder().decode(bytes).split('\n')) {
    const [, label, text] = /^;\s*([A-Za-z]+):\s*(\d{14})(?!\S)/.exec(content) ?? [];
    const time = label === undefined ? undefined : keyTimeOfLabel(label);
    const value = text === undefined ? undefined : readTimestamp(text);
    if (time !== undefined && value !== undefined) timing = changeTiming(timing, { [time]: value });
  }
  return timing;
}
