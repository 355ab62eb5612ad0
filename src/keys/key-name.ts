import { LOWER_CASE, nameToText } from '../dns/name.ts';

const BASE = /^K(.*)\+(\d{3})\+(\d{5})$/s;
const SUFFIX = /\.(?:key|private|state)$|\.$/;

/** What the base name of a key's files says: `K<zone>+<algorithm>+<tag>`. */
export interface KeyName {
  /** The zone's part, in BIND's escaped form. */
  readonly zoneText: string;
  readonly algorithm: number;
  readonly keyTag: number;
}

/** A zone's name as BIND has it in file names: lower case, absolute, `%XX` for what is no letter, digit, `-` or `_`. */
export function zoneFileText(zone: Uint8Array): string {
  if (zone[0] === 0) return '.';
  let text = '';
  for (let at = 0; zone[at] !== 0; at += zone[at]! + 1) {
    for (const octet of zone.subarray(at + 1, at + 1 + zone[at]!)) {
      const character = String.fromCharCode(LOWER_CASE[octet]!);
      text += /[-_0-9a-z]/.test(character)
        ? character
        : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    text += '.';
  }
  return text;
}

/** The base name of a key's files. */
export function keyBaseName(zone: Uint8Array, algorithm: number, keyTag: number): string {
  return `K${zoneFileText(zone)}+${String(algorithm).padStart(3, '0')}+${String(keyTag).padStart(5, '0')}`;
}

/** Those of the names in a directory that a key file of the zone with this ending may have; what stands between is not looked at. */
export function keyFilesOfZone(
  names: readonly string[],
  zone: Uint8Array,
  ending: '.key' | '.private',
): string[] {
  const prefix = `k${zoneFileText(zone)}+`.toLowerCase();
  const found = byPrefix.get(names) ?? namesByPrefix(names);
  byPrefix.set(names, found);
  return (found.get(prefix) ?? []).filter((name) => name.endsWith(ending));
}

/** One list is asked for every zone of a large key directory. */
const byPrefix = new WeakMap<readonly string[], ReadonlyMap<string, readonly string[]>>();

/** The names with a `+` by what stands before it, that included, in lower case. */
function namesByPrefix(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    const end = name.indexOf('+') + 1;
    if (end === 0) continue;
    const prefix = name.slice(0, end).toLowerCase();
    const others = found.get(prefix);
    if (others === undefined) found.set(prefix, [name]);
    else others.push(name);
  }
  return found;
}

/** Reads a base name; undefined where `base` is none. */
export function readKeyBaseName(base: string): KeyName | undefined {
  const parts = BASE.exec(base);
  return parts === null
    ? undefined
    : { zoneText: parts[1]!, algorithm: Number(parts[2]), keyTag: Number(parts[3]) };
}

/** The directory (undefined where none is given) and the base name of a path to any file of a key, or to the base itself. */
export function splitKeyPath(path: string): { directory: string | undefined; base: string } {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const base = name.replace(SUFFIX, '');
  return { directory: slash < 0 ? undefined : path.slice(0, Math.max(slash, 1)), base };
}

/** How messages name a zone: without the last dot, except for the root. */
export function zoneLabel(zone: Uint8Array): string {
  const text = nameToText(zone);
  return text === '.' ? text : text.slice(0, -1);
}
