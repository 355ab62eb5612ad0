import { internalError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import { extendZone } from '../zone/extend-zone.ts';
import type { RecordStore } from '../zone/record-store.ts';
import type { Zone } from '../zone/zone.ts';
import { isChainComplete } from './check-chain.ts';
import type { PrivateKeyMaterial } from './crypto.ts';
import { denialChain, type DenialChain } from './denial.ts';
import type { KeptOwners } from './kept-owners.ts';
import { prepareKey, requireRoles, type PreparedKey } from './prepared-keys.ts';
import { ReuseSearch, type Reusable } from './reuse.ts';
import type { ReadSignatures, ReusableSignatures, Target } from './reusable-signatures.ts';
import { checkSignatures } from './self-check.ts';
import { nextSerial } from './serial-policy.ts';
import type { SignedZone, SignRequest, SignTools } from './sign-request.ts';
import { countSignatures } from './signature-count.ts';
import { SignatureLayout } from './signature-layout.ts';
import { recordColumns, type SigningTask } from './signing-jobs.ts';
import { readSoa, setSoaSerial } from './soa.ts';
import { isAllKept, isNothingElse } from './unchanged-output.ts';
import { runTask, singleThreadPool, type RunningTask } from './work-pool.ts';
import { writeZonemd, zoneDigest, ZONEMD_SIMPLE } from './zonemd.ts';

/**
 * Signs a zone (RFC 4035 section 2, RFC 5155 section 7).
 *
 * @param content the zone's whole content with DNSKEY, CDS, NSEC3PARAM and, where asked for, a ZONEMD record whose digest has the right length,
 *   but without NSEC, NSEC3 and RRSIG. Its store gets the new records.
 * @throws ZonewrightError `sign/role-missing` where an algorithm has no key for a role; `sign/self-check` where a key's signature is not
 *   good under its public part.
 */
export async function signZone(content: Zone, request: SignRequest, tools: SignTools): Promise<SignedZone> {
  if (request.isUnsigned !== true) requireRoles(request.keys, content);
  const keys = request.keys.map((key, index) => prepareKey(key, index, tools.crypto));
  const search = new ReuseSearch(content, request, keys, tools.pool);
  try {
    const denial = request.isUnsigned === true ? NO_DENIAL : denialChain(content, request.denial);
    if (request.previous !== undefined) tools.meanwhile?.();
    const reusable = await search.finish();
    return await new ZoneSigning(content, request, keys, denial, reusable, tools).run();
  } finally {
    search.abandon();
  }
}

/** The denial chain of a zone without DNSSEC. */
const NO_DENIAL: DenialChain = { count: 0, room: {}, add: () => new Uint32Array() };

class ZoneSigning {
  readonly #content: Zone;
  readonly #request: SignRequest;
  readonly #tools: SignTools;
  readonly #keys: readonly PreparedKey[];
  readonly #previous: ReusableSignatures | undefined;
  readonly #stayed: KeptOwners | undefined;
  readonly #kept: KeptOwners | undefined;
  readonly #firstAdded: number;
  readonly #denial: DenialChain;
  readonly #layout: SignatureLayout;

  constructor(
    content: Zone,
    request: SignRequest,
    keys: readonly PreparedKey[],
    denial: DenialChain,
    reusable: Reusable,
    tools: SignTools,
  ) {
    this.#content = content;
    this.#request = request;
    this.#tools = tools;
    this.#keys = keys;
    this.#previous = reusable.previous;
    this.#stayed = reusable.stayed;
    this.#kept = reusable.kept;
    this.#firstAdded = content.store.count;
    this.#denial = denial;
    this.#layout = new SignatureLayout(content, request, keys, denial.count, reusable);
  }

  async run(): Promise<SignedZone> {
    const content = this.#content;
    const layout = this.#layout;
    const previous = this.#previous;
    const soa = layout.targetOf(content.apexRrset(Type.SOA));
    const soaRecord = content.records[soa.start]!;
    const inputSerial = readSoa(content.store.rdataOf(soaRecord)).serial;
    // An unchanged zone has the SOA of the previous output: compare with that serial first.
    if (previous !== undefined) setSoaSerial(content.store.rdataOf(soaRecord), previous.serial);

    layout.reserve(this.#denial);
    const kept = this.#kept;
    if (kept !== undefined) {
      const added = layout.addDenial(this.#denial);
      // Before threads begin to sign, and until then do nothing else.
      if (this.#request.denial.kind === 'nsec3') await kept.findChain(added, this.#tools.pool);
    }
    // The first signatures are made while the rest of the zone is still worked out.
    const task = this.#task('software');
    const signing = this.#tools.pool.begin(task, 0);
    try {
      layout.layOutContent((rows) => signing.extend(rows));
      if (previous === undefined) this.#tools.meanwhile?.();
      if (kept === undefined) layout.addDenial(this.#denial);
      layout.layOutDenial();
      if (previous !== undefined && this.#isUnchanged(previous, soa))
        return this.#unchanged(previous.inFull());
      const serial = this.#serial(inputSerial);
      setSoaSerial(content.store.rdataOf(soaRecord), serial);
      layout.layOutNew(soa);
      requireUnmoved(task, content.store);
      return await this.#signed(serial, signing);
    } finally {
      signing.abandon();
    }
  }

  #isUnchanged(previous: ReusableSignatures, soa: Target): boolean {
    const { zonemd } = this.#request;
    const layout = this.#layout;
    if (!isAllKept(layout)) return false;
    return isNothingElse(layout, previous.inFull(), this.#keys, soa, zonemd, this.#tools.crypto);
  }

  #unchanged({ zone, serial }: ReadSignatures): SignedZone {
    const signatures = countSignatures(zone);
    return {
      zone,
      unchanged: true,
      records: zone.recordCount,
      rrsets: zone.rrsetCount,
      serial,
      denialRecords: this.#denial.count,
      signaturesMade: 0,
      signaturesKept: signatures.records,
      firstExpiration: signatures.firstExpiration,
    };
  }

  #serial(inputSerial: number): number {
    const { serialPolicy, publishedSerials = [], now } = this.#request;
    const previous = this.#previous?.serial;
    if (previous === undefined) return nextSerial(serialPolicy, inputSerial, publishedSerials, now);
    return this.#layout.isFrozen
      ? previous
      : nextSerial(serialPolicy, inputSerial, [previous, ...publishedSerials], now);
  }

  /** The signed zone, with what is left to be signed. */
  async #signed(serial: number, signing: RunningTask): Promise<SignedZone> {
    const content = this.#content;
    const layout = this.#layout;
    const kept = this.#kept;
    const { pool, report } = this.#tools;
    const ordinaryJobs = layout.jobs.count;
    signing.extend(ordinaryJobs);
    const zonemd = content.apexRrset(Type.ZONEMD);
    if (zonemd >= 0) {
      if (layout.isFrozen) this.#keepZonemd(zonemd);
      layout.layOutNew(layout.targetOf(zonemd));
    }
    const allJobs = layout.jobs.count;
    const zone = extendZone(content, this.#firstAdded);
    const hasNsec = (rank: number): boolean => kept?.hasNsec(rank) === true;
    if (this.#denial.count > 0 && !isChainComplete(zone, this.#request.denial.kind, hasNsec)) {
      throw internalError('sign/chain-incomplete', 'the denial chain that was made is not complete');
    }
    // What stays in an HSM signs on this thread, and first, since it is the one that may fail.
    await this.#signWithTokens(0, ordinaryJobs);
    await signing.finish((done) => report?.(done, allJobs));
    if (zonemd >= 0 && !layout.isFrozen) {
      this.#fillZonemd(zone, serial);
      await this.#signWithTokens(ordinaryJobs, allJobs);
      await runTask(pool, this.#task('software'), ordinaryJobs, allJobs);
    }
    checkSignatures(layout.jobs, this.#keys, content.store);
    const { nsecs = 0, signatures = 0, signedOwners = 0 } = kept?.count() ?? {};
    return {
      zone,
      kept,
      known: this.#stayed?.textsFor(zone),
      records: zone.recordCount + nsecs + signatures,
      rrsets: zone.rrsetCount + nsecs + signedOwners,
      unchanged: false,
      serial,
      denialRecords: this.#denial.count,
      signaturesMade: allJobs + layout.premade,
      signaturesKept: layout.kept,
      firstExpiration: layout.firstExpiration,
    };
  }

  /** Signing with the keys of one kind; rows of other keys are passed over. */
  #task(kind: PrivateKeyMaterial['kind']): SigningTask {
    const keys = this.#keys.map(({ privateKey }) => privateKey);
    return {
      kind: 'sign',
      rows: this.#layout.jobs.rows,
      expected: this.#layout.expected,
      columns: recordColumns(this.#content.store),
      keys: keys.map((key) =>
        key.kind !== 'premade' && key.kind !== 'lost' && key.kind === kind ? key : undefined,
      ),
      deterministic: this.#request.deterministic === true,
    };
  }

  async #signWithTokens(first: number, last: number): Promise<void> {
    if (!this.#keys.some(({ privateKey }) => privateKey.kind === 'token')) return;
    await runTask(singleThreadPool(this.#tools.crypto), this.#task('token'), first, last);
  }

  /** Nobody can sign another digest: the old one stays, though it is not that of the new DNSKEYs. */
  #keepZonemd(rrset: number): void {
    const [rdata] = this.#content.rdatasOf(rrset);
    const previous = this.#previous?.inFull().zone;
    const [old] = previous?.rdatasOf(previous.apexRrset(Type.ZONEMD)) ?? [];
    if (rdata?.length === old?.length) rdata?.set(old!);
  }

  #fillZonemd(zone: Zone, serial: number): void {
    const hashAlgorithm = this.#request.zonemd;
    const [rdata] = zone.rdatasOf(zone.apexRrset(Type.ZONEMD));
    if (hashAlgorithm === undefined || rdata === undefined)
      throw internalError('sign/zonemd', 'a ZONEMD nobody asked for');
    const digest = zoneDigest(zone, hashAlgorithm, this.#tools.crypto);
    rdata.set(writeZonemd({ serial, scheme: ZONEMD_SIMPLE, hashAlgorithm, digest }));
  }
}

/** Signatures that other threads made into memory that was left since would be lost. */
function requireUnmoved({ columns }: SigningTask, store: RecordStore): void {
  const now = recordColumns(store);
  if (
    now.rdataBytes !== columns.rdataBytes ||
    now.nameBytes !== columns.nameBytes ||
    now.rdataOffsets !== columns.rdataOffsets
  )
    throw internalError('sign/room', 'there was too little room for denial and signatures');
}
