/**
 * Where the program of a worker is: in `dist`, beside the file that asks for it once that is built.
 * @param here `import.meta.url` of a file two folders below the root, or of a built one
 */
export function workerFile(name: string, here: string): URL {
  return new URL(here.endsWith('.ts') ? `../../dist/${name}` : `./${name}`, here);
}
