/** What is known of a file without reading it. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Octets. */
  readonly size: number;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** Last change of the content, in epoch seconds. */
  readonly modified: number;
}

export interface AtomicWriteOptions {
  /** Permission bits; without it those of the file that is replaced, else what the machine gives a new file. */
  readonly mode?: number;
  /** False for what may be lost in a crash: it is not synced, which on many disks is most of the time of a small file. */
  readonly durable?: boolean;
}

/** A file that takes the place of another in one step, or not at all. */
export interface AtomicFile {
  write(data: Uint8Array | string): Promise<void>;
  /** Syncs what was written and puts it in place. */
  commit(): Promise<void>;
  /** Throws away what was written; does nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * Files, as the core asks for them. Text is UTF-8.
 *
 * Failures are environment errors with the file in their location: `file/not-found`, `file/exists`, `file/permission`,
 * `file/not-regular`, `file/failed`.
 */
export interface FileStore {
  read(path: string): Promise<Uint8Array>;
  readText(path: string): Promise<string>;
  /** The names in a directory, sorted; none where the directory does not exist. */
  list(directory: string): Promise<readonly string[]>;
  /** The status of what a path leads to; undefined where nothing is. */
  status(path: string): Promise<FileStatus | undefined>;
  /** Whether two paths lead to one file, through links of any kind. */
  isSameFile(path: string, other: string): Promise<boolean>;
  /** Makes a file that must not exist yet, and syncs it. A failure leaves no file. */
  createExclusive(path: string, data: Uint8Array | string, mode: number): Promise<void>;
  /** Replaces a file in one step. Its owner stays, and a symbolic link goes on pointing to it. */
  writeAtomic(path: string, data: Uint8Array | string, options?: AtomicWriteOptions): Promise<void>;
  /** The same for data that comes in pieces. */
  openAtomic(path: string, options?: AtomicWriteOptions): Promise<AtomicFile>;
  /**
   * Makes a directory and its parents where they are missing; `mode` is that of new ones.
   * @returns those that were missing, the innermost last
   */
  makeDirectory(path: string, mode: number): Promise<readonly string[]>;
  /** Removes a directory if nothing is in it. */
  removeEmptyDirectory(path: string): Promise<void>;
  /** Removes a file; it may be gone already. */
  remove(path: string): Promise<void>;
}

/** The path of `name` in `directory`. */
export function joinPath(directory: string, name: string): string {
  return directory === '' || directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
