import { describe, expect, test } from '@jest/globals';
import { askAll, parseServer } from '../../src/commands/name-servers.ts';
import { nameFromText } from '../../src/dns/name.ts';
import type { DnsServer } from '../../src/dnssec/dns-client.ts';
import { environmentError, inputError } from '../../src/errors.ts';

describe('a server as users write it', () => {
  test.each([
    ['192.0.2.53', '192.0.2.53', 53],
    ['192.0.2.53:5353', '192.0.2.53', 5353],
    ['2001:db8::53', '2001:db8::53', 53],
    ['[2001:db8::53]', '2001:db8::53', 53],
    ['[2001:db8::53]:5353', '2001:db8::53', 5353],
    ['[fe80::1%eth0]:53', 'fe80::1%eth0', 53],
    ['ns1.example.com', 'ns1.example.com', 53],
    ['ns1.example.com.:65535', 'ns1.example.com.', 65535],
  ])('%s', (text, host, port) => {
    expect(parseServer(text)).toEqual({ host, port });
  });

  test.each([
    '',
    ':53',
    'ns1:',
    'ns1:0',
    'ns1:65536',
    'ns1:dns',
    '[2001:db8::53',
    '[]:53',
    'a b',
    '[ns1]:53',
  ])('is not "%s"', (text) => {
    expect(() => parseServer(text)).toThrow(expect.objectContaining({ code: 'usage/server', kind: 'usage' }));
  });
});

describe('the servers of a zone', () => {
  const server = (address: string): DnsServer => ({ address, port: 53 });
  const V4 = [server('192.0.2.1'), server('192.0.2.2')];
  const V6 = [server('2001:db8::1'), server('2001:db8::2')];

  /** What comes of it where some addresses fail with some code. */
  async function outcome(
    failures: Readonly<Record<string, string>>,
    servers: readonly DnsServer[] = [...V4, ...V6],
  ): Promise<[number, string[]]> {
    const { answers, failed } = await askAll(servers, async ({ address }) => {
      const code = failures[address];
      if (code !== undefined) throw environmentError(code, address);
      return address;
    });
    return [answers.length, failed.map(({ message }) => message)];
  }

  test('in an address family that does not work here need not answer', async () => {
    expect(await outcome({ '2001:db8::1': 'dns/no-route', '2001:db8::2': 'dns/no-route' })).toEqual([2, []]);
    expect(await outcome({ '192.0.2.1': 'dns/no-route', '192.0.2.2': 'dns/no-route' })).toEqual([2, []]);
  });

  test('must answer where their family works, if only for others', async () => {
    expect(await outcome({ '2001:db8::1': 'dns/no-route' })).toEqual([3, ['2001:db8::1']]);
    const mixed = await outcome({ '2001:db8::1': 'dns/no-route', '2001:db8::2': 'dns/timeout' });
    expect(mixed).toEqual([2, ['2001:db8::1', '2001:db8::2']]);
    expect(await outcome({ '192.0.2.1': 'dns/timeout' })).toEqual([3, ['192.0.2.1']]);
  });

  test('are all named where none answers', async () => {
    const all = Object.fromEntries([...V4, ...V6].map(({ address }) => [address, 'dns/no-route']));
    expect(await outcome(all)).toEqual([0, Object.keys(all)]);
  });

  test('without an address are named, and errors of the user are not taken for theirs', async () => {
    const error = environmentError('dns/no-address', 'no address');
    const found = [...V4, { host: nameFromText('ns3.example.'), error }];
    expect((await askAll(found, async () => 1)).failed).toEqual([error]);
    const wrong = async (): Promise<number> => {
      throw inputError('verify/no-records', 'an empty trust anchor');
    };
    await expect(askAll(V4, wrong)).rejects.toMatchObject({ code: 'verify/no-records' });
  });
});
