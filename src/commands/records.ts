import { inputError } from '../errors.ts';
import { sameName } from '../dns/name.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type, typeName } from '../rr/registry.ts';
import { parseZone } from '../zone/parse-zone.ts';
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
  const file = path === '-' ? '<stdin>' : path;
  const bytes = path === '-' ? await environment.readStdin() : await environment.files.read(path);
  const { store } = parseZone({ file, bytes }, { origin: zone, defaultTtl: 0 });
  const found: FoundRecord[] = [];
  for (let record = 0; record < store.count; record++) {
    const type = store.types[record]!;
    if (!types.includes(type) || !sameName(store.names.view(store.owners[record]!), zone)) continue;
    found.push({ type, rdata: store.rdataOf(record).slice() });
  }
  if (found.length > 0) return found;
  const wanted = types.map((type) => typeName(type)).join(' or ');
  throw inputError('verify/no-records', `there is no ${wanted} record of the zone here`, {
    location: { file },
  });
}

/** The RDATA of DS records that are given as text, in a file, or on standard input (`-`). */
export async function readDsArgument(
  argument: string,
  zone: Uint8Array,
  environment: Environment,
): Promise<Uint8Array[]> {
  if (DS_TEXT.test(argument)) return [rdataFromText(Type.DS, argument)];
  return (await readRecords(argument, zone, [Type.DS], environment)).map(({ rdata }) => rdata);
}
