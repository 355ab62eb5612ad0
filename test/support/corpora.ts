import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { guardedSuite } from './guarded-suite.ts';

/** Beside the project's folder, not inside: the files belong to other projects, under their own licences. */
const expected = fileURLToPath(new URL('../../../shared/corpora', import.meta.url));

/** The folder of shared corpora, or undefined if this machine does not have it. */
export function corporaDirectory(): string | undefined {
  return existsSync(expected) ? expected : undefined;
}

/** A suite over the shared corpora; its body gets their folder. */
export function describeWithCorpora(title: string, body: (directory: string) => void): void {
  const directory = corporaDirectory();
  guardedSuite({
    title,
    missing: directory === undefined ? ['../shared/corpora'] : [],
    remedy: 'put the shared corpora beside the project folder',
    body: () => body(directory!),
  });
}
