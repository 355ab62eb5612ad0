import { usageError } from '../../errors.ts';
import type { Environment } from '../environment.ts';

/**
 * What a file with a secret holds, without white space around it.
 * @throws ZonewrightError `secret/unusable`, `file/*`
 */
export async function readSecret(file: string, { files }: Pick<Environment, 'files'>): Promise<string> {
  return checkSecret(await files.readText(file), `the file ${file}`);
}

/**
 * A secret that can stand in a header: there, an error of a library would quote it.
 * @param source where it comes from, for messages
 */
export function checkSecret(text: string, source: string): string {
  const secret = text.trim();
  if (/^[\x21-\x7e]+$/.test(secret)) return secret;
  throw usageError('secret/unusable', `${source} has no secret in it: one word of ASCII characters`);
}
