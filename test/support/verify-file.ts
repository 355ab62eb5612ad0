import { readFileSync } from 'node:fs';
import { nameFromText } from '../../src/dns/name.ts';
import type { Environment } from '../../src/commands/environment.ts';
import { verify, type VerifyOptions, type VerifyReport } from '../../src/commands/verify.ts';
import type { Severity } from '../../src/dnssec/verify/findings.ts';
import { singleThreadPool } from '../../src/dnssec/work-pool.ts';
import { environmentError } from '../../src/errors.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';

/** Files that exist in a test: by their path, as text or octets. */
export type TestFiles = Readonly<Record<string, string | Uint8Array>>;

export interface VerifyFileOptions extends Omit<VerifyOptions, 'zoneFile' | 'zone'> {
  readonly origin?: string;
  readonly files?: TestFiles;
}

/** Verifies a signed zone of the disk, or of `files`, through the command. */
export function verifyFile(
  zoneFile: string,
  { origin, files = {}, ...options }: VerifyFileOptions = {},
): Promise<VerifyReport> {
  const zone = origin === undefined ? undefined : nameFromText(origin);
  return verify({ zoneFile, ...options, ...(zone && { zone }) }, testEnvironment(files));
}

/** Verifies a signed zone that is there as text. */
export function verifyText(
  text: string,
  { files = {}, ...options }: VerifyFileOptions = {},
): Promise<VerifyReport> {
  return verifyFile('zone', { ...options, files: { ...files, zone: text } });
}

/** What `verify` needs of the world: files, here those of the test before those of the disk, and cryptography. */
function testEnvironment(files: TestFiles): Environment {
  const read = (name: string): Uint8Array => {
    const content = files[name];
    if (typeof content === 'string') return new TextEncoder().encode(content);
    return content ?? readFileSync(name);
  };
  const environment: Pick<Environment, 'now' | 'crypto' | 'pool' | 'readStdin' | 'openInclude' | 'warn'> & {
    files: Pick<Environment['files'], 'read' | 'status'>;
  } = {
    now: 0,
    crypto: nodeCrypto,
    pool: singleThreadPool(nodeCrypto),
    files: { read: async (name) => read(name), status: async () => undefined },
    readStdin: async () => read('-'),
    openInclude: () => {
      throw environmentError('file/not-found', 'no file is included here');
    },
    warn: () => undefined,
  };
  return environment as Environment;
}

/** The codes of a severity in a report, each once, in alphabetical order. */
export function codesOf({ findings }: VerifyReport, severity: Severity): string[] {
  const codes = findings.filter((finding) => finding.severity === severity).map(({ code }) => code);
  return [...new Set(codes)].sort();
}
