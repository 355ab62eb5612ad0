import path from 'node:path';

/** An absolute path as messages show it: relative to the working directory where it is inside. */
export function displayPath(file: string, workingDirectory: string): string {
  const relative = path.relative(workingDirectory, file);
  const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return outside ? file : relative === '' ? '.' : relative;
}

/** A path that stands in `file`, and is relative to its directory, as one for this process. */
export function resolvePath(target: string, file: string, workingDirectory: string): string {
  return displayPath(path.resolve(path.dirname(file), target), workingDirectory);
}

/** Whether two paths of this process are written differently at the most. */
export function isSamePath(a: string, b: string, workingDirectory: string): boolean {
  return path.resolve(workingDirectory, a) === path.resolve(workingDirectory, b);
}
