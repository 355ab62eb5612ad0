import { usageError } from '../errors.ts';

/**
 * The part of a list that is this job's; the N jobs together do each entry once. A hash of the entry's name decides, so that other entries may
 * come and go without moving it to another job. `I/N` counts from 1, as CI matrices do, or from 0, as indexed jobs do: N and 0 are the same part.
 */
export function shardOf<T>(
  entries: readonly T[],
  shard: string | undefined,
  nameOf: (entry: T) => string,
): readonly T[] {
  if (shard === undefined) return entries;
  const [, part, parts] = /^(\d{1,6})\/(\d{1,6})$/.exec(shard) ?? [];
  const [index, count] = [Number(part), Number(parts)];
  if (part === undefined || count === 0 || index > count) {
    throw usageError('usage/shard', `"${shard}" is no shard`, {
      hint: 'write 1/3, 2/3 and 3/3 in three jobs',
    });
  }
  return entries.filter((entry) => hashOf(nameOf(entry)) % count === index % count);
}

/** FNV-1a over the UTF-16 units of a name, finished so that its low digits are well mixed; the same on every machine and in every version. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
