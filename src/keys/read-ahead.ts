import type { FileStore } from './file-store.ts';

/** A file store that begins to read a file at once, for whoever asks for it first. What goes wrong he is told. */
export function withReadAhead(files: FileStore, file: string): FileStore {
  const ahead = files.read(file);
  ahead.catch(() => undefined);
  let isTaken = false;
  return {
    ...files,
    read(path) {
      if (path !== file || isTaken) return files.read(path);
      isTaken = true;
      return ahead;
    },
  };
}
