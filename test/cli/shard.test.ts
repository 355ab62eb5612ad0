import { describe, expect, test } from '@jest/globals';
import { shardOf } from '../../src/cli/shard.ts';

const ZONES = Array.from({ length: 1000 }, (_, i) => `zone${i}.example.`);
const part = (shard: string, zones = ZONES): readonly string[] => shardOf(zones, shard, (zone) => zone);

describe('--shard', () => {
  test('divides the zones among the jobs, each once', () => {
    const parts = [1, 2, 3, 4].map((index) => part(`${index}/4`));
    expect(parts.flat().sort()).toEqual([...ZONES].sort());
    for (const zones of parts) expect(zones.length).toBeGreaterThan(200);
  });

  test('counts from 0 as well', () => {
    expect(part('0/4')).toEqual(part('4/4'));
  });

  test('leaves a zone in its part when others come and go', () => {
    const fewer = ZONES.filter((_, i) => i % 3 !== 0);
    expect(part('2/4', fewer)).toEqual(part('2/4').filter((zone) => fewer.includes(zone)));
  });

  test('is a promise to older and newer versions', () => {
    expect(part('1/50')).toEqual(part('1/50', [...ZONES].reverse()).toReversed());
    expect(part('1/200')).toMatchInlineSnapshot(`
      [
        "zone19.example.",
        "zone22.example.",
        "zone472.example.",
        "zone865.example.",
        "zone906.example.",
      ]
    `);
  });

  test('is everything without an argument', () => {
    expect(shardOf(ZONES, undefined, (zone) => zone)).toBe(ZONES);
  });

  test.each(['', '1', '1/0', '5/4', 'a/b', '1/4/2', '-1/4'])('refuses %j', (shard) => {
    expect(() => part(shard)).toThrow(/is no shard/);
  });
});
