import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ByteBuffer } from '../../src/dns/byte-buffer.ts';
import { toHex } from '../../src/dns/encoding.ts';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { readDnskey } from '../../src/dnssec/dnskey.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { readRrsig, rrsigLabels, SignedData, writeRrsigHeader } from '../../src/dnssec/rrsig.ts';
import { recordColumns } from '../../src/dnssec/signing-jobs.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { rdataFromText } from '../../src/rr/rdata.ts';
import type { TypeMnemonic } from '../../src/rr/mnemonics.ts';
import { Type } from '../../src/rr/registry.ts';
import type { Zone } from '../../src/zone/zone.ts';
import { unindent, zoneFromText } from '../support/zone-text.ts';

/** What the RRSIG RDATA would be over, if it stood at `owner`. */
function signedOctets(zone: Zone, owner: string, rrsig: Uint8Array): Uint8Array {
  const rank = zone.rankOf(nameFromText(owner));
  const rrset = zone.findRrset(rank, readRrsig(rrsig).typeCovered);
  const data = new SignedData().compose(
    recordColumns(zone.store),
    {
      ownerOffset: zone.store.names.offsets[zone.ownerNames[rank]!]!,
      type: zone.rrsetTypes[rrset]!,
      zoneClass: zone.zoneClass,
      records: zone.records,
      start: zone.rrsetRecords[rrset]!,
      end: zone.rrsetRecords[rrset + 1]!,
    },
    rrsig,
    0,
    rrsig.length - readRrsig(rrsig).signature.length,
  );
  return data.slice();
}

/** The header of an RRSIG, without a signature. */
function header(type: TypeMnemonic, labels: number, originalTtl = 300, signer = 'example.'): Uint8Array {
  return rdataFromText(
    Type.RRSIG,
    `${type} 15 ${labels} ${originalTtl} 20260201000000 20260101000000 4711 ${signer} AA==`,
  );
}

const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const hex = (octets: Uint8Array): string => toHex(octets).toLowerCase();

describe('rrsigLabels', () => {
  test.each([
    ['.', 0],
    ['example.', 1],
    ['a.b.example.', 3],
    ['*.example.', 1],
    ['*.', 0],
    ['a.*.example.', 3],
    ['\\*.example.', 1],
    ['**.example.', 2],
    ['a\\.b.example.', 2],
  ])('%s has %i (RFC 4034 section 3.1.3)', (name, labels) => {
    const octets = Uint8Array.of(7, ...nameFromText(name));
    expect(rrsigLabels(octets, 1)).toBe(labels);
  });
});

describe('the header', () => {
  const fields = {
    typeCovered: Type.MX,
    algorithm: 15,
    labels: 2,
    originalTtl: 4000000000,
    expiration: 0xfffffffe,
    inception: 3000000000,
    keyTag: 65535,
  };

  test('is written with the signer in lower case', () => {
    const out = new ByteBuffer();
    writeRrsigHeader({ ...fields, signerName: nameFromText('EXAMPLE.com') }, out);
    expect(hex(out.view())).toBe(
      `000f0f02ee6b2800fffffffeb2d05e00ffff07${hexOf('example')}03${hexOf('com')}00`,
    );
  });

  test('is read as it stands', () => {
    const out = new ByteBuffer();
    writeRrsigHeader({ ...fields, signerName: nameFromText('example.') }, out);
    out.append(Uint8Array.of(1, 2, 3));
    const padded = Uint8Array.of(9, 9, ...out.view());
    const { signerName, signature, ...rest } = readRrsig(padded.subarray(2));
    expect(rest).toEqual(fields);
    expect(nameToText(signerName)).toBe('example.');
    expect([...signature]).toEqual([1, 2, 3]);
  });
});

