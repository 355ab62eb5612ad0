import { usageError } from '../errors.ts';
import { readKeyBaseName, splitKeyPath } from '../keys/key-name.ts';
import type { KeygenFlags } from './keygen-flags.ts';

/** What `keygen` is asked to do: to make keys, or something with a key that exists. */
export type KeygenMode = keyof typeof MODES;

type Flag = keyof KeygenFlags;

const TIMES = ['publish', 'activate', 'revoke', 'inactive', 'delete'] as const satisfies readonly Flag[];
const STORAGE = ['encrypt', 'plain'] as const satisfies readonly Flag[];
const STORAGE_AGAIN = [
  ...STORAGE,
  'newPassphraseFile',
  'newPassphraseCommand',
] as const satisfies readonly Flag[];

interface ModeEntry {
  /** The options that mean something in it. */
  readonly options: readonly Flag[];
  /** What is said of the others. */
  readonly why: string;
}

const MODES = {
  make: {
    options: ['role', 'f', 'algorithm', 'bits', 'ttl', 'spare', 'pkcs11', ...STORAGE, ...TIMES],
    why: 'a new key is asked for',
  },
  settime: { options: ['settime', 'ttl', ...TIMES], why: '--settime takes everything from the key file' },
  successor: {
    options: ['successor', 'ttl', 'interval', 'pkcs11', ...STORAGE, ...TIMES],
    why: '--successor takes everything from the key file',
  },
  import: {
    options: ['import', 'role', 'f', 'algorithm', 'ttl', 'spare', ...STORAGE_AGAIN, ...TIMES],
    why: '--import takes the key as it is',
  },
  export: { options: ['export', 'output', ...STORAGE_AGAIN], why: '--export takes the key as it is' },
  protect: { options: STORAGE_AGAIN, why: 'a key file alone is for --encrypt and --plain' },
} as const satisfies Readonly<Record<string, ModeEntry>>;

const NAMED = ['settime', 'successor', 'import', 'export'] as const;

/** Options of one way alone, and what to do in place of them. */
const ELSEWHERE: Readonly<Partial<Record<Flag, readonly [message: string, hint: string]>>> = {
  interval: [
    '--interval is for --successor',
    'say with --publish and --activate when the key is published and signs',
  ],
  output: ['--output is for --export', 'keys go into the key directory: say with --key-directory which'],
};

/** @throws ZonewrightError `usage/conflict` where the options do not go together */
export function modeOf(name: string | undefined, flags: KeygenFlags): KeygenMode {
  const [asked, other] = NAMED.filter((option) => flags[option] !== undefined);
  if (asked !== undefined && other !== undefined) {
    throw usageError('usage/conflict', `--${asked} and --${other} exclude each other`);
  }
  const mode = asked ?? (name !== undefined && isKeyFile(name) ? 'protect' : 'make');
  refuseOthers(mode, flags);
  if ((mode === 'settime' || mode === 'successor') && name !== undefined) {
    throw usageError('usage/conflict', `${MODES[mode].why}: leave the zone ${name} out`);
  }
  if (mode === 'protect' && flags.encrypt === undefined && flags.plain === undefined) {
    throw usageError('usage/missing-option', `it is not said what is to be done with ${name ?? ''}`, {
      hint: '--encrypt and --plain change how its private half is stored, --settime sets its times',
    });
  }
  return mode;
}

function refuseOthers(mode: KeygenMode, flags: KeygenFlags): void {
  const { options, why }: ModeEntry = MODES[mode];
  const ofAnyMode = Object.values(MODES).flatMap((entry: ModeEntry) => entry.options);
  for (const option of ofAnyMode) {
    if (flags[option] === undefined || options.includes(option)) continue;
    const elsewhere = mode === 'make' ? ELSEWHERE[option] : undefined;
    if (elsewhere !== undefined) throw usageError('usage/conflict', elsewhere[0], { hint: elsewhere[1] });
    throw usageError('usage/conflict', `${why}: leave ${textOf(option)} out`);
  }
}

function textOf(option: Flag): string {
  const long = option === 'f' ? 'role' : option;
  return `--${long.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function isKeyFile(name: string): boolean {
  return readKeyBaseName(splitKeyPath(name).base) !== undefined;
}
