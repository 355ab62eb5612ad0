import { expect, test } from '@jest/globals';
import { verifyText } from '../support/verify-file.ts';

const content = `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
ns1.example. 3600 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
`;

const findingsOf = async (text: string): Promise<string[]> =>
  (await verifyText(text, { unsigned: true })).findings.map(({ severity, code }) => `${severity} ${code}`);

test('a sound master file has no findings, and needs no signatures', async () => {
  expect(await findingsOf(content)).toEqual([]);
});

test.each([
  ['no name server', content.replaceAll(/^example\. .* NS .*$/gm, ''), ['error zone/no-ns']],
  ['one name server', content.replace('example. 3600 IN NS ns2.example.', ''), ['note zone/single-ns']],
  [
    'a CNAME beside other data',
    `${content}ns1.example. 3600 IN CNAME ns2.example.`,
    ['error zone/cname-and-other-data'],
  ],
  [
    'a name server without address',
    content.replace('ns2.example. 3600 IN A 192.0.2.2', ''),
    ['error zone/ns-without-address'],
  ],
  [
    'a delegation without glue',
    `${content}sub.example. 3600 IN NS ns.sub.example.`,
    ['error zone/missing-glue', 'note zone/single-ns-delegation'],
  ],
  [
    'an address as a name server',
    `${content}sub.example. 3600 IN NS 192.0.2.7.`,
    ['error zone/ns-address', 'note zone/single-ns-delegation'],
  ],
  [
    'a host name with an underscore',
    `${content}my_host.example. 3600 IN A 192.0.2.8`,
    ['warning zone/host-name'],
  ],
  [
    'a mail server with a hyphen at the end',
    `${content}example. 3600 IN MX 10 mail-.example.org.`,
    ['warning zone/host-name'],
  ],
  ['a wildcard address', `${content}*.example. 3600 IN A 192.0.2.8`, []],
  [
    'an RP without text',
    `${content}example. 3600 IN RP hostmaster.example. nobody.example.`,
    ['warning zone/rp-text'],
  ],
  ['an RP without reference', `${content}example. 3600 IN RP hostmaster.example. .`, []],
  [
    'a TLSA at a host',
    `${content}ns1.example. 3600 IN TLSA 3 1 1 ${'AB'.repeat(32)}`,
    ['warning zone/tlsa-owner'],
  ],
  ['a TLSA at a service', `${content}_443._tcp.ns1.example. 3600 IN TLSA 3 1 1 ${'AB'.repeat(32)}`, []],
  ['a record of another zone', `${content}example.org. 3600 IN A 192.0.2.8`, ['warning zone/out-of-zone']],
])('%s', async (_, text, expected) => {
  expect((await findingsOf(text)).sort()).toEqual(expected);
});
