/** A zone without a flaw. Flaws are lines that come behind it, or what stands there in place of something else. */
export const SOUND = `$ORIGIN example.
$TTL 3600
@ SOA ns1 hostmaster 1 7200 3600 1209600 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.1
ns2 A 192.0.2.2
`;
export const RICH = `@ MX 10 mail
mail A 192.0.2.3
mail AAAA 2001:db8::3
www CNAME mail
*.wild TXT "wild"
_sip._tcp SRV 0 0 5060 mail
nomail MX 0 .
sub NS ns.sub
sub NS ns1
ns.sub A 192.0.2.4
dname DNAME example.org.
_443._tcp.mail TLSA 3 1 1 ${'AB'.repeat(32)}
@ TXT "v=spf1 -all"
@ CAA 0 issue "ca.example.org"
_service PTR some_name._service.example.org.
gc._msdcs A 192.0.2.5
`;
const without = (what: RegExp): string => SOUND.replace(what, '');
const primary = (name: string): string => SOUND.replace('SOA ns1', `SOA ${name}`);
/** Records of one name, of 256 octets and more each. */
const texts = (count: number): string =>
  Array.from({ length: count }, (_, i) => `x TXT "${String(i).padStart(250, 'x')}"\n`).join('');

/** A zone with one flaw, and all findings of ours that there must be. */
export type Flaw = readonly [name: string, zone: string, codes: readonly string[]];

