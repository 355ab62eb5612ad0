import packet from 'dns-packet';
import { ByteBuffer } from '../../dns/byte-buffer.ts';
import { Cursor } from '../../dns/cursor.ts';
import { MAX_LABEL_LENGTH, MAX_NAME_LENGTH, sameName } from '../../dns/name.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../dnssec/dns-client.ts';
import { inputError, type ZonewrightError } from '../../errors.ts';
import { Class, Type, typeByCode } from '../../rr/registry.ts';

// dns-packet writes questions and reads headers. Names and RDATA are read from the octets: it takes both apart into text and loses octets above 127,
// dots within labels, and whole answers over a DNSKEY whose protocol is not 3.

/** Octets that are safe in one UDP packet everywhere (DNS flag day 2020). */
const UDP_PAYLOAD = 1232;
const HEADER_LENGTH = 12;
/** Where the counts of records begin in the header. */
const COUNTS = 6;
const POINTER = 0xc0;
/** More labels than this no name has, so more pointers no honest name needs. */
const MAX_POINTERS = 127;
/** The fixed octets of a record behind its owner. */
const RECORD_LENGTH = 10;

/** Types whose names in RDATA may be compressed, as far as somebody here asks for them (RFC 3597 section 4). */
const COMPRESSIBLE: ReadonlySet<number> = new Set([Type.NS, Type.CNAME, Type.SOA]);

/** Why a server may leave its answer without a question: it did not understand, or does not want to. */
const BARE_RCODES: ReadonlySet<number> = new Set([1, 2, 4, 5]);

/** A question as a message, with EDNS and the wish for DNSSEC records (DO). */
export function encodeQuestion(id: number, { name, type }: DnsQuestion, recursion: boolean): Uint8Array {
  const message = packet.encode({
    type: 'query',
    id,
    flags: recursion ? packet.RECURSION_DESIRED : 0,
    // The root, in whose place the name comes: dns-packet cannot write every name.
    questions: [{ name: '.', type: 'NULL' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: packet.DNSSEC_OK,
        flag_do: true,
        options: [],
      },
    ],
  });
  const typeAt = HEADER_LENGTH + 1;
  return Buffer.concat([
    message.subarray(0, HEADER_LENGTH),
    name,
    Uint8Array.of(type >> 8, type & 0xff),
    message.subarray(typeAt + 2),
  ]);
}

/** What came back, as far as it is the answer to a question. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: DnsAnswer }
  /** The rest is to be had over TCP. */
  | { readonly kind: 'truncated' }
  /** It belongs to another question, or to none. */
  | { readonly kind: 'unrelated'; readonly why: string };

/**
 * Reads what a server sent.
 * @throws ZonewrightError `dns/malformed`
 */
export function decodeReply(message: Uint8Array, id: number, question: DnsQuestion): Reply {
  if (message.length < HEADER_LENGTH) throw malformed(`it has ${message.length} octets`);
  const header = readHeader(message);
  if (header.type !== 'response') return { kind: 'unrelated', why: 'it is no answer' };
  if (header.id !== id) return { kind: 'unrelated', why: 'it has another ID' };
  const rcode = (header.flags ?? 0) & 0xf;
  const reader = new MessageReader(message);
  const questions = reader.count(4);
  if (questions === 0 && BARE_RCODES.has(rcode)) return answerOf(rcode, header.flag_aa, []);
  if (questions !== 1 || !reader.takesQuestion(question))
    return { kind: 'unrelated', why: 'it answers another question' };
  if (header.flag_tc) return { kind: 'truncated' };
  const sections = [COUNTS, COUNTS + 2, COUNTS + 4].map((at) => reader.section(reader.count(at)));
  if (reader.remaining > 0) throw malformed(`${reader.remaining} octets are left over behind its records`);
  return answerOf(rcode + (reader.extendedRcode << 4), header.flag_aa, sections);
}

function answerOf(rcode: number, authoritative: boolean, sections: readonly DnsRecord[][]): Reply {
  const [answers = [], authorities = [], additionals = []] = sections;
  return { kind: 'answer', answer: { rcode, authoritative, answers, authorities, additionals } };
}

