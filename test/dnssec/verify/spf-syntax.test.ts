import { expect, test } from '@jest/globals';
import { findSpfFault } from '../../../src/dnssec/verify/content/spf-syntax.ts';

test.each([
  // RFC 7208 appendix A, and its section 7.4.
  'v=spf1',
  'v=spf1 +all',
  'v=spf1 a -all',
  'v=spf1 a:example.org -all',
  'v=spf1 mx:example.org -all',
  'v=spf1 mx mx:example.org -all',
  'v=spf1 mx/30 mx:example.org/30 -all',
  'v=spf1 a//64 a:example.org/24//64 -all',
  'v=spf1 ptr -all',
  'v=spf1 ip4:192.0.2.128/28 -all',
  'v=spf1 ip6:2001:db8::cb01 ip6:2001:db8::/32 ?all',
  'v=spf1 include:example.com include:example.net. -all',
  'v=spf1 exists:%{i}.%{l2r-}.user.%{d2}.rbl.example.com ~all',
  'v=spf1 mx -all exp=explain._spf.%{d}',
  'v=spf1 redirect=_spf.example.com',
  'v=spf1 moo.cow-far_out=man:dog/cat ip4:192.0.2.1 ',
  'V=SPF1 A:%{D} INCLUDE:Example.ORG  -ALL',
])('%s', (policy) => {
  expect(findSpfFault(policy)).toBeUndefined();
});

test.each([
  ['v=spf1 ipv4:192.0.2.1 -all', 'ipv4:192.0.2.1'],
  ['v=spf1 ip4:192.0.2.256', 'ip4:192.0.2.256'],
  ['v=spf1 ip4:192.0.2.1/33', 'ip4:192.0.2.1/33'],
  ['v=spf1 ip6:192.0.2.1', 'ip6:192.0.2.1'],
  ['v=spf1 include: -all', 'include:'],
  ['v=spf1 include:localhost', 'include:localhost'],
  ['v=spf1 all:example.org', 'all:example.org'],
  ['v=spf1 -redirect=example.org', '-redirect=example.org'],
  ['v=spf1 exists:%{x}.example.org', 'exists:%{x}.example.org'],
  ['v=spf1 a:100%.example.org', 'a:100%.example.org'],
  ['v=spf1 - all', '-'],
  ['v=spf1 a,mx', 'a,mx'],
])('%s', (policy, term) => {
  expect(findSpfFault(policy)).toBe(`the term "${term}"`);
});

test('modifiers that may stand once', () => {
  expect(findSpfFault('v=spf1 redirect=a.example redirect=b.example')).toBe('"redirect=" twice');
  expect(findSpfFault('v=spf1 exp=a.example EXP=b.example')).toBe('"exp=" twice');
});

test('no policy takes long', () => {
  const begin = performance.now();
  for (const unit of ['a', '.', 'a.', '%{i}', '%', '-', 'a-.'])
    findSpfFault(`v=spf1 exists:${unit.repeat(60_000)}_`);
  expect(performance.now() - begin).toBeLessThan(5000);
});
