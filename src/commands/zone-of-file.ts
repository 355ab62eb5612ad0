import { ZonewrightError } from '../errors.ts';
import { parseZone } from '../zone/parse-zone.ts';
import type { Environment } from './environment.ts';
import { originOfFileName } from './file-name-origin.ts';
import { soaOwner } from './read-zone.ts';

/** Octets at the beginning of a master file in which its SOA record is looked for. */
const HEAD = 64 << 10;

/**
 * Whose zone a master file, `-` for standard input, has by its SOA record, without reading it to the end; in wire form. Undefined where that does not
 * stand near its beginning. What is wrong with the file tells who reads all of it.
 */
export async function zoneOfFile(
  path: string,
  includePaths: readonly string[],
  { files, readStdin, openInclude }: Environment,
): Promise<Uint8Array | undefined> {
  try {
    const bytes = path === '-' ? await readStdin() : await files.read(path);
    const origin = originOfFileName(path);
    const parsed = parseZone(
      { file: path, bytes: bytes.subarray(0, HEAD) },
      {
        ...(origin === undefined ? {} : { origin }),
        include: (name, including) => {
          const included = openInclude(name, including, path, includePaths);
          return { ...included, bytes: included.bytes.subarray(0, HEAD) };
        },
        // The last record may be cut off.
        onError: () => undefined,
      },
    );
    return soaOwner(parsed);
  } catch (error) {
    if (error instanceof ZonewrightError) return undefined;
    throw error;
  }
}
