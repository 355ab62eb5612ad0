import { environmentError } from '../../src/errors.ts';
import type { FileStore } from '../../src/keys/file-store.ts';

/** Files in memory, with their modes and faults on demand: for tests of what is written, in which order, and undone. */
export class MemoryFiles implements FileStore {
  readonly contents = new Map<string, Uint8Array>();
  readonly modes = new Map<string, number>();
  readonly directories = new Map<string, number>();
  /** Called before each write or removal; throws to make it fail. */
  beforeWrite: (path: string) => void = () => undefined;
  /** Paths that exist and cannot be read. */
  readonly unreadable = new Set<string>();

  put(path: string, text: string): void {
    this.contents.set(path, new TextEncoder().encode(text));
  }

  text(path: string): string {
    return new TextDecoder().decode(this.contents.get(path));
  }

  paths(): string[] {
    return [...this.contents.keys()].sort();
  }

  async read(path: string): Promise<Uint8Array> {
    const content = this.contents.get(path);
    if (this.unreadable.has(path)) throw environmentError('file/permission', 'permission denied');
    if (content === undefined) throw environmentError('file/not-found', `no ${path}`);
    return Promise.resolve(content);
  }

  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(await this.read(path));
  }

  list(directory: string): Promise<readonly string[]> {
    const inside = this.paths().filter((path) => path.startsWith(`${directory}/`));
    return Promise.resolve(inside.map((path) => path.slice(directory.length + 1)));
  }

  status(path: string): ReturnType<FileStore['status']> {
    const content = this.contents.get(path);
    if (content === undefined) return Promise.resolve(undefined);
    const mode = this.modes.get(path) ?? 0o644;
    return Promise.resolve({ kind: 'file', size: content.length, mode, modified: 0 });
  }

  isSameFile(path: string, other: string): Promise<boolean> {
    return Promise.resolve(path === other);
  }

  createExclusive(path: string, data: Uint8Array | string, mode: number): Promise<void> {
    if (this.contents.has(path)) return Promise.reject(environmentError('file/exists', `${path} exists`));
    return this.#write(path, data, mode);
  }

  writeAtomic(path: string, data: Uint8Array | string, options: { mode?: number } = {}): Promise<void> {
    return this.#write(path, data, options.mode ?? this.modes.get(path) ?? 0o644);
  }

  openAtomic(path: string, options: { mode?: number } = {}): ReturnType<FileStore['openAtomic']> {
    const pieces: Uint8Array[] = [];
    return Promise.resolve({
      write: (data) => Promise.resolve(void pieces.push(Buffer.from(data))),
      commit: () => this.writeAtomic(path, Buffer.concat(pieces), options),
      discard: () => Promise.resolve(),
    });
  }

  makeDirectory(path: string, mode: number): Promise<readonly string[]> {
    if (this.directories.has(path)) return Promise.resolve([]);
    this.directories.set(path, mode);
    return Promise.resolve([path]);
  }

  removeEmptyDirectory(path: string): Promise<void> {
    if (!this.paths().some((file) => file.startsWith(`${path}/`))) this.directories.delete(path);
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.contents.delete(path);
    return Promise.resolve();
  }

  async #write(path: string, data: Uint8Array | string, mode: number): Promise<void> {
    this.beforeWrite(path);
    this.contents.set(path, typeof data === 'string' ? new TextEncoder().encode(data) : data);
    this.modes.set(path, mode);
    return Promise.resolve();
  }
}
