import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { RECORD_VARIABLE, type RecordEntry } from './recorded.ts';

/** Words that are shorter turn up by chance. */
const SHORTEST_WORD = 8;
/** Octets of a file that are searched: no more of a large zone. */
const MOST_OF_A_FILE = 1 << 20;
/** The members of a private JWK that are secret (RFC 7518 section 6.3.2, RFC 8037 section 2). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'];
/** The fields of a `.private` file that are. */
const SECRET_FIELD = /^(?:PrivateExponent|Prime\d|Exponent\d|Coefficient|PrivateKey):\s*([A-Za-z0-9+/=]+)/gm;
/** A file with a private key in it, also where it is a database of another program. */
const HOLDS_KEYS = /Private-key-format:|-----BEGIN [A-Z ]*PRIVATE KEY-----|"d"\s*:\s*"/;
/** Files of ours that never hold one, whatever is in them. */
const HOLDS_NONE = /\.(?:state|json|key|signed|response|html|svg|log)$/;
const SECRET_VARIABLES = ['ZONEWRIGHT_PASSPHRASE', 'ZONEWRIGHT_PKCS11_PIN'];

const known = new Set<string>();

function append(entry: RecordEntry): void {
  const directory = process.env[RECORD_VARIABLE];
  if (directory === undefined || known.has(entry.value)) return;
  known.add(entry.value);
  appendFileSync(path.join(directory, `${process.pid}.jsonl`), `${JSON.stringify(entry)}\n`);
}

/** A passphrase or a PIN. */
export function noteSecretWord(word: string | undefined): void {
  if (word !== undefined && word.length >= SHORTEST_WORD) append({ kind: 'word', value: word });
}

function noteSecretOctets(text: string, encoding: 'base64' | 'base64url'): void {
  append({ kind: 'octets', value: Buffer.from(text, encoding).toString('hex') });
}

/** A private key as a JWK. */
export function noteJwk(jwk: Readonly<Record<string, unknown>>): void {
  for (const value of SECRET_MEMBERS.map((member) => jwk[member]))
    if (typeof value === 'string') noteSecretOctets(value, 'base64url');
}

/** A run of the program, or of a script with it, that is over. */
export interface FinishedRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  readonly cwd?: string | undefined;
}

/** What a run said, and the secrets that it was given. */
export function noteRun(args: readonly string[], run: FinishedRun): void {
  const { stdout, stderr, variables = {}, cwd = '.' } = run;
  for (const name of SECRET_VARIABLES) noteSecretWord(variables[name]);
  for (const [index, word] of args.entries()) {
    const file = path.resolve(cwd, args[index + 1] ?? '');
    if (word.endsWith('passphrase-file') && existsSync(file))
      noteSecretWord(readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]);
  }
  const origin = `${args.join(' ').slice(0, 200)} in ${currentTest()}`;
  append({ kind: 'text', value: (printsKey(args) ? '' : stdout) + stderr, origin });
}

/** Whether a key on standard output is what was asked for. */
function printsKey(args: readonly string[]): boolean {
  return /--export\b|openssl/.test(args.join(' ')) && !args.includes('--encrypt');
}

/** Errors of one test that are searched: hostile input makes tens of thousands of a kind. */
const MOST_ERRORS = 500;
const errorsOfTests = new Map<string, number>();

/** An error with all that hangs on it. */
export function noteError(error: Error): void {
  const before = errorsOfTests.get(currentTest()) ?? 0;
  if (before === MOST_ERRORS) return;
  errorsOfTests.set(currentTest(), before + 1);
  const value = inspect(error, { depth: Infinity, showHidden: true });
  append({ kind: 'text', value, origin: `an error in ${currentTest()}` });
}

/** The files of a test that is over: those for private keys say which there were, the others are to have none. */
export function noteFiles(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || statSync(file).size === 0) continue;
    const value = readFileSync(file).subarray(0, MOST_OF_A_FILE).toString('latin1');
    if (!HOLDS_NONE.test(file) && HOLDS_KEYS.test(value)) {
      for (const [, secret = ''] of value.matchAll(SECRET_FIELD)) noteSecretOctets(secret, 'base64');
    } else {
      append({ kind: 'text', value, origin: `${path.relative(directory, file)} in ${currentTest()}` });
    }
  }
}

/** Outside of Jest, where scripts use some of this, there is none. */
function currentTest(): string {
  const { expect } = globalThis as {
    expect?: { getState(): { testPath?: string; currentTestName?: string } };
  };
  const { testPath = '', currentTestName = 'no test' } = expect?.getState() ?? {};
  return `${path.basename(testPath)}: ${currentTestName}`;
}
