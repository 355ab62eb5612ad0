import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { codesOf, verifyFile } from '../support/verify-file.ts';
import { temporaryDirectory } from '../support/workspace.ts';

/** A zone without a flaw. Flaws are lines that come behind it, or what stands there in place of something else. */
const SOUND = `$ORIGIN example.
$TTL 3600
@ SOA ns1 hostmaster 1 7200 3600 1209600 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.1
ns2 A 192.0.2.2
`;
const RICH = `@ MX 10 mail
mail A 192.0.2.3
mail AAAA 2001:db8::3
www CNAME mail
*.wild TXT "wild"
_sip._tcp SRV 0 0 5060 mail
nomail MX 0 .
sub NS ns.sub
ns.sub A 192.0.2.4
dname DNAME example.org.
_443._tcp.mail TLSA 3 1 1 ${'AB'.repeat(32)}
@ TXT "v=spf1 -all"
@ CAA 0 issue "ca.example.org"
_service PTR some_name._service.example.org.
gc._msdcs A 192.0.2.5
`;
const without = (what: RegExp): string => SOUND.replace(what, '');

/** Zones with one flaw each, and the errors and warnings of ours that there must be. */
const FLAWS: readonly (readonly [flaw: string, zone: string, codes: readonly string[]])[] = [
  ['no SOA', without(/^@ SOA.*\n/m), ['zone/no-soa']],
  ['two SOAs', `${SOUND}@ SOA ns1 hostmaster 2 7200 3600 1209600 300`, ['zone/several-soas']],
  ['an SOA below the apex', `${SOUND}x SOA ns1 hostmaster 2 7200 3600 1209600 300`, ['zone/soa-not-at-apex']],
  ['no NS', without(/^@ NS.*\n/gm), ['zone/no-ns']],
  ['a primary that is no host', SOUND.replace('SOA ns1', 'SOA ns_1.example.org.'), ['zone/host-name']],
  ['a space in the mailbox', SOUND.replace('hostmaster', 'host\\032master'), ['zone/soa-mailbox']],
  ['an @ in the mailbox', SOUND.replace('hostmaster', 'hostmaster@.example.org.'), ['zone/soa-mailbox']],
  ['a mailbox at no host', SOUND.replace('hostmaster', 'me.my_host.example.org.'), ['zone/soa-mailbox']],
  ['a name server that is an alias', `${SOUND}@ NS alias\nalias CNAME ns1`, ['zone/ns-is-alias']],
  ['one of a delegation', `${SOUND}sub NS alias\nalias CNAME ns1`, ['zone/ns-is-alias']],
  ['one below a DNAME', `${SOUND}@ NS ns.d\nd DNAME example.org.`, ['zone/ns-is-alias']],
  ['a name server without address', `${SOUND}@ NS ns3`, ['zone/ns-without-address']],
  ['one with a TXT record alone', `${SOUND}@ NS ns3\nns3 TXT x`, ['zone/ns-without-address']],
  ['one of a delegation without address', `${SOUND}sub NS ns3`, ['zone/ns-without-address']],
  ['an address as name server', `${SOUND}sub NS 192.0.2.7.`, ['zone/ns-address']],
  [
    'an address as relative name server',
    `${SOUND}sub NS 192.0.2.7`,
    ['zone/ns-address', 'zone/ns-without-address'],
  ],
  [
    'an IPv6 address as name server',
    `${SOUND}sub NS 2001:db8::1`,
    ['zone/host-name', 'zone/ns-without-address'],
  ],
  ['a name server that is a wildcard', `${SOUND}sub NS *.example.org.`, ['zone/host-name']],
  ['missing glue', `${SOUND}sub NS ns.sub`, ['zone/missing-glue']],
  [
    'glue that is an alias',
    `${SOUND}sub NS ns.sub\nns.sub CNAME ns1`,
    ['zone/missing-glue', 'zone/occluded'],
  ],
  ['missing glue of a sibling', `${SOUND}a NS ns.b\nb NS ns.b\nb NS ns1`, ['zone/missing-glue']],
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
  ['a DNAME beside NS', `${SOUND}d DNAME example.org.\nd NS ns1`, ['zone/dname-and-ns']],
  ['data below a DNAME', `${SOUND}d DNAME example.org.\nx.d TXT x`, ['zone/below-dname']],
  ['a delegation at a wildcard', `${SOUND}*.w NS ns1`, ['zone/wildcard-delegation']],
  ['an asterisk within a name', `${SOUND}x.*.w TXT x`, ['zone/inner-wildcard']],
  ['a record of another zone', `${SOUND}example.org. TXT x`, ['zone/out-of-zone']],
  ['mixed TTLs', `${SOUND}www 60 TXT a\nwww 90 TXT b`, ['zone/mixed-ttls']],
  ['a DS at the apex', `${SOUND}@ DS 1 13 2 ${'AB'.repeat(32)}`, ['zone/ds-at-apex']],
  ['a DS of SHA-1', `${SOUND}x NS ns1\nx DS 1 13 1 ${'AB'.repeat(20)}`, ['zone/weak-ds']],
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
  ...['NS', 'MX 10', 'SRV 0 0 1', 'AFSDB 1', 'RT 1'].map(
    (rdata) =>
      [`${rdata} to no host name`, `${SOUND}x ${rdata} my_host.example.org.`, ['zone/host-name']] as const,
  ),
];

