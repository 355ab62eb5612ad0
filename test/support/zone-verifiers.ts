import { runPeer } from './peers.ts';

/** What a peer says of a signed zone: nothing, where it accepts it. */
export type ZoneVerifier = (file: string, origin: string) => Promise<string>;

async function complaints(name: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPeer(name, args);
  return status === 0 ? '' : `${name}: status ${String(status)}\n${stdout}${stderr}`;
}

/**
 * Programs of others that verify whole signed zones at the present time.
 *
 * kzonecheck has opinions on more than DNSSEC: it is for zones whose name servers have all the glue that it wants to see.
 */
export const ZONE_VERIFIERS = {
  /** `-z` lets one key have both roles; without it, BIND wants a ZSK beside the KSK. */
  'dnssec-verify': (file, origin) => complaints('dnssec-verify', ['-q', '-z', '-o', origin, file]),
  'ldns-verify-zone': (file) => complaints('ldns-verify-zone', ['-V1', file]),
  /** With the ZONEMD as well, which must be there. */
  'ldns-verify-zone -ZZZ': (file) => complaints('ldns-verify-zone', ['-V1', '-ZZZ', file]),
  kzonecheck: (file, origin) => complaints('kzonecheck', ['-d', 'on', '-o', origin, file]),
} satisfies Readonly<Record<string, ZoneVerifier>>;

export type VerifierName = keyof typeof ZONE_VERIFIERS;

/** Runs verifiers beside each other. */
export async function peersComplaints(
  names: readonly VerifierName[],
  file: string,
  origin: string,
): Promise<string> {
  const answers = await Promise.all(names.map((name) => ZONE_VERIFIERS[name](file, origin)));
  return answers.join('');
}
