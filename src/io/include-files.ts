import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../errors.ts';
import type { SourceFile } from '../zone/parse-zone.ts';

/**
 * Opens what `$INCLUDE` names: relative to the file that includes it, and only below the directory of the zone file or one of `roots`,
 * symbolic links resolved.
 *
 * @param zoneFile the file that was named on the command line; `-` is standard input, whose directory is the working directory
 */
export function openInclude(
  name: string,
  including: string,
  zoneFile: string,
  roots: readonly string[],
): SourceFile {
  const zoneDirectory = zoneFile === '-' ? '.' : path.dirname(zoneFile);
  const base = including.startsWith('<') ? zoneDirectory : path.dirname(including);
  const candidates = [path.resolve(base, name), ...roots.map((root) => path.resolve(root, name))];
  for (const candidate of candidates) {
    const resolved = resolveLink(candidate);
    if (resolved === undefined) continue;
    if (![zoneDirectory, ...roots].some((root) => isBelow(resolved, resolveLink(path.resolve(root))))) {
      throw inputError('zone/include-outside', `$INCLUDE ${name} leads out of the zone file's directory`, {
        hint: `allow it with --include-path ${path.dirname(resolved)}`,
      });
    }
    const file = path.relative('', resolved) || resolved;
    return { file: file.startsWith('..') ? resolved : file, bytes: new Uint8Array(readFileSync(resolved)) };
  }
  throw inputError('zone/include-not-found', `the included file ${name} does not exist`, {
    hint: `it was looked for in ${[base, ...roots].join(', ')}`,
  });
}

function resolveLink(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

function isBelow(file: string, directory: string | undefined): boolean {
  if (directory === undefined) return false;
  const relative = path.relative(directory, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
