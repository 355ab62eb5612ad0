import { Type } from '../../rr/registry.ts';
import type { Zone } from '../../zone/zone.ts';
import type { Crypto } from '../crypto.ts';
import { recordColumns } from '../signing-jobs.ts';
import { runTask, type WorkPool } from '../work-pool.ts';
import { u16At } from '../rrsig.ts';
import { checkApex } from './apex.ts';
import { findCauses, type Cause } from './causes.ts';
import { checkCds } from './cds.ts';
import { checkChainOfTrust } from './chain-of-trust.ts';
import { collectSignatures } from './collect-signatures.ts';
import { checkSignedContent, checkUnsignedContent } from './content.ts';
import { VerifyContext, type VerifyZoneOptions } from './context.ts';
import { checkDelegations } from './delegations.ts';
import { checkDenial, type DenialKind } from './denial.ts';
import type { Finding } from './findings.ts';
import { judgeSignatures, type FirstExpiry } from './judge-signatures.ts';
import { tallySignatures, type KeyTally } from './key-tallies.ts';
import { checkTiming, type Timing } from './timing.ts';
import { checkZonemd } from './zone-digest.ts';
import { checkZoneKeys, readZoneKeys, type ZoneKey } from './zone-keys.ts';

/** What verifying asks of the machine. */
export interface VerifyTools {
  readonly crypto: Crypto;
  readonly pool: WorkPool;
  /** Is told now and then how many signatures are verified. */
  readonly report?: ((done: number, total: number) => void) | undefined;
}

export interface ZoneVerification {
  /** Everything that was found. */
  readonly findings: readonly Finding[];
  /** The same by what is wrong: each thing once. */
  readonly causes: readonly Cause[];
  readonly keys: readonly ZoneKey[];
  /** Signatures that cryptography has seen. */
  readonly signaturesVerified: number;
  readonly denial: DenialKind;
  readonly firstExpiry: FirstExpiry | undefined;
  readonly timing: Timing | undefined;
  readonly tallies: readonly KeyTally[];
}

/** A check of the caller's own, which reports into the same list. */
export type FurtherCheck = (context: VerifyContext) => void;

/** The whole check of a zone against RFC 4035, 5155, 6840 and 8976. Every finding is reported, not only the first. */
export async function verifyZone(
  zone: Zone,
  { crypto, pool, report }: VerifyTools,
  options: VerifyZoneOptions,
  furtherChecks: readonly FurtherCheck[] = [],
): Promise<ZoneVerification> {
  const context = new VerifyContext(zone, crypto, options);
  if (options.unsigned === true) {
    checkUnsignedContent(context);
    return verification(context);
  }
  checkApex(context);
  checkSignedContent(context);
  const keys = readZoneKeys(context);
  if (keys.length === 0) return verifyUnsigned(context, furtherChecks);
  checkZoneKeys(context, keys);
  const jobs = collectSignatures(context, keys);
  const task = {
    kind: 'verify',
    rows: jobs.rows,
    columns: recordColumns(zone.store),
    keys: keys.map(({ verifies, algorithm, publicKey }) => (verifies ? { algorithm, publicKey } : undefined)),
  } as const;
  await runTask(pool, task, 0, jobs.count, report && ((done) => report(done, jobs.count)));
  const signatures = judgeSignatures(context, keys, jobs);
  checkKeysSize(context);
  checkChainOfTrust(context, keys, signatures.signersOf(Type.DNSKEY));
  checkRevocations(context, keys, signatures.signersOf(Type.DNSKEY));
  checkCds(context, signatures);
  checkDelegations(context);
  const denial = checkDenial(context);
  checkZonemd(context);
  const timing = checkTiming(context, signatures.firstExpiry);
  for (const check of furtherChecks) check(context);
  return verification(context, {
    keys,
    signaturesVerified: signatures.verified,
    denial,
    firstExpiry: signatures.firstExpiry,
    timing,
    tallies: tallySignatures(context, keys, jobs),
  });
}

/** A zone without keys is unsigned, which its digest may at least be verified for. */
function verifyUnsigned(context: VerifyContext, furtherChecks: readonly FurtherCheck[]): ZoneVerification {
  const hasDigest = context.zone.apexRrset(Type.ZONEMD) >= 0;
  context.report(hasDigest ? 'zone/digest-only' : 'zone/unsigned', context.apexPlace(Type.DNSKEY));
  checkZonemd(context);
  for (const check of furtherChecks) check(context);
  return verification(context);
}

const NOTHING_VERIFIED = {
  keys: [],
  signaturesVerified: 0,
  denial: 'none',
  firstExpiry: undefined,
  timing: undefined,
  tallies: [],
} as const;

function verification(
  context: VerifyContext,
  verified: Omit<ZoneVerification, 'findings' | 'causes'> = NOTHING_VERIFIED,
): ZoneVerification {
  return { ...verified, findings: context.findings, causes: findCauses(context) };
}

/** DNS messages that are not fragmented anywhere (RFC 9715 section 3.1), without header and question. */
const SAFE_RESPONSE = 1400 - 12 - 16;

function checkKeysSize(context: VerifyContext): void {
  const { zone } = context;
  const isOfKeys = (record: number): boolean => u16At(zone.store.rdataOf(record), 0) === Type.DNSKEY;
  const records = [
    ...zone.recordsOf(zone.apexRrset(Type.DNSKEY)),
    ...zone.recordsOf(zone.apexRrset(Type.RRSIG)).filter(isOfKeys),
  ];
  // In an answer each owner is a pointer of two octets.
  const size = records.reduce((sum, record) => sum + 12 + zone.store.rdataLengths[record]!, 0);
  if (size > SAFE_RESPONSE)
    context.report('dnskey/large', context.apexPlace(Type.DNSKEY), { found: `${size} octets` });
}

/** A revoked key must sign the DNSKEY RRset, or nobody believes the revocation (RFC 5011 section 2.1). */
function checkRevocations(
  context: VerifyContext,
  keys: readonly ZoneKey[],
  signers: readonly ZoneKey[],
): void {
  for (const key of keys) {
    if (!key.revoked || !key.supported || signers.includes(key)) continue;
    const place = { owner: context.zone.origin, type: Type.DNSKEY, record: key.record };
    context.report('dnskey/revoked-not-signing', place, { keyTag: key.keyTag, algorithm: key.algorithm });
  }
}
