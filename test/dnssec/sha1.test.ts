import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Sha1 } from '../../src/dnssec/sha1.ts';

test('a message of any length has the digest that OpenSSL gives it, whatever was digested before', () => {
  const capacity = 300;
  const sha1 = new Sha1(capacity);
  for (let length = capacity; length >= 0; length--) {
    const message = Uint8Array.from({ length }, (_, i) => (i * 251 + length * 17) & 0xff);
    sha1.message.set(message);
    expect(Buffer.from(sha1.digest(length))).toEqual(createHash('sha1').update(message).digest());
  }
});
