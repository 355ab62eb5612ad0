import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { toHex } from '../../src/dns/encoding.ts';
import { nameFromText, nameToText } from '../../src/dns/name.ts';
import { usableAlgorithm } from '../../src/dnssec/algorithms.ts';
import { isValidZoneKey, readDnskey } from '../../src/dnssec/dnskey.ts';
import { makeDs, readDs } from '../../src/dnssec/ds.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { keySize } from '../../src/dnssec/public-key.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { printBindPrivateKey, readBindPrivateKey } from '../../src/keys/bind-private-key.ts';
import { printBindPublicKey, readBindPublicKey } from '../../src/keys/bind-public-key.ts';
import { KeyDirectory } from '../../src/keys/key-directory.ts';
import { splitKeyPath } from '../../src/keys/key-name.ts';
import { openSigner } from '../../src/keys/key-source.ts';
import { KEY_TIME_LABELS } from '../../src/keys/timing.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { rdataOf, recordsOf, signaturesOf } from '../dnssec/signed-octets.ts';
import { describeWithCorpora } from '../support/corpora.ts';
import { PLAIN_KEYS_ONLY } from '../support/key-access.ts';

interface KeyVector {
  readonly file: string;
  readonly owner: string;
  readonly algorithm: number;
  readonly key_tag: number;
  readonly flags: number;
  readonly protocol: number;
  readonly private?: string;
  readonly timing_metadata: readonly string[];
  readonly ds: Readonly<Record<string, string>>;
  readonly pair_ok: boolean | null;
  readonly bits?: number;
}

interface SampleKey {
  readonly title: string;
  readonly owner: string;
  readonly dnskey: string;
  readonly key_tag: number;
  readonly ds: readonly string[];
}

interface SignatureCase {
  readonly file: string;
  readonly question: string;
  readonly expect: string;
  readonly algorithms: readonly number[];
  readonly dnskey_rrset: readonly string[];
  readonly records: readonly string[];
}

const text = (wire: Uint8Array): string => {
  const { keyTag: tag, algorithm, digestType, digest } = readDs(wire);
  return `${tag} ${algorithm} ${digestType} ${toHex(digest)}`;
};

describeWithCorpora('key files of other tools', (corpora) => {
  const { keys, knot_sample_keys: samples } = JSON.parse(
    readFileSync(path.join(corpora, 'vectors/keys.json'), 'utf8'),
  ) as { keys: KeyVector[]; knot_sample_keys: SampleKey[] };

  test.each(keys)('$file', async (vector) => {
    const file = path.join(corpora, vector.file);
    const key = readBindPublicKey(readFileSync(file), file);
    expect(nameToText(key.owner).toLowerCase()).toBe(vector.owner.toLowerCase());
    const { flags, protocol, algorithm, publicKey } = readDnskey(key.rdata);
    expect([flags, protocol, algorithm]).toEqual([vector.flags, vector.protocol, vector.algorithm]);
    expect(keyTag(key.rdata)).toBe(vector.key_tag);
    const usable = usableAlgorithm(algorithm);
    if (usable !== undefined && vector.bits !== undefined)
      expect(keySize(usable, publicKey)).toBe(vector.bits);
    for (const [digestType, expected] of Object.entries(vector.ds)) {
      const ds = makeDs(nameFromText(vector.owner.toLowerCase()), key.rdata, Number(digestType), nodeCrypto);
      expect(text(ds)).toBe(expected.replace(/\S+$/, (digest) => digest.toUpperCase()));
    }
    const again = readBindPublicKey(new TextEncoder().encode(printBindPublicKey(key)), file);
    expect(again).toEqual(key);

    if (vector.private === undefined) return;
    const privateFile = path.join(corpora, vector.private);
    const privateKey = readBindPrivateKey(readFileSync(privateFile, 'utf8'), privateFile);
    const labels = KEY_TIME_LABELS.filter(([time]) => privateKey.timing[time] !== undefined);
    expect(labels.map(([, label]) => label).sort()).toEqual([...vector.timing_metadata].sort());
    expect(readBindPrivateKey(printBindPrivateKey(privateKey), 'again').timing).toEqual(privateKey.timing);

    const { directory, base } = splitKeyPath(file);
    const source = new KeyDirectory(directory!, fileStore);
    const found = await source.findKey(base);
    expect(found.hasPrivate).toBe(true);
    if (usable === undefined) {
      await expect(
        openSigner(source, found, { crypto: nodeCrypto, keyAccess: PLAIN_KEYS_ONLY }),
      ).rejects.toMatchObject({ code: 'key/algorithm' });
      return;
    }
    const data = Uint8Array.of(1, 2, 3);
    const signature = (
      await openSigner(source, found, { crypto: nodeCrypto, keyAccess: PLAIN_KEYS_ONLY })
    ).sign(data);
    expect(nodeCrypto.importPublicKey(algorithm, publicKey)!.verify(data, signature)).toBe(vector.pair_ok);
  });

  test.each(samples)('Knot sample key: $title', ({ owner, dnskey, key_tag: tag, ds }) => {
    const rdata = rdataOf('DNSKEY', dnskey);
    expect(keyTag(rdata)).toBe(tag);
    for (const expected of ds) {
      const { digestType } = readDs(rdataOf('DS', expected));
      expect(text(makeDs(nameFromText(owner), rdata, digestType, nodeCrypto))).toBe(expected);
    }
    const { algorithm, publicKey } = readDnskey(rdata);
    expect(nodeCrypto.importPublicKey(algorithm, publicKey)).toBeDefined();
  });
});

