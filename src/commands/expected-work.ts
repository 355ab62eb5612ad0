import type { Environment } from './environment.ts';

/** Gets threads ready beside other work where a file is large. What is wrong with the file tells who reads it. */
export async function expectWork(
  path: string,
  octetsARow: number,
  { files, pool }: Environment,
): Promise<void> {
  const status = path === '-' ? undefined : await files.status(path).catch(() => undefined);
  if (status !== undefined) await pool.expect(status.size / octetsARow);
}
