import type { FindingKinds } from './kind.ts';

/** About the DNSKEY RRset. */
export const DNSKEY_FINDINGS = {
  'dnskey/protocol': {
    severity: 'error',
    reference: 'RFC 4034 section 2.1.2',
    meaning: 'the Protocol field of a DNSKEY is not 3, so that validators ignore the key',
    cure: 'publish the key with protocol 3',
  },
  'dnskey/not-a-zone-key': {
    severity: 'warning',
    reference: 'RFC 4034 section 2.1.1',
    meaning: 'a DNSKEY does not have the ZONE flag, so that it can sign nothing in the zone',
    cure: 'set the flag (256 or 257), or remove the key',
  },
  'dnskey/malformed': {
    severity: 'error',
    reference: 'RFC 4034 section 2.1.4',
    meaning: 'the public key of a DNSKEY is malformed',
    cure: 'publish the key as its key file has it',
  },
  'dnskey/short': {
    severity: 'warning',
    reference: 'RFC 6781 section 3.4.2',
    meaning: 'an RSA key is shorter than 2048 bits',
    cure: 'roll to a longer key, or to ECDSAP256SHA256',
  },
  'dnskey/exponent': {
    severity: 'error',
    reference: 'RFC 3110 section 2',
    meaning: 'an RSA key has an exponent so long that some validators refuse its signatures',
    cure: 'roll to a key with the exponent 65537, or to ECDSAP256SHA256',
  },
  'dnskey/small-exponent': {
    severity: 'note',
    reference: 'RFC 8017 section 8.2.2, CVE-2006-4339',
    meaning: 'an RSA key has the exponent 3, with which careless validators take forged signatures for good',
    cure: 'roll to a key with the exponent 65537, or to ECDSAP256SHA256',
  },
  'dnskey/leading-zeros': {
    severity: 'warning',
    reference: 'RFC 3110 section 2',
    meaning: 'the exponent or the modulus of an RSA key has leading zeros, which are prohibited',
    cure: 'publish the key without them: it is another key then, with another key tag',
  },
  'dnskey/deprecated-algorithm': {
    severity: 'warning',
    reference: 'RFC 9905',
    meaning: 'the algorithm of a key is deprecated, and validators stop supporting it',
    cure: 'roll to ECDSAP256SHA256',
  },
  'dnskey/not-recommended': {
    severity: 'note',
    reference: 'RFC 8624 section 3.1',
    meaning: 'the algorithm of a key is not recommended for signing',
    cure: 'roll to ECDSAP256SHA256',
  },
  'dnskey/unsupported-algorithm': {
    severity: 'note',
    reference: 'RFC 4035 section 5.2',
    meaning: 'the algorithm of a key is not supported here, and its signatures were not verified',
    cure: 'use an algorithm that validators support',
  },
  'dnskey/nothing-supported': {
    severity: 'warning',
    reference: 'RFC 4035 section 5.2',
    meaning: 'no key of the zone has a supported algorithm: validators take the zone for unsigned',
    cure: 'sign the zone with ECDSAP256SHA256',
  },
  'dnskey/same-tag': {
    severity: 'note',
    reference: 'RFC 4034 appendix B',
    meaning: 'several keys of one algorithm share their key tag: validators must try them all',
    cure: 'replace one of the keys at the next rollover',
  },
  'dnskey/many-same-tag': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1, CVE-2023-50387',
    meaning: 'more keys of one algorithm share their key tag than some validators try',
    cure: 'replace keys until no two have one tag',
  },
  'dnskey/revoked': {
    severity: 'note',
    reference: 'RFC 5011 section 2.1',
    meaning: 'a key is revoked: it signs nothing but the DNSKEY RRset',
    cure: 'remove the key once validators have seen the revocation',
  },
  'dnskey/revoked-not-signing': {
    severity: 'warning',
    reference: 'RFC 5011 section 2.1',
    meaning: 'a revoked key does not sign the DNSKEY RRset, so that nobody takes notice of the revocation',
    cure: 'sign the DNSKEY RRset with the revoked key too',
  },
  'dnskey/missing': {
    severity: 'error',
    reference: 'RFC 4035 section 2.1',
    meaning:
      'signatures are by a key that the DNSKEY RRset does not have, and nothing else signs what they cover',
    cure: 'publish the key, or sign the zone again with the keys that are published',
  },
  'dnskey/no-sep': {
    severity: 'note',
    reference: 'RFC 4034 section 2.1.1',
    meaning: 'no key with the SEP flag signs the DNSKEY RRset: some tools look for one',
    cure: 'set the SEP flag on the key that the parent points to',
  },
  'dnskey/large': {
    severity: 'note',
    reference: 'RFC 9715 section 3.1',
    meaning:
      'the DNSKEY RRset with its signatures does not fit into 1400 octets, so that answers may need TCP',
    cure: 'use ECDSAP256SHA256, or fewer keys',
  },
  'dnskey/not-self-signed': {
    severity: 'error',
    reference: 'RFC 4035 section 5.2',
    meaning: 'no key of the zone has a valid signature over the DNSKEY RRset',
    cure: 'sign the zone again with its KSK',
  },
} as const satisfies FindingKinds;