/** The header alone: what it counts is read elsewhere. */
function readHeader(message: Uint8Array): packet.DecodedPacket {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.set(message.subarray(0, 4));
  return packet.decode(header);
}

class MessageReader {
  readonly #message: Uint8Array;
  #position = HEADER_LENGTH;
  extendedRcode = 0;

  constructor(message: Uint8Array) {
    this.#message = message;
  }

  get remaining(): number {
    return this.#message.length - this.#position;
  }

  count(at: number): number {
    return (this.#message[at]! << 8) | this.#message[at + 1]!;
  }

  /** Whether the question that comes next is this one. */
  takesQuestion({ name, type }: DnsQuestion): boolean {
    const asked = this.#name();
    const fields = this.#take(4);
    return sameName(asked, name) && u16(fields, 0) === type && u16(fields, 2) === Class.IN;
  }

  /** The next `count` records, of class IN. */
  section(count: number): DnsRecord[] {
    const records: DnsRecord[] = [];
    for (let i = 0; i < count; i++) {
      const owner = this.#name();
      const fixed = this.#take(RECORD_LENGTH);
      const type = u16(fixed, 0);
      const start = this.#position;
      const rdata = this.#take(u16(fixed, 8));
      if (type === Type.OPT) this.extendedRcode = fixed[4]!;
      else if (u16(fixed, 2) === Class.IN) {
        // RFC 2181 section 8: the highest bit of a TTL means zero.
        const ttl = fixed[4]! > 127 ? 0 : u16(fixed, 4) * 0x10000 + u16(fixed, 6);
        records.push({ owner, type, ttl, rdata: this.#decompressed(type, start, start + rdata.length) });
      }
    }
    return records;
  }

  #take(count: number): Uint8Array {
    if (count > this.remaining) throw malformed(`it ends ${count - this.remaining} octets too early`);
    this.#position += count;
    return this.#message.subarray(this.#position - count, this.#position);
  }

  #name(): Uint8Array {
    const { name, end } = readName(this.#message, this.#position);
    this.#position = end;
    return name;
  }

  /** RDATA field by field: it has the form of its type, though its values may make no sense. */
  #decompressed(type: number, start: number, end: number): Uint8Array {
    const fields = typeByCode(type)?.fields;
    if (fields === undefined) return this.#message.slice(start, end);
    const out = new ByteBuffer(end - start);
    const cursor = new Cursor(this.#message, start, end);
    for (const field of fields) {
      const from = cursor.position;
      if (field.isName === true && COMPRESSIBLE.has(type)) {
        const { name, end: behind } = readName(this.#message, from);
        out.append(name);
        cursor.position = behind;
      } else {
        checked(() => field.skip(cursor));
        out.append(this.#message, from, cursor.position);
      }
    }
    if (cursor.position !== end) throw malformed('RDATA has another length than it says');
    return out.copy();
  }
}

/** The name at `start` without compression, and the position behind what stands there of it (RFC 1035 section 4.1.4). */
function readName(message: Uint8Array, start: number): { readonly name: Uint8Array; readonly end: number } {
  const name: number[] = [];
  let position = start;
  let end: number | undefined;
  /** Pointers lead back only, so that there is no loop. */
  let limit = start;
  for (let pointers = 0; ;) {
    const length = message[position];
    if (length === undefined) throw malformed('a name in it goes on behind its end');
    if (length >= POINTER) {
      if (position + 1 >= message.length) throw malformed('a name in it goes on behind its end');
      const target = u16(message, position) & 0x3fff;
      end ??= position + 2;
      if (target >= limit || ++pointers > MAX_POINTERS)
        throw malformed('a name in it is compressed with a pointer that does not lead back');
      limit = target;
      position = target;
      continue;
    }
    if (length > MAX_LABEL_LENGTH) throw malformed('a label in it is of an unknown kind');
    const label = message.subarray(position, position + 1 + length);
    if (label.length <= length) throw malformed('a name in it goes on behind its end');
    name.push(...label);
    position += label.length;
    if (name.length > MAX_NAME_LENGTH) throw malformed('a name in it is longer than 255 octets');
    if (length === 0) return { name: Uint8Array.from(name), end: end ?? position };
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function checked(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(problem: string): ZonewrightError {
  return inputError('dns/malformed', problem);
}
