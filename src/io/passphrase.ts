import { readFile, stat } from 'node:fs/promises';
import { environmentError, inputError, usageError, type ZonewrightError } from '../errors.ts';
import { shellWord } from '../keys/shell-word.ts';
import { guarded } from './file-store.ts';

/** Where a passphrase may come from; the first that is given counts, the terminal last. */
export interface PassphraseSources {
  readonly file?: string | undefined;
  /** A program and its arguments, separated by blanks; quotes keep blanks. No shell reads it. */
  readonly command?: string | undefined;
  /** The passphrase itself, as an environment variable has it. */
  readonly value?: string | undefined;
  /** Asks the person at the terminal; absent where nobody is. */
  readonly ask?: ((prompt: string) => Promise<string>) | undefined;
  readonly warn: (message: string, hint?: string) => void;
}

/** What a passphrase is wanted for. A new one is asked for twice. */
export type PassphraseUse = 'decrypt' | 'encrypt';

/** The passphrase of a run, which is looked for when it is first needed, and once. */
export type PassphraseProvider = (use: PassphraseUse) => Promise<string>;

const MAX_OUTPUT = 64 * 1024;
/** Octets: Node takes no longer ones. */
const MAX_PASSPHRASE = 1024;
const GROUP_AND_OTHERS = 0o077;

/** Finds the passphrase in the first of the sources that is given. */
export function passphraseProvider(sources: PassphraseSources): PassphraseProvider {
  let found: Promise<string> | undefined;
  return (use) => (found ??= findPassphrase(sources, use).then(checked));
}

async function findPassphrase(sources: PassphraseSources, use: PassphraseUse): Promise<string> {
  const { file, command, value, ask } = sources;
  if (file !== undefined) return fromFile(file, sources);
  if (command !== undefined) return fromCommand(command);
  if (value !== undefined) return value;
  if (ask === undefined) {
    throw inputError('key/passphrase-missing', 'a private key is encrypted, and no passphrase was given', {
      hint: 'give it with --passphrase-file, --passphrase-command or ZONEWRIGHT_PASSPHRASE',
    });
  }
  if (use === 'decrypt') return ask('Passphrase of the private keys: ');
  const passphrase = await ask('New passphrase of the private keys: ');
  if ((await ask('The same again: ')) === passphrase) return passphrase;
  throw usageError('usage/passphrase', 'the two passphrases are not the same');
}

function checked(passphrase: string): string {
  if (passphrase === '') throw inputError('key/passphrase-empty', 'the passphrase is empty');
  if (Buffer.byteLength(passphrase) <= MAX_PASSPHRASE) return passphrase;
  throw inputError('key/passphrase-long', `the passphrase has more than ${MAX_PASSPHRASE} octets`);
}

async function fromFile(file: string, { warn }: PassphraseSources): Promise<string> {
  return guarded(file, async () => {
    const { mode } = await stat(file);
    if ((mode & GROUP_AND_OTHERS) !== 0 && (mode & 0o170000) === 0o100000) {
      warn(`${file} has a passphrase and is open to other users`, `chmod 600 ${shellWord(file)}`);
    }
    return firstLine(await readFile(file, 'utf8'));
  });
}

async function fromCommand(command: string): Promise<string> {
  const [program, ...args] = splitWords(command);
  if (program === undefined) throw usageError('usage/passphrase', '--passphrase-command is empty');
  const failed = (reason: string): ZonewrightError =>
    environmentError('passphrase/command', `the passphrase command ${program} ${reason}`, {
      hint: 'it has to print the passphrase as its first line and to exit with 0',
    });
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    // What it prints is a secret, and Node's errors quote it: neither goes into ours.
    const child = execFile(program, args, { maxBuffer: MAX_OUTPUT }, (error, stdout) => {
      if (error === null) resolve(firstLine(stdout));
      else reject(failed(typeof error.code === 'number' ? `exited with ${error.code}` : 'cannot be run'));
    });
    child.stderr?.pipe(process.stderr);
    child.stdin?.end();
  });
}

/** The words of a command line: blanks separate them, single and double quotes keep what is between them as it is. */
export function splitWords(text: string): string[] {
  const words = text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g);
  return Array.from(words, ([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}

function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)![0];
}
