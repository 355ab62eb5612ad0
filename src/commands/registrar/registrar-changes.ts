import type { DsToRegister, RegisteredDs, Registrar, RegistrarCall } from './registrar.ts';

/** A step on the way to the DS set that a registrar should have. */
export interface RegistrarChange {
  readonly action: 'add' | 'remove';
  /** The RDATA of the DS in presentation form; of a record that is only a key, `KEY` and its algorithm. */
  readonly ds: string;
  readonly call: RegistrarCall;
}

/** Whether a record of a registrar is this DS, or the key that it is made from. */
export function isSameDs(record: RegisteredDs, ds: DsToRegister): boolean {
  if (record.algorithm !== ds.algorithm) return false;
  return 'digest' in record
    ? record.keyTag === ds.keyTag &&
        record.digestType === ds.digestType &&
        record.digest.toLowerCase() === ds.digest.toLowerCase()
    : record.publicKey === ds.publicKey;
}

/**
 * What has to be done at a registrar so that it has the wanted DS, and none that may go. All that is added comes first: at no time does the parent
 * have less than it had or shall have.
 * @param mayGo whether a record that is not wanted may be removed
 */
export async function registrarChanges(
  registrar: Registrar,
  zone: string,
  wanted: readonly DsToRegister[],
  mayGo: (record: RegisteredDs) => boolean,
): Promise<RegistrarChange[]> {
  const records = await registrar.list(zone);
  const added = wanted.filter((ds) => !records.some((record) => isSameDs(record, ds)));
  const removed = records.filter((record) => !wanted.some((ds) => isSameDs(record, ds)) && mayGo(record));
  return [
    ...added.map((ds) => ({ action: 'add' as const, ds: dsText(ds), call: registrar.add(zone, ds) })),
    ...removed.map((record) => ({
      action: 'remove' as const,
      ds: 'digest' in record ? dsText(record) : `KEY ${record.algorithm} ${record.publicKey}`,
      call: registrar.remove(zone, record),
    })),
  ];
}

function dsText({ keyTag, algorithm, digestType, digest }: Omit<DsToRegister, 'publicKey'>): string {
  return `${keyTag} ${algorithm} ${digestType} ${digest.toUpperCase()}`;
}
