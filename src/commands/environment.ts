import type { Crypto } from '../dnssec/crypto.ts';
import type { WorkPool } from '../dnssec/work-pool.ts';
import type { FileStore } from '../keys/file-store.ts';
import type { SourceFile } from '../zone/parse-zone.ts';

/** How far long work has come. */
export interface Progress {
  /** What is being done: "signing". */
  readonly task: string;
  readonly done: number;
  /** Absent while it is not known. */
  readonly total?: number;
}

/** What one run holds and all others wait for. */
export interface Lock {
  release(): Promise<void>;
}

export interface Locks {
  /**
   * Takes the lock that the file at `path` stands for. Where another run holds it, waits a little.
   * @param command what others are told that wait in vain
   * @throws ZonewrightError `state/locked`
   */
  acquire(path: string, command: string): Promise<Lock>;
}

/** The world as commands see it. Tests hand in one of their own and run a command in process. */
export interface Environment {
  /** The time of this run, in epoch seconds. */
  readonly now: number;
  /** Whether `now` is the user's (`--now`) and not the clock's. A state that such a run changes is marked, and real runs refuse it. */
  readonly simulated: boolean;
  readonly files: FileStore;
  readonly locks: Locks;
  readonly crypto: Crypto;
  /** Threads for work on large zones. */
  readonly pool: WorkPool;
  /**
   * Opens what `$INCLUDE name` in the file `including` means, for the zone file `zoneFile` (`-` is standard input). Only files below the zone file's
   * directory or one of `roots` may be read: `zone/include-outside`.
   */
  readonly openInclude: (
    name: string,
    including: string,
    zoneFile: string,
    roots: readonly string[],
  ) => SourceFile;
  readonly readStdin: () => Promise<Uint8Array>;
  /** Tells the user what is doubtful but no error. */
  readonly warn: (message: string, hint?: string) => void;
  readonly progress?: (progress: Progress) => void;
}
