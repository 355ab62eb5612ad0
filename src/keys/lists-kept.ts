import type { FileStore } from './file-store.ts';

/** A file store that lists each directory once: many zones share a key directory. For runs in which no list changes that matters. */
export function withListsKept(files: FileStore): FileStore {
  const lists = new Map<string, Promise<readonly string[]>>();
  return {
    ...files,
    list(directory) {
      const known = lists.get(directory) ?? files.list(directory);
      lists.set(directory, known);
      return known;
    },
  };
}
