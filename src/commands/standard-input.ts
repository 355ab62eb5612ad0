import type { Environment } from './environment.ts';

/** The same environment, whose standard input can be read by everybody who wants to. */
export function readingStdinOnce<E extends Pick<Environment, 'readStdin'>>(environment: E): E {
  let input: Promise<Uint8Array> | undefined;
  return { ...environment, readStdin: () => (input ??= environment.readStdin()) };
}
