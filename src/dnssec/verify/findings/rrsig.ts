import { SIGN_AGAIN, type FindingKinds } from './kind.ts';

/** About signatures. */
export const RRSIG_FINDINGS = {
  'rrsig/missing': {
    severity: 'error',
    reference: 'RFC 4035 section 2.2',
    meaning: 'the RRset has no signature by a key of the zone',
    cure: SIGN_AGAIN,
  },
  'rrsig/missing-algorithm': {
    severity: 'error',
    reference: 'RFC 4035 section 2.2',
    meaning: 'the RRset is not signed by every algorithm of the DNSKEY RRset',
    cure: 'sign the zone again with keys of all its algorithms',
  },
  'rrsig/invalid': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.3',
    meaning: 'the signature does not fit the RRset and the key',
    cure: SIGN_AGAIN,
  },
  'rrsig/expired': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'the signature has expired',
    cure: SIGN_AGAIN,
  },
  'rrsig/not-yet-valid': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'the signature is not valid yet',
    cure: 'check the clock, or wait until the inception time',
  },
  'rrsig/validity-period': {
    severity: 'error',
    reference: 'RFC 4034 section 3.1.5',
    meaning: 'the signature expires before its inception',
    cure: SIGN_AGAIN,
  },
  'rrsig/expires-soon': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'the signature expires sooner than the least validity that was asked for',
    cure: SIGN_AGAIN,
  },
  'rrsig/too-many-tries': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1, CVE-2023-50387',
    meaning:
      'validators give up over the signatures of the RRset, or keys of one tag, before they come to this one',
    cure: 'remove needless signatures and keys with one tag, and sign the zone again',
  },
  'rrsig/labels': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'the Labels field of the signature does not fit its owner',
    cure: SIGN_AGAIN,
  },
  'rrsig/signer-name': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1',
    meaning: "the Signer's Name of the signature is not the zone",
    cure: SIGN_AGAIN,
  },
  'rrsig/redundant': {
    severity: 'warning',
    reference: 'RFC 4035 section 5.3.3',
    meaning: 'the signature is useless, but another one by its algorithm is valid',
    cure: 'remove the signature',
  },
  'rrsig/unknown-key': {
    severity: 'warning',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'the key of the signature is not in the DNSKEY RRset',
    cure: 'publish the key, or remove the signature',
  },
  'rrsig/unusable-key': {
    severity: 'warning',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'the key of the signature must not sign this RRset',
    cure: 'remove the signature',
  },
  'rrsig/original-ttl': {
    severity: 'error',
    reference: 'RFC 4035 section 2.2',
    meaning: 'the Original TTL field of the signature differs from the TTL of the RRset',
    cure: SIGN_AGAIN,
  },
  'rrsig/ttl': {
    severity: 'error',
    reference: 'RFC 4035 section 2.2',
    meaning: 'the TTL of the signature differs from that of the RRset',
    cure: SIGN_AGAIN,
  },
  'rrsig/duplicate': {
    severity: 'note',
    reference: 'RFC 4035 section 2.2',
    meaning: 'a key has signed the RRset several times',
    cure: 'remove the older signatures',
  },
  'rrsig/superfluous': {
    severity: 'note',
    reference: 'RFC 4035 section 2.2',
    meaning: 'several keys of one algorithm sign the RRset, where one is enough',
    cure: 'sign with one ZSK an algorithm',
  },
  'rrsig/ttl-beyond-expiration': {
    severity: 'warning',
    reference: 'RFC 4035 section 5.3.3',
    meaning:
      'the signature expires before the TTL of the RRset is over, so that caches drop the RRset early and all at once',
    cure: SIGN_AGAIN,
  },
  'rrsig/recent-inception': {
    severity: 'note',
    reference: 'RFC 4035 section 5.3.1',
    meaning: 'a signature begins so shortly before now that validators with a slow clock refuse it',
    cure: 'sign with an inception an hour in the past',
  },
  'rrsig/long-validity': {
    severity: 'note',
    reference: 'RFC 6781 section 4.4.2',
    meaning: 'the signature is valid for more than half a year, in which it can be replayed',
    cure: 'sign more often, for a month or less',
  },
  'rrsig/orphan': {
    severity: 'warning',
    reference: 'RFC 4035 section 2.2',
    meaning: 'the signature covers a type that its owner does not have',
    cure: 'remove the signature',
  },
  'rrsig/over-rrsig': {
    severity: 'error',
    reference: 'RFC 4035 section 2.2',
    meaning: 'signatures must not be signed',
    cure: 'remove the signature',
  },
  'rrsig/over-delegation': {
    severity: 'error',
    reference: 'RFC 4035 section 2.2',
    meaning: 'at a delegation nothing but DS and NSEC may be signed',
    cure: 'remove the signature',
  },
  'rrsig/over-occluded': {
    severity: 'error',
    reference: 'RFC 4035 section 2.2',
    meaning: 'glue, and what else is below a delegation, must not be signed',
    cure: 'remove the signature',
  },
  'rrsig/below-dname': {
    severity: 'warning',
    reference: 'RFC 6672 section 2.4',
    meaning: 'the signature is below a DNAME, where nothing can be found',
    cure: 'remove the signature and the records that it covers',
  },
} as const satisfies FindingKinds;
