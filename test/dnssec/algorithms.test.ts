import { describe, expect, test } from '@jest/globals';
import {
  ALGORITHMS,
  algorithmByName,
  algorithmByNumber,
  algorithmLabel,
  usableAlgorithm,
} from '../../src/dnssec/algorithms.ts';

describe('algorithms', () => {
  test('are found by mnemonic in any letter case, by alias and by number', () => {
    for (const name of ['ECDSAP256SHA256', 'ecdsap256sha256', 'ECDSA256', '13', '013']) {
      expect(algorithmByName(name)?.number).toBe(13);
    }
    expect(algorithmByName('RSASHA1-NSEC3-SHA1')?.number).toBe(7);
    expect(algorithmByNumber(15)?.mnemonic).toBe('ED25519');
  });

  test('that do not exist are not found', () => {
    for (const name of ['', 'ED255191', '200', '1300', '-13', '1e1', '__proto__']) {
      expect(algorithmByName(name)).toBeUndefined();
    }
    expect(algorithmByNumber(200)).toBeUndefined();
    expect(algorithmLabel(200)).toBe('algorithm 200');
    expect(algorithmLabel(8)).toBe('RSASHA256');
  });

  test('have the status that RFC 8624 and RFC 9905 give them', () => {
    const byStatus = (wanted: string): number[] =>
      ALGORITHMS.filter(({ status }) => status === wanted).map(({ number }) => number);
    expect(byStatus('recommended')).toEqual([8, 10, 13, 14, 15, 16]);
    expect(byStatus('deprecated')).toEqual([5, 7]);
    expect(byStatus('refused')).toEqual([1, 3, 6, 12]);
    for (const algorithm of ALGORITHMS) {
      if (algorithm.status !== 'recommended') expect(algorithm.reason).toMatch(/RFC \d+/);
    }
    expect(usableAlgorithm(5)?.kind).toBe('rsa');
    expect(usableAlgorithm(3)).toBeUndefined();
  });
});
