import { nameFromText } from '../dns/name.ts';
import { ZonewrightError } from '../errors.ts';
import type { FileStore } from '../keys/file-store.ts';
import { readKeyBaseName, zoneFileText } from '../keys/key-name.ts';

/** The zones that have key files in a directory, by their names in wire form, sorted as their files are. */
export async function zonesWithKeys(keyDirectory: string, files: FileStore): Promise<Uint8Array[]> {
  const texts = (await files.list(keyDirectory))
    .filter((name) => name.endsWith('.key'))
    .flatMap((name) => readKeyBaseName(name.slice(0, -'.key'.length))?.zoneText.toLowerCase() ?? []);
  return [...new Set(texts)].flatMap((text) => {
    const zone = zoneOfFileText(text);
    return zone === undefined ? [] : [zone];
  });
}

/** The zone whose name stands so in file names; undefined where that is no zone's name. */
function zoneOfFileText(text: string): Uint8Array | undefined {
  try {
    const escaped = text.replaceAll(
      /%([0-9a-f]{2})/g,
      (_, hex: string) => `\\${String(parseInt(hex, 16)).padStart(3, '0')}`,
    );
    const zone = nameFromText(escaped);
    return zoneFileText(zone).toLowerCase() === text ? zone : undefined;
  } catch (error) {
    if (error instanceof ZonewrightError) return undefined;
    throw error;
  }
}
