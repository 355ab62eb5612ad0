import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { FLAWS, RICH, SOUND } from '../support/flaws.ts';
import { verifyFile } from '../support/verify-file.ts';
import { temporaryDirectory } from '../support/workspace.ts';

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
    return [...new Set(report.findings.map(({ code }) => code))].sort();
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
@ 3600 IN NS ns2.example.
1 3600 IN PTR`;
    expect(await ours(`${zone} my_host.example.`, origin)).toEqual(['zone/host-name']);
    expect((await complaints(`${zone} my_host.example.`, origin)).bind).toContain('check-names');
    expect(await ours(`${zone} host.example.`, origin)).toEqual([]);
  });
});
