import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../src/commands/environment.ts';
import { sign } from '../../src/commands/sign.ts';
import type { SignOptions } from '../../src/commands/signing-options.ts';
import type { SignResult } from '../../src/commands/signing-result.ts';
import { singleThreadPool } from '../../src/dnssec/work-pool.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { openInclude } from '../../src/io/include-files.ts';
import { fileLocks } from '../../src/io/state-lock.ts';
import type { KeyTiming } from '../../src/keys/timing.ts';
import { plainSignOptions } from './sign-options.ts';
import { DAY, NOW } from './sign-text.ts';
import { ed25519Key, writeKeyFiles, type TestKey } from './test-keys.ts';
import { recordLines, unindent } from './zone-text.ts';
import { temporaryDirectory } from './workspace.ts';
import { PLAIN_KEYS_ONLY } from './key-access.ts';

export const KSK = ed25519Key('ksk', 'a KSK');
export const ZSK = ed25519Key('zsk', 'a ZSK');
export const CSK = ed25519Key('csk', 'a CSK');

/** Published and active for a long time. */
export const IN_USE: KeyTiming = {
  created: NOW - 90 * DAY,
  publish: NOW - 90 * DAY,
  activate: NOW - 80 * DAY,
};

export const PLAIN_ZONE = unindent(`
  $ORIGIN example.
  $TTL 3600
  @ IN SOA ns hostmaster 1 7200 3600 1209600 300
  @ IN NS ns
  ns IN A 192.0.2.1
  www IN A 192.0.2.2
  www IN TXT "text of www"
  child IN NS ns.child
  ns.child IN A 192.0.2.3
`);

/** A directory with a zone file and keys, and the environment in which a command sees it. */
export class SignWorld {
  readonly directory = temporaryDirectory();
  readonly warnings: string[] = [];
  now = NOW;
  stdin = '';
  /** Takes the place of parts of the environment. */
  replaced: Partial<Environment> = {};

  path(name: string): string {
    return path.join(this.directory, name);
  }

  write(name: string, text: string): string {
    const file = this.path(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** The signed zone's records, sorted. */
  lines(name = 'zone.signed'): string[] {
    return recordLines(this.read(name));
  }

  addKey(
    key: TestKey,
    timing: KeyTiming = IN_USE,
    options: { state?: boolean; ttl?: number } = {},
  ): Promise<string> {
    return writeKeyFiles(this.path('keys'), key, fileStore, { timing, ...options });
  }

  /** Every file with its content, for comparisons before and after. */
  files(): Record<string, string> {
    const names = readdirSync(this.directory, { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      names
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .map((file) => [path.relative(this.directory, file), readFileSync(file, 'latin1')]),
    );
  }

  sign(options: Partial<SignOptions> = {}): Promise<SignResult> {
    return sign({ ...plainSignOptions(this.directory), ...options }, this.environment());
  }

  /** What went wrong; signing must fail. */
  async failure(options: Partial<SignOptions> = {}): Promise<unknown> {
    try {
      await this.sign(options);
    } catch (error) {
      return error;
    }
    throw new Error('the zone was signed');
  }

  environment(): Environment {
    return {
      now: this.now,
      simulated: false,
      files: fileStore,
      locks: fileLocks(),
      crypto: nodeCrypto,
      keyAccess: PLAIN_KEYS_ONLY,
      pool: singleThreadPool(nodeCrypto),
      openInclude,
      readStdin: () => Promise.resolve(new TextEncoder().encode(this.stdin)),
      warn: (message) => void this.warnings.push(message),
      ...this.replaced,
    };
  }
}

/** A world with a zone `example.`, a KSK and a ZSK. */
export async function signWorld(zone = PLAIN_ZONE): Promise<SignWorld> {
  const world = new SignWorld();
  world.write('zone', zone);
  await world.addKey(KSK);
  await world.addKey(ZSK);
  return world;
}
