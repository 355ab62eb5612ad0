/** Algorithm number whose key tag is not a sum (RFC 4034 appendix B.1). */
const RSAMD5 = 1;
const REVOKE = 0x0080;

/** The key tag of a DNSKEY's RDATA (RFC 4034 appendix B). Tags are no identities: two keys of a zone can share one. */
export function keyTag(rdata: Uint8Array): number {
  if (rdata[3] === RSAMD5) return ((rdata.at(-3) ?? 0) << 8) | (rdata.at(-2) ?? 0);
  let sum = 0;
  for (let i = 0; i < rdata.length; i++) sum += (i & 1) === 0 ? rdata[i]! << 8 : rdata[i]!;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** The key tag that the same key has once its REVOKE bit is set (RFC 5011 section 3). */
export function revokedKeyTag(rdata: Uint8Array): number {
  const revoked = Uint8Array.from(rdata);
  revoked[1] = (revoked[1] ?? 0) | REVOKE;
  return keyTag(revoked);
}
