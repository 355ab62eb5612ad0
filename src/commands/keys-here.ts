import type { FileStore } from '../keys/file-store.ts';
import { keyFilesOfZone, readKeyBaseName } from '../keys/key-name.ts';

/** What to do where a zone without keys in the key directory has some in the working directory, which is where `dnssec-keygen` puts them. */
export const USE_KEYS_HERE = 'its keys are in the working directory: add "-K ."';

/** Whether the working directory has keys of the zone. */
export async function hasKeysHere(zone: Uint8Array, files: FileStore): Promise<boolean> {
  return keyFilesOfZone(await files.list('.'), zone, '.key').some(
    (name) => readKeyBaseName(name.slice(0, -'.key'.length)) !== undefined,
  );
}
