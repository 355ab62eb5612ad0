import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { defaultLoaders } from 'cosmiconfig';
import { shardOf } from '../../src/cli/shard.ts';

/** A YAML file of the examples. */
function example(name: string): unknown {
  const file = `examples/${name}`;
  return defaultLoaders['.yaml'](file, readFileSync(file, 'utf8'));
}

const ZONES = Array.from({ length: 100 }, (_, i) => `zone${i}.example.`);

/** The zones that jobs with these shards sign together, sorted. */
function signedBy(shards: readonly string[]): string[] {
  return shards.flatMap((shard) => shardOf(ZONES, shard, (zone) => zone)).sort();
}

describe('the examples', () => {
  test('ci-matrix.yml: its jobs sign each zone once', () => {
    expect(example('ci-matrix.yml')).toMatchObject({
      jobs: { sign: { strategy: { matrix: { shard: [1, 2, 3, 4] } } } },
    });
    const text = readFileSync('examples/ci-matrix.yml', 'utf8');
    expect(text.match(/zonewright (?:sign|verify) --all --shard \$\{\{ matrix.shard \}\}\/4/g)).toHaveLength(
      2,
    );
    expect(signedBy(['1/4', '2/4', '3/4', '4/4'])).toEqual([...ZONES].sort());
  });

  test('kubernetes-job.yaml: its pods sign each zone once', () => {
    expect(example('kubernetes-job.yaml')).toMatchObject({
      kind: 'Job',
      spec: { completionMode: 'Indexed', completions: 8, parallelism: 8 },
    });
    expect(readFileSync('examples/kubernetes-job.yaml', 'utf8')).toContain(
      '--shard "$JOB_COMPLETION_INDEX/8"',
    );
    expect(signedBy(Array.from({ length: 8 }, (_, i) => `${i}/8`))).toEqual([...ZONES].sort());
  });
});
