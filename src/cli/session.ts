import type { Command } from './commander.ts';
import { DEFAULT_CONFIGURATION, type Configuration } from '../commands/configuration.ts';
import { resolveConfiguration } from '../commands/resolve-configuration.ts';
import type { Environment, Outside } from '../commands/environment.ts';
import { parseTime } from '../dns/time.ts';
import { usageError } from '../errors.ts';
import { lazyPool } from '../io/lazy-pool.ts';
import { closestWord } from '../io/closest-word.ts';
import { loadConfigFile } from '../io/config-file.ts';
import { nodeCrypto } from '../io/crypto/node-crypto.ts';
import { fileStore } from '../io/file-store.ts';
import { openInclude } from '../io/include-files.ts';
import { outside } from '../io/outside/outside.ts';
import { keyAccess } from '../io/key-access.ts';
import { lazyTokens, withTokens } from '../io/pkcs11/lazy-tokens.ts';
import { displayPath, resolvePath } from '../io/paths.ts';
import type { PassphraseSources } from '../io/passphrase.ts';
import type { ProcessIo } from '../io/process-io.ts';
import { fileLocks } from '../io/state-lock.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { ofOption } from './option-values.ts';
import { screenStyle, type ScreenStyle } from './screen.ts';
import { createTalk, type Talk } from './terminal.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly config?: string;
  readonly keyDirectory?: string;
  readonly now?: string;
  readonly passphraseFile?: string;
  readonly passphraseCommand?: string;
  /** Of `keygen`. */
  readonly newPassphraseFile?: string;
  readonly newPassphraseCommand?: string;
  readonly json?: true;
  readonly color: boolean;
  readonly quiet?: true;
}

/** What a command works with, once the command line was understood. */
export interface Session {
  readonly environment: Environment & Outside;
  readonly configuration: Configuration;
  readonly keyDirectory: string;
  readonly json: boolean;
  /** Whether only what somebody has to know is told: cron mails every line. */
  readonly quiet: boolean;
  readonly workingDirectory: string;
  readonly talk: Talk;
  /** Where the settings of the command line and the environment came from. */
  readonly origins: Readonly<Record<'config' | 'keyDirectory' | 'now', SettingOrigin>>;
  /** How text for a person is written on standard output. */
  screen(): Promise<ScreenStyle>;
  /** Puts data on standard output. */
  print(data: string | Uint8Array): Promise<void>;
  /** Puts the one JSON document of a run on standard output, with the warnings so far. */
  printDocument(document: { readonly schema: string; readonly [part: string]: unknown }): Promise<void>;
  /** The same for the results of zones: the document is that of the one zone, or has a list of them. */
  printResults(schema: string, results: readonly object[], isOneZone: boolean): Promise<void>;
}

/** What a setting was taken from; `default` is what the configuration file or the program says. */
export type SettingOrigin = 'option' | 'environment' | 'default';

export interface SessionOptions {
  readonly progress?: boolean;
  /** Threads for large zones; all cores without it. */
  readonly jobs?: number | undefined;
  /** What a command makes of a failure in place of ending with it: the exit status. */
  readonly recover?: (error: unknown) => Promise<number>;
}

