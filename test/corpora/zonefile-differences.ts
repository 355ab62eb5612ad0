/** Where we read a file of the corpora otherwise than the peer that it comes from. `docs/peers-differences.md` has the RFCs. */

/** Good files that we cannot read. */
export const UNREADABLE: Readonly<Record<string, string>> = {
  // A signature time in the year 10, between binary garbage (RFC 4034 section 3.1.5).
  'zonefile-good/bind-checkzone/crashzone.db': 'syntax/time',
};

/** Whole zones that a peer accepts and a signer must refuse. */
export const REFUSED_ZONES: Readonly<Record<string, string>> = {
  ...UNREADABLE,
  'zonefile-good/bind-checkzone/delegating-ns-address-below-dname.db': 'zone/below-dname',
  'zonefile-good/bind-checkzone/good-occulted-ns-by-dname.db': 'zone/below-dname',
  'zonefile-good/bind-checkzone/good1.db': 'zone/dname-and-ns',
  // Knot accepts it for the zone that it guesses; for the one of the manifest, it refuses it too.
  'zonefile-good/knot-semantic/soa.relative': 'zone/out-of-zone',
};

/** Zones without any TTL, which BIND refuses as we do: they are read with a default TTL. */
export const WITHOUT_TTL: ReadonlySet<string> = new Set([
  'zonefile-good/knot-semantic/soa.nonfirst',
  'zonefile-good/knot-semantic/soa.relative',
]);

/** Bad files that we accept. */
export const ACCEPTED_BAD: Readonly<Record<string, string>> = {
  'zonefile-bad/bind-checkzone/bad-cname-and-key.db': 'KEY may stand beside CNAME (RFC 4035 section 2.5)',
};

/** Files that are refused for their syntax by the peer, and as zones by us. */
export const BAD_AS_ZONES: ReadonlySet<string> = new Set([
  'zonefile-bad/bind-checkzone/bad-nsec3-length.db',
  'zonefile-bad/bind-checkzone/bad-svcb-mandatory.db',
  'zonefile-bad/bind-master/master15.data',
  ...['00-2_general', '04-1_ORIGIN', '04-2_ORIGIN', '06-1_INCLUDE', '06-2_INCLUDE', '06-5_INCLUDE'].map(
    (name) => `zonefile-bad/knot-libzscanner/${name}.in`,
  ),
]);

// What dnspython writes has DS without a delegation and an NSEC3 hash of five octets.
const notAZone = ['zone/ds-without-delegation', 'zone/nsec3-hash-length'];

/** Files on which full implementations disagree, and why we refuse them. */
export const CONTESTED: Readonly<Record<string, readonly string[]>> = {
  'zonefile-contested/dnspython/example1.good': notAZone,
  'zonefile-contested/dnspython/example2.good': notAZone,
  'zonefile-contested/dnspython/example3.good': notAZone,
  'zonefile-contested/dnspython/example4.good': notAZone,
  // An RDATA that is not what its type has (RFC 3597 section 5), as BIND and NSD find.
  'zonefile-contested/ldns/08-zonereader.inputzone': ['wire/short'],
  'zonefile-contested/ldns/20-sign-zone.db': ['wire/short'],
  'zonefile-contested/ldns/14-read-zone.db': ['zone/cname-and-other-data'],
  // No TTL is stated.
  'zonefile-contested/ldns/29-generic-rdata-tab.db': ['zone/no-ttl'],
  // Character strings over 255 octets (RFC 1035 section 3.3).
  'real/secpoll.powerdns.com.zone': ['syntax/string-too-long'],
};

export interface ScannerDifference {
  /** Records that Knot reads and we do not. */
  readonly missing: number;
  /** Records that we read and Knot does not. */
  readonly extra: number;
  readonly errors: number;
  readonly why: string;
}

const difference = (missing: number, extra: number, errors: number, why: string): ScannerDifference => ({
  missing,
  extra,
  errors,
  why,
});

const base64 = 'base64 may be split anywhere (RFC 4034 section 2.2)';
const names = 'names are made of any octets (RFC 2181 section 11)';
const relative = 'origins may be relative (RFC 1035 section 5.1)';
const ttl = 'TTLs end at 2147483647 (RFC 2181 section 8)';
const included = 'an error in an included file is told once';
const unregistered = 'the type is not in the IANA registry';

/** Files of Knot's scanner where not everything is the same. */
export const SCANNER_DIFFERENCES: Readonly<Record<string, ScannerDifference>> = {
  '00-0_general': difference(0, 1, 2, 'parentheses may be nested, as in BIND; Knot stops at them'),
  '00-2_general': difference(0, 0, 0, 'lines may end in CR LF'),
  '01_owner': difference(0, 6, 12, names),
  '02_class': difference(0, 1, 1, 'CLASS1 is IN (RFC 3597 section 5)'),
  '03_rrttl': difference(1, 0, 6, ttl),
  '04-0_ORIGIN': difference(0, 1, 1, 'Knot stops at the error, we go on'),
  '04-1_ORIGIN': difference(0, 0, 0, relative),
  '04-2_ORIGIN': difference(0, 0, 0, relative),
  '05-0_TTL': difference(1, 1, 2, ttl),
  '06-1_INCLUDE': difference(0, 3, 0, relative),
  '06-2_INCLUDE': difference(0, 3, 0, relative),
  '06-6_INCLUDE': difference(0, 0, 1, included),
  '06-7_INCLUDE': difference(0, 0, 1, included),
  '12_TXT': difference(
    3,
    1,
    11,
    'strings end with their line, and have 255 octets at the most (RFC 1035 section 3.3)',
  ),
  '14_NS': difference(0, 5, 13, names),
  '18_MX': difference(0, 1, 6, names),
  '26_SRV': difference(0, 1, 11, names),
  '29_CERT': difference(0, 1, 16, base64),
  '30_KEY': difference(0, 1, 15, base64),
  '31_DNSKEY': difference(0, 1, 15, base64),
  '34_SSHFP': difference(
    0,
    1,
    8,
    'an unassigned type may have an empty fingerprint (RFC 4255 section 3.1.3)',
  ),
  '36_RRSIG': difference(0, 3, 22, `${names}, ${base64}, times are modulo 2^32 (RFC 4034 section 3.1.5)`),
  '37_NSEC': difference(5, 0, 10, 'a bitmap has one window at the least (RFC 4034 section 4.1.2)'),
  '38_DHCID': difference(0, 1, 11, base64),
  '39_NSEC3': difference(14, 0, 38, 'hashes have no padding (RFC 5155 section 3.3)'),
  '42_LOC': difference(3, 0, 28, 'latitudes end at 90 degrees (RFC 1876 section 2)'),
  '47_L64': difference(0, 1, 9, 'groups may have fewer than four digits (RFC 6742 section 2.3.2)'),
  '49_CDS': difference(0, 1, 9, 'CDS 0 0 0 0 is how RFC 8078 section 4 writes deletion'),
  '50_CDNSKEY': difference(0, 1, 15, base64),
  '52_CAA': difference(1, 0, 6, 'a tag has one character at the least (RFC 8659 section 4.1)'),
  '56_ZONEMD': difference(6, 0, 15, 'a digest has 12 octets at the least (RFC 8976 section 2.2.4)'),
  '57_SVCB': difference(2, 3, 57, 'no-default-alpn needs alpn, dohpath is a template (RFC 9460, RFC 9461)'),
  '58_HTTPS': difference(1, 0, 6, 'dohpath is a template (RFC 9461 section 5)'),
  '62_ALIAS': difference(4, 0, 5, unregistered),
  '63_DELEG': difference(7, 0, 17, unregistered),
};
