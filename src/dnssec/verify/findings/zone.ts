import type { FindingKinds } from './kind.ts';

/** About records and names of the zone, whether signed or not. */
export const ZONE_FINDINGS = {
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
  'zone/single-ns-delegation': {
    severity: 'note',
    reference: 'RFC 1034 section 4.1',
    meaning: 'a delegation has one name server only',
    cure: 'ask for a second name server of the child',
  },
  'zone/same-address': {
    severity: 'note',
    reference: 'RFC 2182 section 3.1',
    meaning: 'two names of name servers have one address, so that they are one server',
    cure: 'use different servers, or remove one of the names',
  },
  'zone/private-address': {
    severity: 'note',
    reference: 'RFC 6890 section 2.2',
    meaning: 'a name server has an address that nobody can reach from the Internet',
    cure: 'give it a public address, unless the zone is for an internal network',
  },
  'zone/host-name': {
    severity: 'warning',
    reference: 'RFC 1123 section 2.1',
    meaning: 'the name is no host name: it has other characters than letters, digits and hyphens',
    cure: 'correct the name',
  },
  'zone/reserved-name': {
    severity: 'note',
    reference: 'RFC 5890 section 2.3.1, RFC 3696 section 2',
    meaning:
      'a host name is of a form that is reserved: a label like "ab--", or a top-level domain of digits',
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
  'zone/null-mx': {
    severity: 'warning',
    reference: 'RFC 7505 section 3',
    meaning: 'an MX record says that there is no mail, but does not stand alone with preference 0',
    cure: 'leave "MX 0 ." alone, or remove it',
  },
  'zone/cname-loop': {
    severity: 'warning',
    reference: 'RFC 1034 section 3.6.2',
    meaning: 'CNAME records lead in a circle, so that nothing can be found',
    cure: 'let one of them name something else',
  },
  'zone/soa-primary': {
    severity: 'note',
    reference: 'RFC 1035 section 3.3.13, RFC 2136 section 4.2',
    meaning: 'the MNAME of the SOA record is no host to send updates to',
    cure: 'name the primary server, and give it address records',
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
    meaning: 'the times of the SOA record do not fit together, or are out of bounds',
    cure: 'choose RETRY < REFRESH < EXPIRE, an EXPIRE of a week or more, and a MINIMUM of a day or less',
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
  'zone/spf-syntax': {
    severity: 'warning',
    reference: 'RFC 7208 section 4.6',
    meaning: 'an SPF policy has an error in its form, so that mail servers take it for broken',
    cure: 'correct the policy',
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
} as const satisfies FindingKinds;
