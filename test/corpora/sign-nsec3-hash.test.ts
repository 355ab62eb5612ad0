import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { fromHex } from '../../src/dns/encoding.ts';
import { nameFromText, nameToText, ROOT } from '../../src/dns/name.ts';
import { Nsec3Hasher, nsec3Owner } from '../../src/dnssec/nsec3-hash.ts';
import { describeWithCorpora } from '../support/corpora.ts';

interface Vector {
  readonly name: string;
  readonly salt: string;
  readonly iterations: number;
  readonly hash: string;
  readonly source: string;
}

describeWithCorpora('NSEC3 hashes that others computed', (directory) => {
  const file = path.join(directory, 'vectors', 'nsec3-hash.json');
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

  test.each(vectors)('$name, salt $salt, $iterations iterations: $source', (vector) => {
    const { name, salt, iterations, hash } = vector;
    const hasher = new Nsec3Hasher({ iterations, salt: fromHex(salt === '-' ? '' : salt) });
    expect(nameToText(nsec3Owner(hasher.hash(nameFromText(name)), ROOT))).toBe(`${hash}.`);
  });
});