describe('what a signature is over', () => {
  const zone = zoneFromText(
    unindent(`
    Host.Sub 60 IN A 192.0.2.2
    Host.Sub 60 IN A 192.0.2.1
    @        60 IN MX 10 Mail.Example.
    @        60 IN NSEC Host.Example. A
    @        60 IN SVCB 1 Target.Example.
    @        60 IN TXT "Upper"
    *.wild   60 IN A 192.0.2.3
    a.b.wild 60 IN A 192.0.2.3
  `),
  );
  const rdataHex = (type: TypeMnemonic, labels: number): string =>
    hex(signedOctets(zone, 'example.', header(type, labels)));

  test('is the header and each record in canonical form and order (RFC 4034 section 3.1.8.1)', () => {
    const owner = `04${hexOf('host')}03${hexOf('sub')}07${hexOf('example')}00`;
    const record = (address: string): string => `${owner}000100010000012c0004${address}`;
    expect(hex(signedOctets(zone, 'host.sub.example.', header('A', 3)))).toBe(
      `00010f030000012c697e97806955b9001267` +
        `07${hexOf('example')}00${record('c0000201')}${record('c0000202')}`,
    );
  });

  test('has the signer in lower case (RFC 4034 section 6.2)', () => {
    const owner = 'host.sub.example.';
    expect(signedOctets(zone, owner, header('A', 3, 300, 'EXAMPLE.'))).toEqual(
      signedOctets(zone, owner, header('A', 3)),
    );
  });

  test('has the names in old types in lower case, in new ones as they stand', () => {
    expect(rdataHex('MX', 1)).toContain(hexOf('mail'));
    expect(rdataHex('SVCB', 1)).toContain(hexOf('Target'));
    expect(rdataHex('TXT', 1)).toContain(hexOf('Upper'));
  });

  test('has the next name of NSEC as it stands (RFC 6840 section 5.1)', () => {
    expect(rdataHex('NSEC', 1)).toContain(`04${hexOf('Host')}07${hexOf('Example')}`);
  });

  test('has the original TTL', () => {
    expect(rdataHex('TXT', 1)).toContain('0010000100000' + '12c');
    expect(hex(signedOctets(zone, 'example.', header('TXT', 1, 86400)))).toContain('0010000100015180');
  });

  test('is the same for a wildcard and for what was made from it (RFC 4035 section 5.3.2)', () => {
    const atWildcard = signedOctets(zone, '*.wild.example.', header('A', 2));
    expect(hex(atWildcard)).toContain(`012a04${hexOf('wild')}07${hexOf('example')}000001`);
    expect(signedOctets(zone, 'a.b.wild.example.', header('A', 2))).toEqual(atWildcard);
  });

  test('is the wildcard further up where a wildcard has too many labels itself', () => {
    const octets = hex(signedOctets(zone, '*.wild.example.', header('A', 1)));
    expect(octets).toContain(`012a07${hexOf('example')}000001`);
    expect(octets).not.toContain(hexOf('wild'));
  });
});

// The signatures of the RFCs' whole zones were made by others.
describe.each([
  ['RFC 4035 appendix A', 'rfc4035-appendix-a.zone', 5],
  ['RFC 5155 appendix A', 'rfc5155-appendix-a.zone', 7],
])('the zone of %s', (_, file, algorithm) => {
  const text = readFileSync(new URL(`../../fixtures/rfc/${file}`, import.meta.url), 'utf8');
  const zone = zoneFromText(text);
  const verifiers = new Map(
    zone
      .rdatasOf(zone.apexRrset(Type.DNSKEY))
      .map((rdata) => [keyTag(rdata), nodeCrypto.importPublicKey(algorithm, readDnskey(rdata).publicKey)!]),
  );
  const signatures = Array.from({ length: zone.ownerCount }, (__, rank) =>
    zone
      .rdatasOf(zone.findRrset(rank, Type.RRSIG))
      .map((rrsig) => ({ owner: nameToText(zone.ownerOf(rank)), rrsig: rrsig.slice() })),
  ).flat();

  test('has signatures over what we compose', () => {
    expect(signatures.length).toBeGreaterThan(20);
    const bad = signatures.filter(({ owner, rrsig }) => {
      const { keyTag: tag, signature } = readRrsig(rrsig);
      return !verifiers.get(tag)!.verify(signedOctets(zone, owner, rrsig), signature);
    });
    expect(bad).toEqual([]);
  });

  test('has the labels that we count', () => {
    const other = signatures.filter(
      ({ owner, rrsig }) => readRrsig(rrsig).labels !== rrsigLabels(nameFromText(owner)),
    );
    expect(other).toEqual([]);
  });
});
