import type { Environment } from './environment.ts';

/**
 * Gets threads ready beside other work where a file is large. What is wrong with the file tells who reads it.
 * @returns the octets of the file; none where it has no size
 */
export async function expectWork(
  path: string,
  octetsARow: number,
  { files, pool }: Environment,
): Promise<number> {
  const status = path === '-' ? undefined : await files.status(path).catch(() => undefined);
  if (status === undefined) return 0;
  await pool.expect(status.size / octetsARow);
  return status.size;
}