/** Every way to spoil a master file. */
export const FLAWS: readonly Flaw[] = [
  ['no SOA', without(/^@ SOA.*\n/m), ['zone/no-soa']],
  ['two SOAs', `${SOUND}@ SOA ns1 hostmaster 2 7200 3600 1209600 300`, ['zone/several-soas']],
  ['an SOA below the apex', `${SOUND}x SOA ns1 hostmaster 2 7200 3600 1209600 300`, ['zone/soa-not-at-apex']],
  ['no NS', without(/^@ NS.*\n/gm), ['zone/no-ns']],
  ['a primary that is no host', SOUND.replace('SOA ns1', 'SOA ns_1.example.org.'), ['zone/host-name']],
  ['a space in the mailbox', SOUND.replace('hostmaster', 'host\\032master'), ['zone/soa-mailbox']],
  ['an @ in the mailbox', SOUND.replace('hostmaster', 'hostmaster@.example.org.'), ['zone/soa-mailbox']],
  ['a mailbox at no host', SOUND.replace('hostmaster', 'me.my_host.example.org.'), ['zone/soa-mailbox']],
  ['a name server that is an alias', `${SOUND}@ NS alias\nalias CNAME ns1`, ['zone/ns-is-alias']],
  ['one of a delegation', `${SOUND}sub NS alias\nsub NS ns1\nalias CNAME ns1`, ['zone/ns-is-alias']],
  ['one below a DNAME', `${SOUND}@ NS ns.d\nd DNAME example.org.`, ['zone/ns-is-alias']],
  ['a name server without address', `${SOUND}@ NS ns3`, ['zone/ns-without-address']],
  ['one with a TXT record alone', `${SOUND}@ NS ns3\nns3 TXT x`, ['zone/ns-without-address']],
  ['one of a delegation without address', `${SOUND}sub NS ns3\nsub NS ns1`, ['zone/ns-without-address']],
  ['an address as name server', `${SOUND}sub NS 192.0.2.7.\nsub NS ns1`, ['zone/ns-address']],
  [
    'an address as relative name server',
    `${SOUND}sub NS 192.0.2.7\nsub NS ns1`,
    ['zone/ns-address', 'zone/ns-without-address'],
  ],
  [
    'an IPv6 address as name server',
    `${SOUND}sub NS 2001:db8::1\nsub NS ns1`,
    ['zone/host-name', 'zone/ns-without-address'],
  ],
  ['a name server that is a wildcard', `${SOUND}sub NS *.example.org.\nsub NS ns1`, ['zone/host-name']],
  ['missing glue', `${SOUND}sub NS ns.sub\nsub NS ns1`, ['zone/missing-glue']],
  [
    'glue that is an alias',
    `${SOUND}sub NS ns.sub\nsub NS ns1\nns.sub CNAME ns1`,
    ['zone/missing-glue', 'zone/occluded'],
  ],
  ['missing glue of a sibling', `${SOUND}a NS ns.b\na NS ns1\nb NS ns.b\nb NS ns1`, ['zone/missing-glue']],
  ['a mail server that is an alias', `${SOUND}@ MX 10 alias\nalias CNAME ns1`, ['zone/mx-target']],
  ['one below a DNAME', `${SOUND}@ MX 10 m.d\nd DNAME example.org.`, ['zone/mx-target']],
  ['a mail server without address', `${SOUND}@ MX 10 nowhere`, ['zone/mx-target']],
  ['an address as mail server', `${SOUND}@ MX 10 192.0.2.7.`, ['zone/mx-address']],
  ['one as relative name', `${SOUND}@ MX 10 192.0.2.7`, ['zone/mx-address', 'zone/mx-target']],
  ['an IPv6 address as mail server', `${SOUND}@ MX 10 2001:db8::1.`, ['zone/host-name']],
  ['an SRV target that is an alias', `${SOUND}_s._tcp SRV 0 0 1 alias\nalias CNAME ns1`, ['zone/srv-target']],
  ['an SRV target without address', `${SOUND}_s._tcp SRV 0 0 1 nowhere`, ['zone/srv-target']],
  ['a CNAME beside other data', `${SOUND}ns1 CNAME ns2`, ['zone/cname-and-other-data']],
  ['a CNAME at the apex', `${SOUND}@ CNAME ns1`, ['zone/cname-and-other-data']],
  ['two CNAMEs', `${SOUND}www CNAME ns1\nwww CNAME ns2`, ['zone/singleton']],
  ['two DNAMEs', `${SOUND}d DNAME example.org.\nd DNAME example.net.`, ['zone/singleton']],
  ['a DNAME beside a CNAME', `${SOUND}d DNAME example.org.\nd CNAME ns1`, ['zone/cname-and-other-data']],
  ['a DNAME beside NS', `${SOUND}d DNAME example.org.\nd NS ns1\nd NS ns2`, ['zone/dname-and-ns']],
  ['data below a DNAME', `${SOUND}d DNAME example.org.\nx.d TXT x`, ['zone/below-dname']],
  ['a delegation at a wildcard', `${SOUND}*.w NS ns1\n*.w NS ns2`, ['zone/wildcard-delegation']],
  ['an asterisk within a name', `${SOUND}x.*.w TXT x`, ['zone/inner-wildcard']],
  ['a record of another zone', `${SOUND}example.org. TXT x`, ['zone/out-of-zone']],
  ['mixed TTLs', `${SOUND}www 60 TXT a\nwww 90 TXT b`, ['zone/mixed-ttls']],
  ['a DS at the apex', `${SOUND}@ DS 1 13 2 ${'AB'.repeat(32)}`, ['zone/ds-at-apex']],
  ['a DS of SHA-1', `${SOUND}x NS ns1\nx NS ns2\nx DS 1 13 1 ${'AB'.repeat(20)}`, ['zone/weak-ds']],
  [
    'a CDS beside one that deletes',
    `${SOUND}@ CDS 1 13 2 ${'AB'.repeat(32)}\n@ CDS 0 0 0 00`,
    ['zone/cds-delete-not-alone'],
  ],
  ['a policy for mail in an SPF record alone', `${SOUND}@ SPF "v=spf1 -all"`, ['zone/spf-type']],
  ['two policies for mail', `${SOUND}@ TXT "v=spf1 -all"\n@ TXT "v=spf1 +all"`, ['zone/several-spf']],
  ...['A 192.0.2.9', 'AAAA 2001:db8::9', 'MX 10 ns1'].map(
    (rdata) => [`${rdata} at no host name`, `${SOUND}my_host ${rdata}`, ['zone/host-name']] as const,
  ),
  ['a host that begins with a hyphen', `${SOUND}-host A 192.0.2.9`, ['zone/host-name']],
  ...['MX 10', 'SRV 0 0 1', 'AFSDB 1', 'RT 1'].map(
    (rdata) =>
      [`${rdata} to no host name`, `${SOUND}x ${rdata} my_host.example.org.`, ['zone/host-name']] as const,
  ),
  ['an NS to no host name', `${SOUND}x NS my_host.example.org.\nx NS ns1`, ['zone/host-name']],
  // What peers are not known to look at, or look at in the network.
  ['one name server', without(/^@ NS ns2\n/m), ['zone/single-ns']],
  ['a delegation with one name server', `${SOUND}sub NS ns1`, ['zone/single-ns-delegation']],
  ['a private address of a name server', SOUND.replace('192.0.2.2', '10.0.0.2'), ['zone/private-address']],
  ['a link-local one', `${SOUND}ns2 AAAA fe80::1`, ['zone/private-address']],
  ['one address of two name servers', SOUND.replace('192.0.2.2', '192.0.2.1'), ['zone/same-address']],
  ['a primary that is an alias', `${primary('alias')}alias CNAME ns1`, ['zone/soa-primary']],
  ['a primary without address', primary('nowhere'), ['zone/soa-primary']],
  ['no primary', primary('.'), ['zone/soa-primary']],
  ['RETRY above REFRESH', SOUND.replace('7200 3600', '3600 7200'), ['zone/soa-times']],
  ['EXPIRE below REFRESH and RETRY', SOUND.replace('1209600', '9000'), ['zone/soa-times']],
  ['EXPIRE of days', SOUND.replace('1209600', '432000'), ['zone/soa-times']],
  ['a MINIMUM of weeks', SOUND.replace('1209600 300', '1209600 2419200'), ['zone/soa-times']],
  ['CNAMEs in a circle', `${SOUND}a CNAME b\nb CNAME c\nc CNAME a`, ['zone/cname-loop']],
  ['a CNAME to itself', `${SOUND}a CNAME a`, ['zone/cname-loop']],
  ['"no mail" beside a mail server', `${SOUND}@ MX 0 .\n@ MX 10 ns1`, ['zone/null-mx']],
  ['"no mail" with a preference', `${SOUND}@ MX 10 .`, ['zone/null-mx']],
  ['a policy for mail with an error', `${SOUND}@ TXT "v=spf1 ipv4:192.0.2.1 -all"`, ['zone/spf-syntax']],
  ['a name server like ab--c', `${SOUND}@ NS ab--c.example.org.`, ['zone/reserved-name']],
  ['a mail server in a domain of digits', `${SOUND}@ MX 10 mail.123.`, ['zone/reserved-name']],
  ['an RP without its text', `${SOUND}@ RP hostmaster nobody`, ['zone/rp-text']],
  ['a TLSA at a host', `${SOUND}ns1 TLSA 3 1 1 ${'AB'.repeat(32)}`, ['zone/tlsa-owner']],
  ['a DS without a delegation', `${SOUND}x DS 1 13 2 ${'AB'.repeat(32)}`, ['zone/ds-without-delegation']],
  [
    'a CDS of an algorithm that no key has',
    `${SOUND}@ DNSKEY 257 3 15 ${'A'.repeat(43)}=\n@ CDS 1 13 2 ${'AB'.repeat(32)}`,
    ['zone/cds-without-key'],
  ],
  ['a DNSKEY below the apex', `${SOUND}x DNSKEY 257 3 15 ${'A'.repeat(43)}=`, ['zone/not-at-apex']],
  ['a URI without target', `${SOUND}x URI 1 1 ""`, ['zone/uri-without-target']],
  ['parameters of an alias', `${SOUND}x SVCB 0 ns1 alpn=h2`, ['zone/alias-parameters']],
  [
    'a mandatory parameter of an alias that is missing',
    `${SOUND}x SVCB 0 ns1 mandatory=alpn`,
    ['zone/alias-parameters', 'zone/svcb-mandatory'],
  ],
  ['DNS over HTTPS without path', `${SOUND}_dns SVCB 1 ns1 alpn=h2`, ['zone/svcb-for-dns']],
  [
    'a hash of another length than SHA-1 makes',
    `${SOUND}${'0'.repeat(32)} NSEC3 1 0 0 - 0000 A`,
    ['zone/nsec3-hash-length'],
  ],
  ['more records than fit into a message', SOUND + texts(300), ['zone/rrset-too-large']],
  [
    'a record that fits into no message',
    `${SOUND}x TYPE65534 \\# 65530 ${'00'.repeat(65530)}`,
    ['zone/record-too-large'],
  ],
];
