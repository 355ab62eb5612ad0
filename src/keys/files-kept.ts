import type { FileStore } from './file-store.ts';

/** A file store that looks at each file once: for runs that only read, and ask for the same file in many places. Nobody may change what it gives. */
export function withFilesKept(files: FileStore): FileStore {
  return {
    ...files,
    read: kept((path) => files.read(path)),
    readText: kept((path) => files.readText(path)),
    status: kept((path) => files.status(path)),
  };
}

function kept<T>(look: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const result = known.get(path) ?? look(path);
    known.set(path, result);
    return result;
  };
}
