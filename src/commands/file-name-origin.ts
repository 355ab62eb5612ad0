import { nameFromText } from '../dns/name.ts';

/** The zone that the name of a file suggests: `example.com`, `example.com.zone`, `db.example.com`, with `.signed` behind it or not. */
export function originOfFileName(path: string): Uint8Array | undefined {
  if (path === '-') return undefined;
  const base = path.slice(path.lastIndexOf('/') + 1);
  const name = base
    .replace(/\.signed$/, '')
    .replace(/^db\./, '')
    .replace(/\.(?:zone|db|hosts|txt|master)$/, '');
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i.test(name) ? nameFromText(name) : undefined;
}