/** Finds the settings of a run: an option beats the environment, which beats the configuration file, which beats the default. */
export async function openSession(
  io: ProcessIo,
  command: Command,
  { progress = false, jobs }: SessionOptions = {},
): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  for (const [option, value] of [
    ['--config', options.config],
    ['--key-directory', options.keyDirectory],
  ] as const) {
    if (value === '') throw usageError('usage/empty', `${option} is empty`);
  }
  const talk = await createTalk(io, { color: options.color, quiet: options.quiet === true, progress });
  const { configuration, keyDirectory } = await readSettings(io, options);
  const clock = io.clock();
  const [timeSource, time] =
    options.now === undefined ? ['ZONEWRIGHT_NOW', variable(io, 'NOW')] : ['--now', options.now];
  const warnings: { message: string; hint: string | undefined }[] = [];
  const printDocument: Session['printDocument'] = (document) =>
    io.stdout.write(`${JSON.stringify({ ...document, warnings }, undefined, 2)}\n`);
  const warn: Environment['warn'] = (message, hint) => {
    warnings.push({ message, hint });
    talk.warning(message, hint);
  };
  const tokens = lazyTokens(io.variables);
  const newSources = newPassphraseSources(io, options);
  return {
    configuration,
    keyDirectory,
    json: options.json === true,
    quiet: options.quiet === true,
    workingDirectory: io.workingDirectory,
    talk,
    origins: {
      config: originOf(options.config, variable(io, 'CONFIG')),
      keyDirectory: originOf(options.keyDirectory, variable(io, 'KEY_DIRECTORY')),
      now: originOf(options.now, variable(io, 'NOW')),
    },
    screen: () => screenStyle(io, options.color && options.quiet !== true),
    environment: {
      ...outside(io.variables),
      now: ofOption(timeSource, time, (text) => parseTime(text, clock)) ?? clock,
      simulated: time !== undefined,
      files: fileStore,
      locks: fileLocks(),
      crypto: withTokens(nodeCrypto, tokens),
      dns: io.dns,
      keyAccess: keyAccess(
        { ...passphraseSources(io, options), warn },
        tokens,
        newSources && { ...newSources, warn },
      ),
      openInclude,
      pool: lazyPool(nodeCrypto, jobs, true),
      readStdin: () => io.readStdin(),
      warn,
      progress: (value) => talk.progress(value),
    },
    print: (data) => io.stdout.write(data),
    printDocument,
    printResults: (schema, results, isOneZone) =>
      printDocument(isOneZone ? { schema, ...results[0] } : { schema, zones: results }),
  };
}

/** The configuration that is in force, and the key directory. */
export async function readSettings(
  io: ProcessIo,
  options: Pick<GlobalOptions, 'config' | 'keyDirectory'>,
): Promise<Pick<Session, 'configuration' | 'keyDirectory'>> {
  const configuration = await readConfiguration(io, options.config ?? variable(io, 'CONFIG'));
  const keyDirectory = options.keyDirectory ?? variable(io, 'KEY_DIRECTORY') ?? configuration.keyDirectory;
  return { configuration, keyDirectory };
}

/** An option beats the environment. */
function passphraseSources(
  io: ProcessIo,
  { passphraseFile: file, passphraseCommand: command }: GlobalOptions,
): Omit<PassphraseSources, 'warn'> {
  if (file !== undefined && command !== undefined) {
    throw usageError('usage/conflict', '--passphrase-file and --passphrase-command exclude each other');
  }
  if (file !== undefined || command !== undefined) return { file, command };
  return { ...passphraseVariables(io, 'PASSPHRASE'), ask: io.askSecret };
}

/** Where another passphrase comes from, if one is given for what is encrypted. */
function newPassphraseSources(
  io: ProcessIo,
  { newPassphraseFile: file, newPassphraseCommand: command }: GlobalOptions,
): Omit<PassphraseSources, 'warn'> | undefined {
  if (file !== undefined && command !== undefined) {
    throw usageError(
      'usage/conflict',
      '--new-passphrase-file and --new-passphrase-command exclude each other',
    );
  }
  if (file !== undefined || command !== undefined) return { file, command };
  const sources = passphraseVariables(io, 'NEW_PASSPHRASE');
  return Object.values(sources).every((source) => source === undefined) ? undefined : sources;
}

function passphraseVariables(io: ProcessIo, name: string): Omit<PassphraseSources, 'warn' | 'ask'> {
  return {
    file: variable(io, `${name}_FILE`),
    command: variable(io, `${name}_COMMAND`),
    value: variable(io, name),
  };
}

/** The value of an environment variable of ours, if it has one. */
function variable({ variables }: ProcessIo, name: string): string | undefined {
  return variables[`ZONEWRIGHT_${name}`] || undefined;
}

function originOf(option: string | undefined, variable: string | undefined): SettingOrigin {
  return option !== undefined ? 'option' : variable !== undefined ? 'environment' : 'default';
}

async function readConfiguration(io: ProcessIo, file: string | undefined): Promise<Configuration> {
  const { workingDirectory } = io;
  const show = (path: string): string => displayPath(path, workingDirectory);
  const found = await loadConfigFile({ workingDirectory, file, displayPath: show });
  if (found === undefined) return DEFAULT_CONFIGURATION;
  return resolveConfiguration({
    file: show(found.file),
    // The schema has been checked, and a test holds it and the type together.
    document: found.document,
    parseZoneName,
    resolvePath: (path) => resolvePath(path, found.file, workingDirectory),
    errorAt: found.errorAt,
    closestWord,
  });
}
