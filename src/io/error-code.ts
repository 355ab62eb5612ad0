/** The system's code for an error, such as `ENOENT`. Errors of Node's own modules need not be of our realm's Error class. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
