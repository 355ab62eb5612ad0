import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RecordEntry } from './recorded.ts';
import { SecretSearch } from './secret-search.ts';

/** What a search of a whole run shows. */
export interface RunSearch {
  readonly secrets: number;
  /** Octets that were searched. */
  readonly octets: number;
  /** In words: what was found, and where it comes from. */
  readonly leaks: readonly string[];
}

/** Searches all that a test run recorded for every secret that it used. */
export function searchRecord(directory: string): RunSearch {
  const entries = readdirSync(directory).flatMap((name) => [...entriesOf(path.join(directory, name))]);
  const search = new SecretSearch();
  const secrets = new Set<string>();
  for (const { kind, value } of entries) {
    if (kind === 'text' || secrets.has(value)) continue;
    secrets.add(value);
    if (kind === 'octets') search.addOctets('a private key', Buffer.from(value, 'hex'));
    else search.addText('a passphrase or PIN', value);
  }
  let octets = 0;
  const leaks = entries.flatMap((entry) => {
    // A file may be there to hold a passphrase.
    if (entry.kind !== 'text' || secrets.has(entry.value.split(/\r?\n/, 1)[0]!)) return [];
    octets += entry.value.length;
    return search.foundIn(Buffer.from(entry.value, 'latin1')).map((name) => `${name}: ${entry.origin}`);
  });
  return { secrets: secrets.size, octets, leaks };
}

/** A whole record may be longer than a string can be. */
function* entriesOf(file: string): Generator<RecordEntry> {
  const octets = readFileSync(file);
  for (let start = 0; start < octets.length;) {
    const newline = octets.indexOf('\n', start);
    const end = newline < 0 ? octets.length : newline;
    yield JSON.parse(octets.toString('utf8', start, end)) as RecordEntry;
    start = end + 1;
  }
}
