import type { Command } from './commander.ts';
import {
  DEFAULT_CONFIGURATION,
  resolveConfiguration,
  type Configuration,
} from '../commands/configuration.ts';
import type { Environment } from '../commands/environment.ts';
import { parseTime } from '../dns/time.ts';
import { usageError } from '../errors.ts';
import { lazyPool } from '../io/lazy-pool.ts';
import { loadConfigFile } from '../io/config-file.ts';
import { nodeCrypto } from '../io/crypto/node-crypto.ts';
import { fileStore } from '../io/file-store.ts';
import { openInclude } from '../io/include-files.ts';
import { displayPath, resolvePath } from '../io/paths.ts';
import type { ProcessIo } from '../io/process-io.ts';
import { fileLocks } from '../io/state-lock.ts';
import { parseZoneName } from '../io/zone-name.ts';
import { ofOption } from './option-values.ts';
import { createTalk, type Talk } from './terminal.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly config?: string;
  readonly keyDirectory?: string;
  readonly now?: string;
  readonly json?: true;
  readonly color: boolean;
  readonly quiet?: true;
}

/** What a command works with, once the command line was understood. */
export interface Session {
  readonly environment: Environment;
  readonly configuration: Configuration;
  readonly keyDirectory: string;
  readonly json: boolean;
  readonly workingDirectory: string;
  readonly talk: Talk;
  /** Puts data on standard output. */
  print(data: string | Uint8Array): Promise<void>;
  /** Puts the one JSON document of a run on standard output, with the warnings so far. */
  printDocument(document: { readonly schema: string; readonly [part: string]: unknown }): Promise<void>;
  /** The same for the results of zones: the document is that of the one zone, or has a list of them. */
  printResults(schema: string, results: readonly object[], isOneZone: boolean): Promise<void>;
}

export interface SessionOptions {
  readonly progress?: boolean;
  /** Threads for large zones; all cores without it. */
  readonly jobs?: number | undefined;
}

/** Finds the settings of a run: an option beats the environment, which beats the configuration file, which beats the default. */
export async function openSession(
  io: ProcessIo,
  command: Command,
  { progress = false, jobs }: SessionOptions = {},
): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const variable = (name: string): string | undefined => io.variables[`ZONEWRIGHT_${name}`] || undefined;
  for (const [option, value] of [
    ['--config', options.config],
    ['--key-directory', options.keyDirectory],
  ] as const) {
    if (value === '') throw usageError('usage/empty', `${option} is empty`);
  }
  const talk = await createTalk(io, { color: options.color, quiet: options.quiet === true, progress });
  const configuration = await readConfiguration(io, options.config ?? variable('CONFIG'));
  const clock = io.clock();
  const [timeSource, time] =
    options.now === undefined ? ['ZONEWRIGHT_NOW', variable('NOW')] : ['--now', options.now];
  const warnings: { message: string; hint: string | undefined }[] = [];
  const printDocument: Session['printDocument'] = (document) =>
    io.stdout.write(`${JSON.stringify({ ...document, warnings }, undefined, 2)}\n`);
  return {
    configuration,
    keyDirectory: options.keyDirectory ?? variable('KEY_DIRECTORY') ?? configuration.keyDirectory,
    json: options.json === true,
    workingDirectory: io.workingDirectory,
    talk,
    environment: {
      now: ofOption(timeSource, time, (text) => parseTime(text, clock)) ?? clock,
      simulated: time !== undefined,
      files: fileStore,
      locks: fileLocks(),
      crypto: nodeCrypto,
      openInclude,
      pool: lazyPool(nodeCrypto, jobs),
      readStdin: () => io.readStdin(),
      warn(message, hint) {
        warnings.push({ message, hint });
        talk.warning(message, hint);
      },
      progress: (value) => talk.progress(value),
    },
    print: (data) => io.stdout.write(data),
    printDocument,
    printResults: (schema, results, isOneZone) =>
      printDocument(isOneZone ? { schema, ...results[0] } : { schema, zones: results }),
  };
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
  });
}
