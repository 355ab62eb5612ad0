import { inputError, ZonewrightError } from '../errors.ts';
import { joinPath } from '../keys/file-store.ts';
import { zoneFileText, zoneLabel } from '../keys/key-name.ts';
import type { RotationState } from '../rollover/state.ts';
import {
  damagedState,
  printStateDocument,
  readStateDocument,
  type StateDocument,
} from '../rollover/state-document.ts';
import type { Environment } from './environment.ts';
import { stateFile } from './state-file.ts';

/** As for the private keys beside it. */
const DIRECTORY_MODE = 0o700;

/**
 * The rotation state of a zone; undefined where `rotate` does not take care of it.
 * @throws ZonewrightError `state/damaged`, `state/newer`, `state/other-zone`; `state/simulated` where this run is real and the state is not
 */
export async function readState(
  keyDirectory: string,
  zone: Uint8Array,
  { files, simulated }: Pick<Environment, 'files' | 'simulated'>,
): Promise<StateDocument | undefined> {
  const file = stateFile(keyDirectory, zone);
  if ((await files.status(file)) === undefined) return undefined;
  const document = readDocument(await files.read(file), file, zone);
  if (!document.simulated || simulated) return document;
  const hasBackup = (await files.status(backupOf(file))) !== undefined;
  throw inputError('state/simulated', 'this state was changed under --now, and is no basis for a real run', {
    location: { file },
    hint: hasBackup
      ? `mv ${backupOf(file)} ${file} brings back the last real one; or go on with --now`
      : `delete it to begin anew, or go on with --now; zonewright rotate ${zoneLabel(zone)} --adopt makes a real one of what is published`,
  });
}

/**
 * Writes the rotation state whole: a crash leaves the old one or the new one. Under `--now` it is marked as simulated. The last real state that
 * can be read stays as `.bak`: neither damage nor a simulation takes its place.
 *
 * The file holds no secrets, and monitoring may read it: its mode is the one that it has, at first what the umask leaves.
 */
export async function writeState(
  keyDirectory: string,
  zone: Uint8Array,
  state: RotationState,
  { files, simulated }: Pick<Environment, 'files' | 'simulated'>,
): Promise<void> {
  const file = stateFile(keyDirectory, zone);
  const text = printStateDocument(zone, { state, simulated });
  const status = await files.status(file);
  const previous = status && { mode: status.mode, bytes: await files.read(file) };
  if (previous !== undefined && new TextDecoder().decode(previous.bytes) === text) return;
  // The space for the new state must be there before the backup of the old one is touched.
  const output = await files.openAtomic(file);
  try {
    await output.write(text);
    if (previous !== undefined && isWorthKeeping(previous.bytes, file, zone))
      await files.writeAtomic(backupOf(file), previous.bytes, { mode: previous.mode });
    await output.commit();
  } finally {
    await output.discard();
  }
}

/**
 * Runs an action while no other run changes the state of the zone. Makes the key directory where it is missing.
 * @param command what another run is told that waits in vain: `zonewright rotate example.com`
 * @throws ZonewrightError `state/locked`
 */
export async function withStateLock<T>(
  keyDirectory: string,
  zone: Uint8Array,
  command: string,
  { files, locks }: Pick<Environment, 'files' | 'locks'>,
  action: () => Promise<T>,
): Promise<T> {
  await files.makeDirectory(keyDirectory, DIRECTORY_MODE);
  const lock = await locks.acquire(joinPath(keyDirectory, `${zoneFileText(zone)}state.lock`), command);
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

function readDocument(bytes: Uint8Array, file: string, zone: Uint8Array): StateDocument {
  return readStateDocument(decoded(bytes, file, zone), file, zone);
}

function decoded(bytes: Uint8Array, file: string, zone: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw damagedState('this is no text', { file }, zone);
  }
}

function isWorthKeeping(bytes: Uint8Array, file: string, zone: Uint8Array): boolean {
  try {
    return !readDocument(bytes, file, zone).simulated;
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
    return error.code !== 'state/damaged';
  }
}

function backupOf(file: string): string {
  return `${file}.bak`;
}
