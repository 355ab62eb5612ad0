import type { SourceLocation } from '../../errors.ts';
import { algorithmLabel } from '../algorithms.ts';

/**
 * `error`: some validator or parent refuses the zone, or the zone breaks a MUST of DNSSEC. `warning`: it validates, but something is wrong or
 * dangerous. `note`: worth knowing.
 */
export type Severity = 'error' | 'warning' | 'note';

export interface FindingKind {
  readonly severity: Severity;
  /** Where the rule is. */
  readonly reference: string;
  /** What is wrong, as one sentence without its period. */
  readonly meaning: string;
  /** What to do about it. */
  readonly cure: string;
}

const SIGN_AGAIN = 'sign the zone again';

/** The one table of what verification can find. Codes are stable. */
export const FINDINGS = {
  'zone/unsigned': {
    severity: 'error',
    reference: 'RFC 4035 section 2.1',
    meaning: 'the zone is not signed: it has no DNSKEY at its apex',
    cure: 'sign the zone',
  },
  'zone/digest-only': {
    severity: 'warning',
    reference: 'RFC 8976 section 4',
    meaning: 'the zone has a digest but no DNSSEC signatures: the digest shows accidents, not forgeries',
    cure: 'sign the zone',
  },
  'zone/soa': {
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    meaning: 'the zone must have exactly one SOA record at its apex',
    cure: 'leave one SOA record',
  },
  'zone/no-ns': {
    severity: 'error',
    reference: 'RFC 1035 section 4.2.1',
    meaning: 'the zone has no NS record at its apex',
    cure: 'add the NS records',
  },
  'zone/out-of-zone': {
    severity: 'warning',
    reference: 'RFC 1035 section 5.2',
    meaning: 'a record does not belong to the zone, and servers ignore it or refuse the zone',
    cure: 'remove the record',
  },
  'zone/mixed-ttls': {
    severity: 'warning',
    reference: 'RFC 2181 section 5.2',
    meaning: 'the records of the RRset have different TTLs',
    cure: 'give them one TTL and sign the zone again',
  },
  'zone/edited': {
    severity: 'error',
    reference: 'RFC 4035 section 2',
    meaning:
      'the zone was changed after it was signed: signatures and denial of existence are those of another version',
    cure: 'change the unsigned zone, and sign that again',
  },
  'zone/single-ns': {
    severity: 'note',
    reference: 'RFC 2182 section 5',
    meaning: 'the zone has one name server only',
    cure: 'add a second name server in another network',
  },
  'zone/host-name': {
    severity: 'warning',
    reference: 'RFC 1123 section 2.1',
    meaning: 'the name is no host name: it has other characters than letters, digits and hyphens',
    cure: 'correct the name',
  },
  'zone/ns-address': {
    severity: 'error',
    reference: 'RFC 1035 section 3.3.11',
    meaning: 'an NS record names an address, not a host',
    cure: 'name a host, and give it address records',
  },
  'zone/mx-address': {
    severity: 'warning',
    reference: 'RFC 1035 section 3.3.9',
    meaning: 'an MX record names an address, not a host',
    cure: 'name a host, and give it address records',
  },
  'zone/soa-mailbox': {
    severity: 'warning',
    reference: 'RFC 1035 section 3.3.13',
    meaning: 'the RNAME of the SOA record is no mail address with a dot in place of its "@"',
    cure: 'write hostmaster@example.com as hostmaster.example.com',
  },
  'zone/soa-times': {
    severity: 'note',
    reference: 'RFC 1912 section 2.2, RFC 2308 section 5',
    meaning: 'the times of the SOA record do not fit together',
    cure: 'choose RETRY < REFRESH < EXPIRE, and a MINIMUM of a day or less',
  },
  'zone/inner-wildcard': {
    severity: 'warning',
    reference: 'RFC 4592 section 2.1.1',
    meaning: 'an asterisk is no wildcard where it is not the first label of a name',
    cure: 'put the asterisk first, or remove it',
  },
  'zone/spf-type': {
    severity: 'warning',
    reference: 'RFC 7208 section 3.1',
    meaning: 'an SPF record has no TXT record beside it, which is all that mail servers look at',
    cure: 'publish the policy as a TXT record',
  },
  'zone/several-spf': {
    severity: 'warning',
    reference: 'RFC 7208 section 4.5',
    meaning: 'a name has several SPF policies, so that mail servers take none',
    cure: 'join them into one TXT record',
  },
  'zone/rp-text': {
    severity: 'warning',
    reference: 'RFC 1183 section 2.2',
    meaning: 'an RP record refers to a TXT record that the zone does not have',
    cure: 'add the TXT record, or put "." in its place',
  },
  'zone/tlsa-owner': {
    severity: 'warning',
    reference: 'RFC 6698 section 3',
    meaning: 'a TLSA record is not at a name of the form _port._protocol',
    cure: 'move the record to the name of its service',
  },

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
  'dnskey/deprecated-algorithm': {
    severity: 'warning',
    reference: 'RFC 9905',
    meaning: 'the algorithm of a key is deprecated, and validators stop supporting it',
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

  'ds/no-match': {
    severity: 'error',
    reference: 'RFC 4035 section 5.2',
    meaning: 'no DS of this algorithm and digest type stands for a key that signs the DNSKEY RRset',
    cure: 'correct the DS records at the parent, or sign with the key they stand for',
  },
  'ds/unmatched': {
    severity: 'note',
    reference: 'RFC 4035 section 5.2',
    meaning: 'a DS stands for no key that signs the DNSKEY RRset, but another one does',
    cure: 'remove the DS from the parent unless a rollover needs it',
  },
  'ds/revoked': {
    severity: 'warning',
    reference: 'RFC 5011 section 2.1',
    meaning: 'a DS stands for a key that is revoked, which validators do not take as an entry to the zone',
    cure: 'remove the DS from the parent, once it has that of another key',
  },
  'ds/not-sep': {
    severity: 'note',
    reference: 'RFC 4034 section 2.1.1',
    meaning: 'a DS stands for a key without the SEP flag',
    cure: 'set the SEP flag on keys that the parent points to',
  },
  'ds/unsupported': {
    severity: 'note',
    reference: 'RFC 4035 section 5.2',
    meaning: 'the algorithm or digest type of a DS is not supported',
    cure: 'use digest type 2 (SHA-256)',
  },
  'ds/nothing-supported': {
    severity: 'warning',
    reference: 'RFC 4035 section 5.2',
    meaning: 'no DS has a supported algorithm and digest type: validators take the zone for unsigned',
    cure: 'add a DS with digest type 2 (SHA-256)',
  },
  'ds/deprecated-digest': {
    severity: 'warning',
    reference: 'RFC 9905',
    meaning: 'all DS records use SHA-1, which validators stop supporting',
    cure: 'add a DS with digest type 2 (SHA-256)',
  },
  'ds/at-apex': {
    severity: 'error',
    reference: 'RFC 4035 section 2.4',
    meaning: 'a DS RRset must not be at the apex: it belongs to the parent',
    cure: 'remove the DS records',
  },
  'ds/no-delegation': {
    severity: 'warning',
    reference: 'RFC 4035 section 2.4',
    meaning: 'a DS RRset is at a name that is no delegation',
    cure: 'remove the DS records, or add the NS records of the delegation',
  },
  'anchor/no-match': {
    severity: 'error',
    reference: 'RFC 4035 section 5',
    meaning: 'no trust anchor is a key that signs the DNSKEY RRset',
    cure: 'correct the trust anchors, or sign with a key that they name',
  },
  'anchor/unmatched': {
    severity: 'note',
    reference: 'RFC 4035 section 5',
    meaning: 'a trust anchor is no key that signs the DNSKEY RRset, but another one is',
    cure: 'remove the trust anchor unless a rollover needs it',
  },

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
    severity: 'warning',
    reference: 'RFC 4034 section 3.1.4',
    meaning: 'the Original TTL field of the signature differs from the TTL of the RRset',
    cure: SIGN_AGAIN,
  },
  'rrsig/ttl': {
    severity: 'warning',
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

  'denial/none': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'the zone has neither an NSEC nor an NSEC3 chain',
    cure: SIGN_AGAIN,
  },
  'denial/mixed': {
    severity: 'warning',
    reference: 'RFC 5155 section 10.4',
    meaning: 'the zone has both NSEC and NSEC3 records, as during a transition',
    cure: 'finish the transition: leave one kind',
  },
  'nsec/missing': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'the name has no NSEC record',
    cure: SIGN_AGAIN,
  },
  'nsec/multiple': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'the name has more than one NSEC record',
    cure: SIGN_AGAIN,
  },
  'nsec/next': {
    severity: 'error',
    reference: 'RFC 4034 section 4.1.1',
    meaning: 'the NSEC record does not point to the next name of the zone',
    cure: SIGN_AGAIN,
  },
  'nsec/bitmap': {
    severity: 'error',
    reference: 'RFC 4034 section 4.1.2',
    meaning: 'the Type Bit Maps field of the NSEC record does not list the types of its owner',
    cure: SIGN_AGAIN,
  },
  'nsec/occluded': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'an NSEC record is below a delegation or a DNAME',
    cure: 'remove the record and sign the zone again',
  },
  'nsec/no-data': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'an NSEC record is at a name that has no other data',
    cure: 'remove the record and sign the zone again',
  },
  'nsec/out-of-zone': {
    severity: 'error',
    reference: 'RFC 4035 section 2.3',
    meaning: 'an NSEC or NSEC3 record is outside of the zone',
    cure: 'remove the record',
  },
  'nsec/ttl': {
    severity: 'warning',
    reference: 'RFC 9077 section 3.1',
    meaning: 'the TTL of the NSEC record is not the smaller of SOA minimum and SOA TTL',
    cure: SIGN_AGAIN,
  },
  'nsec3/no-param': {
    severity: 'error',
    reference: 'RFC 5155 section 4',
    meaning: 'no NSEC3PARAM names a chain of the zone, so that servers cannot use any',
    cure: SIGN_AGAIN,
  },
  'nsec3/param-without-chain': {
    severity: 'error',
    reference: 'RFC 5155 section 4',
    meaning: 'an NSEC3PARAM names a chain that the zone does not have',
    cure: SIGN_AGAIN,
  },
  'nsec3/param-flags': {
    severity: 'warning',
    reference: 'RFC 5155 section 4.1.2',
    meaning: 'the Flags field of an NSEC3PARAM is not zero, so that servers may ignore it',
    cure: SIGN_AGAIN,
  },
  'nsec3/extra-chain': {
    severity: 'warning',
    reference: 'RFC 5155 section 7.1',
    meaning: 'NSEC3 records have parameters that no NSEC3PARAM names',
    cure: 'remove the records',
  },
  'nsec3/hash-algorithm': {
    severity: 'error',
    reference: 'RFC 5155 section 8.1',
    meaning: 'the hash algorithm of an NSEC3 chain is not SHA-1, and validators ignore the chain',
    cure: 'sign the zone again with NSEC, or NSEC3 and hash algorithm 1',
  },
  'nsec3/owner': {
    severity: 'error',
    reference: 'RFC 5155 section 3',
    meaning: 'the owner of an NSEC3 record is no hash directly below the apex',
    cure: 'remove the record and sign the zone again',
  },
  'nsec3/flags': {
    severity: 'error',
    reference: 'RFC 5155 section 8.2',
    meaning: 'the Flags field of an NSEC3 record has unknown flags, so that validators ignore the record',
    cure: SIGN_AGAIN,
  },
  'nsec3/multiple': {
    severity: 'error',
    reference: 'RFC 5155 section 7.1',
    meaning: 'an owner has several NSEC3 records of one chain',
    cure: SIGN_AGAIN,
  },
  'nsec3/missing': {
    severity: 'error',
    reference: 'RFC 5155 section 7.1',
    meaning: 'the name has no NSEC3 record',
    cure: SIGN_AGAIN,
  },
  'nsec3/opt-out': {
    severity: 'error',
    reference: 'RFC 5155 section 6',
    meaning:
      'an insecure delegation, or a name above it, has no NSEC3 record, but is in a span that does not opt out',
    cure: SIGN_AGAIN,
  },
  'nsec3/opt-out-secure': {
    severity: 'error',
    reference: 'RFC 5155 section 6',
    meaning: 'a secure delegation is in an opt-out span, so that anybody can make it insecure',
    cure: SIGN_AGAIN,
  },
  'nsec3/orphan': {
    severity: 'error',
    reference: 'RFC 5155 section 7.1',
    meaning: 'the NSEC3 record belongs to no name of the zone',
    cure: SIGN_AGAIN,
  },
  'nsec3/next': {
    severity: 'error',
    reference: 'RFC 5155 section 3.1.7',
    meaning: 'the NSEC3 record does not point to the next hash of the chain',
    cure: SIGN_AGAIN,
  },
  'nsec3/bitmap': {
    severity: 'error',
    reference: 'RFC 5155 section 3.1.8',
    meaning: 'the Type Bit Maps field of the NSEC3 record does not list the types of its name',
    cure: SIGN_AGAIN,
  },
  'nsec3/iterations': {
    severity: 'warning',
    reference: 'RFC 9276 section 3.1',
    meaning: 'the NSEC3 chain has additional iterations, which help nobody and which validators may refuse',
    cure: 'sign the zone again with 0 iterations',
  },
  'nsec3/iterations-excessive': {
    severity: 'error',
    reference: 'RFC 9276 section 3.2',
    meaning:
      'the NSEC3 chain has so many iterations that validators answer as if the zone were unsigned, or not at all',
    cure: 'sign the zone again with 0 iterations',
  },
  'nsec3/salt': {
    severity: 'warning',
    reference: 'RFC 9276 section 3.1',
    meaning: 'the NSEC3 chain has a salt, which helps nobody',
    cure: 'sign the zone again without a salt',
  },
  'nsec3/ttl': {
    severity: 'warning',
    reference: 'RFC 9077 section 3.1',
    meaning: 'the TTL of the NSEC3 record is not the smaller of SOA minimum and SOA TTL',
    cure: SIGN_AGAIN,
  },

  'cds/no-match': {
    severity: 'error',
    reference: 'RFC 7344 section 4.1',
    meaning:
      'a parent that follows these records breaks the zone: none of this algorithm stands for a signing key',
    cure: 'publish the CDS and CDNSKEY of the keys that sign the DNSKEY RRset',
  },
  'cds/unmatched': {
    severity: 'note',
    reference: 'RFC 7344 section 4.1',
    meaning: 'the record stands for no key that signs the DNSKEY RRset, but another one does',
    cure: 'remove the record unless a rollover needs it',
  },
  'cds/disagree': {
    severity: 'error',
    reference: 'RFC 7344 section 4',
    meaning: 'CDS and CDNSKEY do not stand for the same keys',
    cure: 'publish both for the same keys',
  },
  'cds/signer': {
    severity: 'error',
    reference: 'RFC 7344 section 4.1',
    meaning: 'the RRset is not signed by a key that the parent points to, so that the parent must ignore it',
    cure: 'sign the RRset with the KSK',
  },
  'cds/delete': {
    severity: 'error',
    reference: 'RFC 8078 section 4',
    meaning: 'a delete request must be the only record and have the fixed form',
    cure: 'publish "CDS 0 0 0 00" and "CDNSKEY 0 3 0 AA==" alone, or remove them',
  },
  'cds/delete-request': {
    severity: 'note',
    reference: 'RFC 8078 section 4',
    meaning: 'the zone asks its parent to remove all DS records',
    cure: 'remove the record if the zone shall stay secure',
  },
  'cds/unsupported': {
    severity: 'note',
    reference: 'RFC 7344 section 3.1',
    meaning: 'the digest type of a CDS is not supported',
    cure: 'use digest type 2 (SHA-256)',
  },

  'zonemd/serial': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'the serial of the ZONEMD is not that of the SOA',
    cure: 'make the ZONEMD anew',
  },
  'zonemd/duplicate': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'several ZONEMD records have the same scheme and hash algorithm',
    cure: 'leave one ZONEMD of each kind',
  },
  'zonemd/digest': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'the digest of the ZONEMD is not that of the zone',
    cure: 'make the ZONEMD anew',
  },
  'zonemd/unsupported': {
    severity: 'note',
    reference: 'RFC 8976 section 4',
    meaning: 'the scheme or hash algorithm of a ZONEMD is not supported',
    cure: 'use scheme 1 with hash algorithm 1 (SHA-384)',
  },
  'zonemd/unverifiable': {
    severity: 'error',
    reference: 'RFC 8976 section 4',
    meaning: 'no ZONEMD has a supported scheme and hash algorithm, so that the zone cannot be verified',
    cure: 'use scheme 1 with hash algorithm 1 (SHA-384)',
  },

  'timing/clock': {
    severity: 'error',
    reference: 'RFC 4035 section 5.3.1',
    meaning:
      'the signatures are not valid yet, but soon: the clock of the signer is fast, or the one here slow',
    cure: 'set the clocks, and sign the zone again with an inception in the past',
  },
  'timing/ends-soon': {
    severity: 'warning',
    reference: 'RFC 6781 section 4.4.2',
    meaning: 'if the nightly job stops tonight, the zone fails within three days',
    cure: 'sign the zone again, and watch the job that signs it',
  },
  'timing/soa-expire': {
    severity: 'note',
    reference: 'RFC 6781 section 4.4.2',
    meaning: 'a secondary that loses its primary serves the zone longer than its signatures are valid',
    cure: 'shorten SOA EXPIRE, or sign earlier or for longer',
  },

  'cache/old-keys': {
    severity: 'error',
    reference: 'RFC 6781 section 4.1',
    meaning: 'a resolver that still holds the DNSKEY RRset of the previous version cannot validate this one',
    cure: 'publish the new DNSKEY beside the old ones first, and sign with it later',
  },
  'cache/old-data': {
    severity: 'error',
    reference: 'RFC 6781 section 4.1',
    meaning:
      'a resolver that still holds RRsets of the previous version cannot validate them with the DNSKEY RRset of this one',
    cure: 'leave the old DNSKEY in the zone until its signatures have left all caches',
  },
  'cache/ds': {
    severity: 'error',
    reference: 'RFC 6781 section 4.1.2',
    meaning: 'a resolver that holds the DS RRset of the previous version cannot validate this one',
    cure: 'keep a key that the DS stands for signing the DNSKEY RRset until the parent has the DS of the new one',
  },
  'cache/serial': {
    severity: 'warning',
    reference: 'RFC 1982 section 3',
    meaning:
      'the serial is not greater than that of the previous version, so that secondaries do not fetch this one',
    cure: 'increase the serial',
  },
  'cache/previous-bogus': {
    severity: 'warning',
    reference: 'RFC 4035 section 5',
    meaning:
      'the previous version is bogus with these DS records itself: only what this version adds to that is reported',
    cure: 'verify the previous version',
  },

  'state/unrecorded': {
    severity: 'warning',
    reference: 'the rotation state',
    meaning: 'the zone is none of the versions that the rotation state has recorded',
    cure: 'sign with zonewright sign, or take the zone over with zonewright rotate --adopt',
  },
  'state/key-not-published': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'the rotation state publishes a key that is not in the zone',
    cure: SIGN_AGAIN,
  },
  'state/key-published': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'a key is in the zone that is pending or removed by the rotation state',
    cure: SIGN_AGAIN,
  },
  'state/foreign-key': {
    severity: 'note',
    reference: 'RFC 8901 section 2',
    meaning: 'a key in the zone is not known to the rotation state: it is left alone',
    cure: 'nothing, if another signer has it; else remove it from the input',
  },
  'state/key-does-not-sign': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'a key does not sign what it should by the rotation state',
    cure: SIGN_AGAIN,
  },
  'state/retired-key-signs': {
    severity: 'warning',
    reference: 'the rotation state',
    meaning: 'the zone has signatures by a key that no longer signs by the rotation state',
    cure: SIGN_AGAIN,
  },
  'state/outlives-plan': {
    severity: 'note',
    reference: 'RFC 6781 section 4.1',
    meaning: 'signatures are valid for longer than their key is planned to stay',
    cure: 'nothing, while the zone is signed again in time',
  },
  'state/no-private-key': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'the private key of a key that signs is not in the key directory',
    cure: 'bring the key file back from a backup, or start zonewright rotate --recover',
  },
  'state/spare-key': {
    severity: 'note',
    reference: 'the rotation state',
    meaning: 'the key directory has a key that the rotation state does not know yet',
    cure: 'nothing: the next run of zonewright rotate takes it as a spare',
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

export type FindingCode = keyof typeof FINDINGS;

/** One thing that verification found; plain data, complete in itself. */
export interface Finding {
  /** A `FindingCode`, or the code of a rule about unsigned zones. */
  readonly code: string;
  readonly severity: Severity;
  /** In presentation form. */
  readonly owner: string;
  /** Mnemonic of the RR type that is concerned. */
  readonly type: string;
  readonly keyTag?: number;
  readonly algorithm?: number;
  readonly found: string;
  readonly expected: string;
  readonly reference: string;
  /** What is wrong, as one sentence without its period. */
  readonly meaning: string;
  /** What to do about it; empty where nobody can tell. */
  readonly cure: string;
  readonly location?: SourceLocation;
}

/** One line in plain words: where, what is wrong, what was found and what should have been. */
export function describeFinding(finding: Finding): string {
  const { owner, type, found, expected, keyTag, algorithm, meaning, reference } = finding;
  const key = keyTag === undefined ? '' : `, key ${keyTag}`;
  const by = algorithm === undefined ? key : `${key}, ${algorithmLabel(algorithm)}`;
  const details = [found === '' ? '' : `found ${found}`, expected === '' ? '' : `expected ${expected}`];
  const comparison = details.filter((detail) => detail !== '').join(', ');
  const tail = comparison === '' ? '' : `: ${comparison}`;
  return `${owner} ${type}${by}: ${meaning}${tail} (${reference})`;
}