/** What a peer refuses, and we take on purpose: the same list is in docs/peers-differences.md. */
const ACCEPTED: readonly (readonly [flaw: string, zone: string])[] = [
  ['a CDS without a DNSKEY, which signing adds', `${SOUND}@ CDS 1 13 2 ${'AB'.repeat(32)}`],
  ['NSEC3 parameters, which signing makes anew', `${SOUND}@ NSEC3PARAM 1 0 200 -`],
];

const STRICT = ['-k', 'fail', '-n', 'fail', '-m', 'fail', '-M', 'fail', '-S', 'fail', '-r', 'fail'];
const SILENCE = /^(?:zone \S+: loaded serial \d+|OK|)$/;

describeWithPeers(['named-checkzone', 'kzonecheck'], 'verify --unsigned beside BIND and Knot', () => {
  /** What peers say of a zone: nothing, if they find nothing. */
  async function complaints(text: string, origin = 'example.'): Promise<{ bind: string; knot: string }> {
    const file = `${temporaryDirectory()}/zone`;
    writeFileSync(file, `${text}\n`);
    const say = async (name: string, ...args: string[]): Promise<string> => {
      const { status, stdout, stderr } = await runPeer(name, args);
      const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => !SILENCE.test(line));
      return status === 0 ? lines.join('\n') : `status ${String(status)}\n${lines.join('\n')}`;
    };
    const [bind, knot] = await Promise.all([
      say('named-checkzone', '-i', 'local', ...STRICT, origin, file),
      say('kzonecheck', '-d', 'off', '-o', origin, file),
    ]);
    return { bind, knot };
  }

  async function ours(text: string, origin = 'example.'): Promise<string[]> {
    const report = await verifyFile('zone', { origin, unsigned: true, files: { zone: `${text}\n` } });
    return [...codesOf(report, 'error'), ...codesOf(report, 'warning')].sort();
  }

  test.each([
    ['a sound zone', SOUND],
    ['one with much in it', SOUND + RICH],
  ])('all find nothing in %s', async (_, text) => {
    expect(await ours(text)).toEqual([]);
    expect(await complaints(text)).toEqual({ bind: '', knot: '' });
  });

  test.each(FLAWS)('%s', async (_, text, codes) => {
    expect(await ours(text)).toEqual(codes);
  });

  test('nearly all of that is what peers complain of, too', async () => {
    let bindFound = 0;
    let knotFound = 0;
    for (const [, text] of FLAWS) {
      const { bind, knot } = await complaints(text);
      if (bind !== '') bindFound++;
      if (knot !== '') knotFound++;
    }
    expect(bindFound).toBeGreaterThanOrEqual(45);
    expect(knotFound).toBeGreaterThanOrEqual(18);
  }, 60_000);

  test.each(ACCEPTED)('accepted here: %s', async (_, text) => {
    expect(await ours(text)).toEqual([]);
    expect((await complaints(text)).bind).not.toBe('');
  });

  test('PTR records in a zone of addresses name hosts', async () => {
    const origin = '2.0.192.in-addr.arpa.';
    const zone = `@ 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
@ 3600 IN NS ns1.example.
1 3600 IN PTR`;
    expect(await ours(`${zone} my_host.example.`, origin)).toEqual(['zone/host-name']);
    expect((await complaints(`${zone} my_host.example.`, origin)).bind).toContain('check-names');
    expect(await ours(`${zone} host.example.`, origin)).toEqual([]);
  });
});
