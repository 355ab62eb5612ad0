import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { rrsigLabels, SignedData, writeRrsigHeader, type Rrsig } from '../../src/dnssec/rrsig.ts';
import { softwareSigner } from '../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { findType, Type } from '../../src/rr/registry.ts';
import { DAY, NOW } from './sign-text.ts';
import type { TestKey } from './test-keys.ts';
import { zoneFromText } from './zone-text.ts';

/** What a signature may say other than it should. */
export type RrsigFields = Partial<Omit<Rrsig, 'typeCovered' | 'signature'>>;

/** A signed zone as text that can be damaged record by record: lines `owner ttl IN type rdata`, with single spaces. */
export class SignedZoneText {
  lines: string[];
  /** When signatures that are added are made. */
  readonly #now: number;

  constructor(text: string, now = NOW) {
    this.#now = now;
    this.lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replaceAll('\t', ' '));
  }

  toString(): string {
    return this.lines.map((line) => `${line}\n`).join('');
  }

  /** The lines of an RRset. For signatures, `type` is `RRSIG A`. */
  rrset(owner: string, type: string): string[] {
    return this.lines.filter((line) => isOf(line, owner, type));
  }

  /** The line of the only record of an RRset. */
  record(owner: string, type: string): string {
    const found = this.rrset(owner, type);
    if (found.length !== 1) throw new Error(`${owner} ${type}: ${found.length} records`);
    return found[0]!;
  }

  /** The owner of the NSEC3 record that fits. */
  nsec3Owner(fits: (rdata: string) => boolean): string {
    const line = this.lines.find((one) => / IN NSEC3 /.test(one) && fits(one.split(' IN NSEC3 ')[1]!));
    if (line === undefined) throw new Error('no NSEC3 record fits');
    return line.split(' ')[0]!;
  }

  add(...lines: string[]): void {
    this.lines.push(...lines);
  }

  remove(owner: string, ...types: string[]): void {
    for (const type of types) {
      if (this.rrset(owner, type).length === 0) throw new Error(`${owner} ${type}: nothing to remove`);
      this.lines = this.lines.filter((line) => !isOf(line, owner, type));
    }
  }

  /** Replaces part of the only record of an RRset. */
  edit(owner: string, type: string, from: string | RegExp, to: string | ((found: string) => string)): void {
    const line = this.record(owner, type);
    const edited = line.replace(from, typeof to === 'string' ? () => to : to);
    if (edited === line) throw new Error(`${line}: no ${String(from)} in it`);
    this.lines[this.lines.indexOf(line)] = edited;
  }

  /** Signs an RRset, in place of the signatures that it has. */
  sign(owner: string, type: string, key: TestKey, fields: RrsigFields = {}): void {
    this.lines = this.lines.filter((line) => !isOf(line, owner, `RRSIG ${type}`));
    this.addSignature(owner, type, key, fields);
  }

  /** Signs an RRset, beside the signatures that it has. */
  addSignature(owner: string, type: string, key: TestKey, fields: RrsigFields = {}): void {
    const zone = zoneFromText(this.rrset(owner, type).join('\n'), '.');
    const { store } = zone;
    const ttl = zone.rrsetTtls[0]!;
    const name = nameFromText(owner);
    const header = new ByteBuffer();
    const typeText = new TextEncoder().encode(type);
    const typeCovered = findType(typeText, 0, typeText.length);
    writeRrsigHeader(
      {
        typeCovered,
        algorithm: key.algorithm,
        labels: rrsigLabels(name),
        originalTtl: ttl,
        inception: this.#now - 3600,
        expiration: this.#now + 30 * DAY,
        keyTag: key.keyTag,
        signerName: nameFromText('example.'),
        ...fields,
      },
      header,
    );
    const data = new SignedData().compose(
      {
        nameBytes: store.names.wire.bytes,
        rdataBytes: store.rdata.bytes,
        rdataOffsets: store.rdataOffsets,
        rdataLengths: store.rdataLengths,
      },
      {
        ownerOffset: 0,
        type: typeCovered,
        zoneClass: 1,
        records: zone.records,
        start: 0,
        end: zone.recordCount,
      },
      header.bytes,
      0,
      header.length,
    );
    header.append(softwareSigner(key.privateKey).sign(data));
    this.add(`${owner} ${ttl} IN RRSIG ${rdataToText(Type.RRSIG, header.copy())}`);
  }
}

function isOf(line: string, owner: string, type: string): boolean {
  const [lineOwner, , , lineType, covered] = line.split(' ');
  const full = lineType === 'RRSIG' ? `RRSIG ${covered!}` : lineType;
  return lineOwner!.toLowerCase() === owner.toLowerCase() && full === type;
}
