import { usageError } from '../errors.ts';

/**
 * The part of a list that is this job's: every N-th, so that the N jobs together do each entry once. `I/N` counts from 1, as CI
 * matrices do, or from 0, as indexed jobs do: N and 0 are the same part.
 */
export function shardOf<T>(entries: readonly T[], shard: string | undefined): readonly T[] {
  if (shard === undefined) return entries;
  const [, part, parts] = /^(\d{1,6})\/(\d{1,6})$/.exec(shard) ?? [];
  const [index, count] = [Number(part), Number(parts)];
  if (part === undefined || count === 0 || index > count) {
    throw usageError('usage/shard', `"${shard}" is no shard`, {
      hint: 'write 1/3, 2/3 and 3/3 in three jobs',
    });
  }
  return entries.filter((_, i) => i % count === index % count);
}
