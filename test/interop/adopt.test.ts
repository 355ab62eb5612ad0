import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DAY, Operation, SIGNED } from '../cli/operation.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';

const POLICY = `dnssec-policy "std" {
  keys { ksk lifetime unlimited algorithm 13; zsk lifetime unlimited algorithm 13; };
};
`;

async function peer(name: string, ...args: string[]): Promise<void> {
  const { status, stderr } = await runPeer(name, args, { cwd: process.cwd() });
  expect({ name, status, stderr: status === 0 ? '' : stderr }).toEqual({ name, status: 0, stderr: '' });
}

/** A zone with keys of BIND's key manager, `.state` files included, as dnssec-signzone signs it: both keys sign the DNSKEY RRset. */
async function signedByBind(): Promise<Operation> {
  const operation = new Operation({
    policy: 'checkParent: false, kskLifetime: unlimited, zskLifetime: unlimited',
    files: { 'named.conf': POLICY, 'keys/keep': '' },
  });
  await peer('dnssec-keygen', '-q', '-K', 'keys', '-k', 'std', '-l', 'named.conf', 'example.com');
  await peer('dnssec-signzone', '-S', '-K', 'keys', '-o', 'example.com', '-f', SIGNED, 'example.com.zone');
  operation.now = Math.floor(Date.now() / 1000) + 60;
  return operation;
}

describeWithPeers(['dnssec-keygen', 'dnssec-signzone'], 'a zone that dnssec-signzone signed', () => {
  test('is taken over; nobody is ever asked for the DS of its ZSK, though that signs the DNSKEY RRset', async () => {
    const operation = await signedByBind();
    expect(readFileSync(SIGNED, 'utf8').match(/RRSIG\s+DNSKEY/g)).toHaveLength(2);
    await operation.rotate('--adopt');
    const [ksk] = operation.keys('ksk');
    expect(operation.state().wantedDs).toEqual([ksk!.base]);
    writeFileSync('example.com.zone', `${readFileSync('example.com.zone', 'utf8')}new TXT "edited"\n`);
    const requests = (): number[] => [operation.count('CDS'), operation.count('CDNSKEY')];
    await operation.rotate('--sign');
    // Caches may have the unsigned zone.
    expect(requests()).toEqual([0, 0]);
    await operation.pass(2 * DAY);
    expect(requests()).toEqual([1, 1]);
    await operation.expectValid([ksk!]);
  });

  test('goes on with rollovers of both roles', async () => {
    const operation = await signedByBind();
    await operation.rotate('--adopt');
    const old = operation.keys('ksk')[0]!;
    await operation.rotate('--ds-published', String(old.keyTag), '--sign');
    await operation.pass(8 * DAY, 4 * DAY);
    await operation.rotate('--start', 'all', '--sign');
    await operation.pass(2 * DAY);
    const added = operation.state().wantedDs.find((base) => base !== old.base)!;
    const fresh = operation.keys('ksk').find(({ base }) => base === added)!;
    await operation.rotate('--ds-published', String(fresh.keyTag), '--ds-withdrawn', String(old.keyTag));
    await operation.pass(9 * DAY, 3 * DAY);
    expect(operation.state().rollovers).toEqual([]);
    expect(operation.count('DNSKEY')).toBe(2);
    expect(operation.count('CDS')).toBe(1);
    await operation.expectValid([fresh]);
  });
});