describeWithCorpora('signatures of the unbound tests', (corpora) => {
  const { cases } = JSON.parse(readFileSync(path.join(corpora, 'vectors/unbound-rrsig.json'), 'utf8')) as {
    cases: SignatureCase[];
  };
  const byFile = (name: string): SignatureCase[] => cases.filter(({ file }) => file === name);
  const names = new Set(cases.map(({ file }) => file));

  test.each([...names])('%s', (name) => {
    let checked = 0;
    for (const { dnskey_rrset: dnskeys, records, question, expect: expected } of byFile(name)) {
      const rrsets = [...validity(dnskeys, records)];
      checked += rrsets.length;
      if (rrsets.length === 0) continue;
      const invalid = rrsets.filter(([, valid]) => !valid).map(([rrset]) => rrset);
      expect({ question, bogus: invalid.length > 0, invalid }).toMatchObject({ bogus: expected === 'bogus' });
    }
    const algorithms = byFile(name).flatMap((entry) => entry.algorithms);
    if (algorithms.some((number) => usableAlgorithm(number) !== undefined))
      expect(checked).toBeGreaterThan(0);
  });

  /** Each RRset that has RRSIGs by algorithms that we know, and whether each of these algorithms has a valid one. */
  function validity(dnskeys: readonly string[], records: readonly string[]): Map<string, boolean> {
    const keys = recordsOf(dnskeys);
    const byAlgorithm = new Map<string, Map<number, boolean>>();
    for (const { rrset, algorithm, keyTag: tag, data, signature } of signaturesOf(recordsOf(records))) {
      if (data === undefined) continue;
      const verifiers = keys
        // A revoked key signs itself alone (RFC 5011 section 2.1).
        .filter(
          ({ owner, rdata }) => isValidZoneKey(readDnskey(rdata)) || rrset === `${nameToText(owner)} type 48`,
        )
        .filter(({ rdata }) => keyTag(rdata) === tag && readDnskey(rdata).algorithm === algorithm)
        .flatMap(({ rdata }) => nodeCrypto.importPublicKey(algorithm, readDnskey(rdata).publicKey) ?? []);
      if (usableAlgorithm(algorithm) === undefined) {
        expect(verifiers).toEqual([]);
        continue;
      }
      const valid = verifiers.some((verifier) => verifier.verify(data, signature));
      const known = byAlgorithm.get(rrset) ?? new Map<number, boolean>();
      byAlgorithm.set(rrset, known.set(algorithm, valid || known.get(algorithm) === true));
    }
    return new Map([...byAlgorithm].map(([rrset, known]) => [rrset, [...known.values()].every(Boolean)]));
  }
});
