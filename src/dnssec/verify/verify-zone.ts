import { Type } from '../../rr/registry.ts';
import type { Zone } from '../../zone/zone.ts';
import type { Crypto } from '../crypto.ts';
import { recordColumns } from '../signing-jobs.ts';
import type { WorkPool } from '../work-pool.ts';
import { checkApex } from './apex.ts';
import { checkCds } from './cds.ts';
import { checkChainOfTrust } from './chain-of-trust.ts';
import { collectSignatures } from './collect-signatures.ts';
import { VerifyContext, type VerifyZoneOptions } from './context.ts';
import { checkDelegations } from './delegations.ts';
import { checkDenial, type DenialKind } from './denial.ts';
import type { Finding } from './findings.ts';
import { judgeSignatures, type FirstExpiry } from './judge-signatures.ts';
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
  readonly findings: readonly Finding[];
  readonly keys: readonly ZoneKey[];
  /** Signatures that cryptography has seen. */
  readonly signaturesVerified: number;
  readonly denial: DenialKind;
  readonly firstExpiry: FirstExpiry | undefined;
}

/** The whole check of a zone against RFC 4035, 5155, 6840 and 8976. Every finding is reported, not only the first. */
export async function verifyZone(
  zone: Zone,
  { crypto, pool, report }: VerifyTools,
  options: VerifyZoneOptions,
): Promise<ZoneVerification> {
  const context = new VerifyContext(zone, crypto, options);
  checkApex(context);
  const keys = readZoneKeys(context);
  if (keys.length === 0) return verifyUnsigned(context);
  checkZoneKeys(context, keys);
  const jobs = collectSignatures(context, keys);
  const task = {
    kind: 'verify',
    rows: jobs.rows,
    columns: recordColumns(zone.store),
    keys: keys.map(({ verifies, algorithm, publicKey }) => (verifies ? { algorithm, publicKey } : undefined)),
  } as const;
  await pool.run(task, 0, jobs.count, report && ((done) => report(done, jobs.count)));
  const signatures = judgeSignatures(context, keys, jobs);
  checkChainOfTrust(context, keys, signatures.signersOf(Type.DNSKEY));
  checkRevocations(context, keys, signatures.signersOf(Type.DNSKEY));
  checkCds(context, signatures);
  checkDelegations(context);
  const denial = checkDenial(context);
  checkZonemd(context);
  return {
    findings: context.findings,
    keys,
    signaturesVerified: signatures.verified,
    denial,
    firstExpiry: signatures.firstExpiry,
  };
}

/** A zone without keys is unsigned, which its digest may at least be verified for. */
function verifyUnsigned(context: VerifyContext): ZoneVerification {
  const hasDigest = context.zone.apexRrset(Type.ZONEMD) >= 0;
  context.report(hasDigest ? 'zone/digest-only' : 'zone/unsigned', context.apexPlace(Type.DNSKEY));
  checkZonemd(context);
  return {
    findings: context.findings,
    keys: [],
    signaturesVerified: 0,
    denial: 'none',
    firstExpiry: undefined,
  };
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
