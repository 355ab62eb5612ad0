import { SEP_FLAG, ZONE_FLAG } from '../dnssec/dnskey.ts';

/** What a key signs: a KSK the DNSKEY, CDS and CDNSKEY RRsets, a ZSK the rest, a CSK all. */
export type Role = (typeof ROLES)[number];

export const ROLES = ['ksk', 'zsk', 'csk'] as const;

/** The Flags field of a key with this role (RFC 4034 section 2.1.1). */
export function flagsOfRole(role: Role): number {
  return role === 'zsk' ? ZONE_FLAG : ZONE_FLAG | SEP_FLAG;
}

/** The role that the flags alone tell. A CSK looks like a KSK: only a `.state` file knows better. */
export function roleOfFlags(flags: number): Role {
  return (flags & SEP_FLAG) === 0 ? 'zsk' : 'ksk';
}

/** The role from the `KSK:` and `ZSK:` lines of a `.state` file, where it has them, else from the flags. */
export function roleOfKey(
  flags: number,
  state: { readonly ksk?: boolean; readonly zsk?: boolean } = {},
): Role {
  const byFlags = roleOfFlags(flags);
  const ksk = state.ksk ?? byFlags === 'ksk';
  const zsk = state.zsk ?? byFlags === 'zsk';
  if (ksk && zsk) return 'csk';
  return ksk === zsk ? byFlags : ksk ? 'ksk' : 'zsk';
}

/** Whether a key with this role signs the DNSKEY, CDS and CDNSKEY RRsets, and so has its DS at the parent. */
export function signsKeys(role: Role): boolean {
  return role !== 'zsk';
}

/** Whether a key with this role signs the RRsets of the zone. */
export function signsZone(role: Role): boolean {
  return role !== 'ksk';
}
