import { joinPath } from '../keys/file-store.ts';
import { zoneFileText } from '../keys/key-name.ts';
import type { Environment } from './environment.ts';

/** The path of a zone's state file. */
export function stateFile(keyDirectory: string, zone: Uint8Array): string {
  return joinPath(keyDirectory, `${zoneFileText(zone)}state.json`);
}

/** Whether `rotate` takes care of a zone. */
export async function hasState(
  keyDirectory: string,
  zone: Uint8Array,
  { files }: Pick<Environment, 'files'>,
): Promise<boolean> {
  return (await files.status(stateFile(keyDirectory, zone))) !== undefined;
}
