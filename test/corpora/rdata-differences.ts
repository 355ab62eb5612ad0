/** Cases in which we decide otherwise than the vector, and why. `docs/peers-differences.md` tells users the same. */
export interface Difference {
  /** The vector file without `.json`. */
  readonly file: string;
  /** What the case's text (for wire cases: type and hexadecimal octets) looks like. */
  readonly cases: RegExp;
  readonly reason: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    file: 'bind-rdata-text',
    cases: /^RRSIG .*(54393 example\. |076578616D706C6500)/,
    reason:
      'a signer with more labels than the Labels field says: no matter of format, for verification to report (RFC 4035 section 5.3.1)',
  },
  {
    file: 'bind-rdata-text',
    cases: /^ZONEMD 202104280[12] [05] /,
    reason: 'digest lengths are those of scheme 1 only; private schemes cut digests (RFC 8976 appendix A.3)',
  },
  {
    file: 'simdzone-cases',
    cases: /NSAP-PTR host/,
    reason: 'NSAP-PTR holds a domain name, not a string (RFC 1348)',
  },
  {
    file: 'simdzone-cases',
    cases: /SINK 64 1 Tkx/,
    reason: 'SINK has meaning, coding and subcoding (draft-ietf-dnsind-kitchen-sink-02)',
  },
  {
    file: 'simdzone-cases',
    cases: /APL 1:192/,
    reason: 'trailing zero octets are left out (RFC 3123 section 4)',
  },
  {
    file: 'simdzone-cases',
    cases: /(CDS 0 0 0 0|CDNSKEY 0 3 0 0)$/,
    reason: 'the lone 0 stands for one zero octet (RFC 8078 section 4, erratum 5049)',
  },
  {
    file: 'simdzone-cases',
    cases: /(CDS|CDNSKEY) \\# 4 /,
    reason: 'digest and key are never empty, not even to ask for deletion (RFC 8078 section 4, erratum 5049)',
  },
  {
    file: 'simdzone-cases',
    cases: /HTTPS +1 foo\.example\.com\. dohpath$/,
    reason: 'dohpath needs a value (RFC 9461 section 5)',
  },
  {
    file: 'simdzone-cases',
    cases: /HTTPS +0 \. .*no-default-alpn/,
    reason:
      'parameters in alias mode are ignored by readers, not errors (RFC 9460 section 2.4.2), and sorted (section 2.2)',
  },
  {
    file: 'simdzone-cases',
    cases: /dns-query\{[^?]+\?dns\}/,
    reason: 'that is no URI template (RFC 6570 section 2)',
  },
  {
    file: 'simdzone-cases',
    cases: / DS 60485 5 [356] | TYPE43 \\# 3[57] EC45 050?[356] | TYPE43 \\# 3[57] EC45 05 0[356] /,
    reason: 'lengths are checked of SHA-1, SHA-256 and SHA-384 digests only (RFC 4034 section 5.1.4)',
  },
  {
    file: 'simdzone-cases',
    cases: /ZONEMD 2018031500 1 0 |TYPE63 \\# 16 /,
    reason: 'a digest has 12 octets at the least (RFC 8976 section 2.2.4)',
  },
  {
    file: 'simdzone-cases',
    cases: /TXT "foo\nbar|TXT foo\\\n/,
    reason:
      'a line ends in a quoted string: most often a forgotten quote, which would swallow records (against RFC 1035 section 5.1)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /"first\nsecond"/,
    reason:
      'a line ends in a quoted string: most often a forgotten quote, which would swallow records (against RFC 1035 section 5.1)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /TXT\t"abcdefghij/,
    reason: 'a character string has 255 octets at the most and is not split silently (RFC 1035 section 3.3)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /TXT\t"""/,
    reason: 'a quote ends a string, with or without a blank behind it (RFC 1035 section 5.1)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /; Bad (dname|target|domain char)/,
    reason: 'a label may have any octet (RFC 2181 section 11)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /\tAA ==\t/,
    reason: 'base64 may be split anywhere (RFC 4034 section 2.2)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /SSHFP\t0\t0\t/,
    reason: 'a fingerprint of an unassigned type may have any length (RFC 4255 section 3.1.3)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /; Date overflow/,
    reason: 'times are taken modulo 2^32 (RFC 4034 section 3.1.5)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /(NSEC|nsec|TYPE47)\t(\.|\\0320[^\t]*|\\# 1 00)\t/,
    reason: 'NSEC names one type at the least (RFC 4034 section 4.1.2)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /(NSEC3|nsec3|TYPE50)\t.*=/,
    reason: 'the next hashed owner name has no padding (RFC 5155 section 3.3)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /LOC\t90 59|(LOC|TYPE29)\t\\# 16 00 00 00 00 00000000/,
    reason: 'latitude ends at 90 degrees, longitude at 180 (RFC 1876 section 2)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /L64\t.*; Missing hex character/,
    reason: 'leading zeros of a group may be left out (RFC 6742 section 2.3.2)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /CDS\t0\t0\t0\t0\t/,
    reason: 'RFC 8078 section 4 writes deletion so, before its erratum 5049',
  },
  {
    file: 'knot-zscanner-records',
    cases: /CAA\t0\t""/,
    reason: 'the tag of CAA is not empty (RFC 8659 section 4.1)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /(ZONEMD|zonemd|TYPE63)\t/,
    reason: 'a digest has 12 octets at the least (RFC 8976 section 2.2.4)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /key7 mandatory=key7/,
    reason: 'key7 is dohpath, which needs a value (RFC 9461 section 5)',
  },
  {
    file: 'knot-zscanner-records',
    cases: /\t(ALIAS|alias|TYPE65401)\t|\t(DELEG|deleg|DELEGPARAM|delegparam|TYPE61440)\b/,
    reason: 'types that the IANA registry does not have are written by number (RFC 3597 section 5)',
  },
  {
    file: 'miekg-parse',
    cases: /TXT "a\n bc"/,
    reason:
      'a line ends in a quoted string: most often a forgotten quote, which would swallow records (against RFC 1035 section 5.1)',
  },
  {
    file: 'miekg-parse',
    cases: /\$\/\\2\/i/,
    reason: 'a backslash and a digit begin \\DDD (RFC 1035 section 5.1)',
  },
  {
    file: 'miekg-parse',
    cases: /HINFO (A B C|AB)/,
    reason: 'HINFO has two character strings (RFC 1035 section 3.3.2)',
  },
  {
    file: 'miekg-parse',
    cases: /HTTPS 1 \. key65535$/,
    reason: 'key65535 is reserved, not malformed (RFC 9460 section 14.3.2)',
  },
  {
    file: 'miekg-parse',
    cases: /APL 2:2001:db8::\/0/,
    reason: 'bits beyond the prefix are not forbidden (RFC 3123 section 4)',
  },
];

/** Cases about what surrounds RDATA: directives, owners, TTLs, classes. Other tests look at those. */
export const OUT_OF_SCOPE: readonly Omit<Difference, 'reason'>[] = [
  { file: 'bind-rdata-text', cases: /^OPT / },
  { file: 'simdzone-cases', cases: /^\$|\n\$|^\s*(;.*)?$|^foo\. (1d|2147483648) A| TXT "dat"$/ },
  {
    file: 'knot-zscanner-records',
    cases: /^\$|\n\$|\tCH\t|\tCLASS1\t|NS \(\(@\)\)|due to previous error stop/,
  },
  { file: 'knot-zscanner-records', cases: /^@\tNS\t@\t; Use origin/ },
  { file: 'miekg-parse', cases: /^\$|\n\$| (CS|NONE) A |^\(\(m\)/ },
];
