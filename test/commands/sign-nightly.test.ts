import { describe, expect, test } from '@jest/globals';
import type { SignOptions } from '../../src/commands/signing-options.ts';
import { DAY, NOW } from '../support/sign-text.ts';
import { PLAIN_ZONE, signWorld } from '../support/sign-world.ts';

const HOSTS = 200;
const ZONE = `${PLAIN_ZONE}\n${Array.from({ length: HOSTS }, (_, i) => `host${i} IN A 192.0.2.${i}`).join('\n')}\n`;
const REFRESH = 10 * DAY;

/** The share of the signatures that each night makes anew. */
async function nights(count: number, options: Partial<SignOptions> = {}): Promise<number[]> {
  const world = await signWorld(ZONE);
  const shares: number[] = [];
  for (let night = 0; night < count; night++) {
    world.now = NOW + night * DAY;
    const { signaturesMade, signaturesKept, firstExpiration } = await world.sign({
      refresh: REFRESH,
      jitter: DAY / 2,
      ...options,
    });
    expect(firstExpiration).toBeGreaterThanOrEqual(world.now + REFRESH);
    shares.push(signaturesMade / (signaturesMade + signaturesKept));
  }
  return shares;
}

describe('a zone that is signed every night', () => {
  test('is signed as a whole once more, and then a part of it each night', async () => {
    const shares = await nights(80);
    expect(shares[0]).toBe(1);
    const first = shares.findIndex((share, night) => night > 0 && share > 0.5);
    expect(first).toBeGreaterThanOrEqual(19);
    const later = shares.slice(first + 2);
    expect(Math.max(...later)).toBeLessThan(0.25);
    expect(later.filter((share) => share > 0).length).toBeGreaterThan(later.length / 2);
  });

  test('is signed as a whole each time where nothing is to be spread', async () => {
    const shares = await nights(45, { jitter: 0 });
    expect(shares.filter((share) => share > 0.9)).toHaveLength(3);
    expect(shares.filter((share) => share > 0 && share <= 0.9)).toEqual([]);
  });
});
