import { nameLength, sameName } from '../dns/name.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import { rrsigLabels, RrsigOffset, u16At } from './rrsig.ts';
import { recordColumns } from './signing-jobs.ts';
import { MADE_BY, VerificationJobs, type VerificationKey } from './verify/signature-jobs.ts';
import { runTask, type WorkPool } from './work-pool.ts';

/** A public key with the tag that signatures have of it. */
export interface TaggedKey extends VerificationKey {
  readonly keyTag: number;
}

/**
 * Verifies the signatures of some keys in a zone that anybody may have made, their times aside (RFC 4035 section 5.3).
 * @returns whether the RRSIG with this record number is by this key, and good
 */
export async function verifiedSignatures(
  zone: Zone,
  keys: readonly TaggedKey[],
  pool: WorkPool,
): Promise<(record: number, key: TaggedKey) => boolean> {
  const ordered = keys.toSorted((a, b) => a.algorithm - b.algorithm || a.keyTag - b.keyTag);
  const jobs = new VerificationJobs(zone.store.count, zone.records, zone.zoneClass);
  for (const rrset of zone.rrsetsOfType(Type.RRSIG)) addJobs(jobs, zone, rrset, ordered);
  const { rows } = jobs;
  const publicKeys = ordered.map(({ algorithm, publicKey }) => ({ algorithm, publicKey }));
  const task = { kind: 'verify', rows, columns: recordColumns(zone.store), keys: publicKeys } as const;
  await runTask(pool, task, 0, jobs.count);
  const makers = new Uint16Array(zone.store.count);
  for (let row = 0; row < jobs.count; row++) makers[rows.rrsigs[row]!] = rows.outcomes[row]!;
  return (record, key) => makers[record] === MADE_BY + ordered.indexOf(key);
}

/** Adds the signatures of an owner that keys of the list may have made over RRsets that are there. */
function addJobs(jobs: VerificationJobs, zone: Zone, rrsigs: number, keys: readonly TaggedKey[]): void {
  const { names, rdata, rdataOffsets } = zone.store;
  const { bytes } = rdata;
  const rank = zone.rrsetOwners[rrsigs]!;
  const labels = rrsigLabels(names.wire.bytes, names.offsets[zone.ownerNames[rank]!]);
  for (let i = zone.rrsetRecords[rrsigs]!; i < zone.rrsetRecords[rrsigs + 1]!; i++) {
    const record = zone.records[i]!;
    const start = rdataOffsets[record]!;
    const signer = start + RrsigOffset.SignerName;
    const mayBeBy = ({ algorithm, keyTag }: TaggedKey): boolean =>
      bytes[start + RrsigOffset.Algorithm] === algorithm &&
      u16At(bytes, start + RrsigOffset.KeyTag) === keyTag;
    const first = keys.findIndex(mayBeBy);
    const rrset = zone.findRrset(rank, u16At(bytes, start + RrsigOffset.TypeCovered));
    const isValid =
      bytes[start + RrsigOffset.Labels] === labels &&
      sameName(bytes.subarray(signer, signer + nameLength(bytes, signer)), zone.origin);
    if (first >= 0 && rrset >= 0 && isValid)
      jobs.add(zone, rrset, record, first, keys.findLastIndex(mayBeBy) + 1);
  }
}
