import { inputError } from '../errors.ts';
import { sameName } from '../dns/name.ts';
import { refusePrivateKey } from '../keys/private-key-text.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type, typeName } from '../rr/registry.ts';
import { parseZone, type SourceFile } from '../zone/parse-zone.ts';
import type { Environment } from './environment.ts';

/** DS RDATA as text: key tag, algorithm, digest type and digest. */
const DS_TEXT = /^\s*\d{1,5}\s+[a-z0-9-]+\s+[a-z0-9-]+\s+[0-9a-f\s]+$/i;

export interface FoundRecord {
  readonly type: number;
  readonly rdata: Uint8Array;
}

/**
 * The records of a zone's name and of certain types in a file or on standard input (`-`), such as `dig` prints them.
 * @throws ZonewrightError `verify/no-records` where there are none
 */
export async function readRecords(
  path: string,
  zone: Uint8Array,
  types: readonly number[],
  environment: Environment,
): Promise<FoundRecord[]> {
  return recordsOf(await readSource(path, environment), zone, types);
}

/**
 * The RDATA of DS records that are given as text, in a file, or on standard input (`-`), where each line may also be RDATA alone, as
 * `dig +short` prints it.
 */
export async function readDsArgument(
  argument: string,
  zone: Uint8Array,
  environment: Environment,
): Promise<Uint8Array[]> {
  if (DS_TEXT.test(argument)) return [rdataFromText(Type.DS, argument)];
  const source = await readSource(argument, environment);
  const lines = new TextDecoder()
    .decode(source.bytes)
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length > 0 && lines.every((line) => DS_TEXT.test(line)))
    return lines.map((line) => rdataFromText(Type.DS, line));
  return recordsOf(source, zone, [Type.DS]).map(({ rdata }) => rdata);
}

async function readSource(path: string, environment: Environment): Promise<SourceFile> {
  return path === '-'
    ? { file: '<stdin>', bytes: await environment.readStdin() }
    : { file: path, bytes: await environment.files.read(path) };
}

function recordsOf(source: SourceFile, zone: Uint8Array, types: readonly number[]): FoundRecord[] {
  refusePrivateKey(source);
  const { store } = parseZone(source, { origin: zone, defaultTtl: 0 });
  const found: FoundRecord[] = [];
  for (let record = 0; record < store.count; record++) {
    const type = store.types[record]!;
    if (!types.includes(type) || !sameName(store.names.view(store.owners[record]!), zone)) continue;
    found.push({ type, rdata: store.rdataOf(record).slice() });
  }
  if (found.length > 0) return found;
  const wanted = types.map((type) => typeName(type)).join(' or ');
  throw inputError('verify/no-records', `there is no ${wanted} record of the zone here`, {
    location: { file: source.file },
  });
}
