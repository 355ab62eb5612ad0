import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DAY, HOUR, Operation, SIGNED } from '../cli/operation.ts';

const digestOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex').toUpperCase();

/** Every file but the state, which tells of failures. */
const withoutState = (operation: Operation): Record<string, string> =>
  Object.fromEntries(Object.entries(operation.files()).filter(([name]) => !name.includes('.state.json')));

const enabled = (): Promise<Operation> => Operation.enabled();

test('a signing is recorded: time, serial, digest, keys, TTLs, signers; before it the zone was unsigned', async () => {
  const operation = new Operation();
  await operation.rotate('--sign');
  const { keys, ledger } = operation.state();
  const [ksk, zsk] = keys.map(({ dnskey }) => dnskey);
  expect(ledger.publications).toMatchObject([
    { established: operation.now, keySet: { keys: [], signers: [] }, data: { signerSets: [[]] } },
    {
      serial: Number(/SOA.* (\d{10}) /.exec(operation.signed().replaceAll('\t', ' '))![1]),
      digest: digestOf(SIGNED),
      since: operation.now,
      established: operation.now,
      keySet: { signers: [ksk] },
      data: { signerSets: [[zsk]] },
      dnskeyTtl: HOUR,
      maxTtl: HOUR,
      // Refresh and retry of the SOA.
      propagation: 3 * HOUR,
    },
  ]);
  expect([...ledger.publications[1]!.keySet.keys].sort()).toEqual([ksk, zsk].sort());
  // The absent DNSKEY RRset is cached for the negative TTL.
  expect(ledger.publications[0]?.digest).toBe('0'.repeat(64));
});

test('the state decides about the keys, whatever their times say', async () => {
  const operation = await enabled();
  const [zsk] = operation.keys('zsk');
  await operation.succeed('keygen', '--settime', `keys/${zsk!.base}.key`, '--inactive', 'now');
  operation.now += 25 * DAY;
  await operation.sign();
  expect(operation.signers('SOA')).toEqual([zsk!.keyTag]);
});

test('a zone that would go bogus is refused, with the witness in words; --force writes it', async () => {
  const operation = await enabled();
  const spare = (await operation.succeed('keygen', 'example.com', '--role', 'zsk')).trim();
  const [ksk] = operation.keys('ksk');
  operation.now += HOUR;
  const before = withoutState(operation);
  const swap = ['sign', 'example.com.zone', '--full', '--key', ksk!.base, '--key', spare];
  const { status, stderr } = await operation.run(...swap);
  expect(status).toBe(3);
  expect(stderr).toContain('this zone would go bogus: a resolver may still hold');
  expect(stderr).toContain('which need key ');
  expect(stderr).toContain('hint: leave --key away');
  expect(withoutState(operation)).toEqual(before);
  expect(operation.state().lastError).toMatchObject({ command: 'sign', code: 'sign/unsafe' });
  const forced = await operation.run(...swap, '--force');
  expect(forced.status).toBe(0);
  expect(forced.stderr).toContain('written all the same (--force)');
  expect(operation.signers('SOA')).toEqual([Number(spare.slice(-5))]);
  expect(operation.state().lastError).toBeUndefined();
  expect(operation.state().audit.at(-1)).toMatchObject({
    outcome: 'written',
    forced: true,
    why: expect.stringMatching(/^forced \(--force\): this zone would go bogus: a resolver may still hold/),
    keys: [ksk!.base, spare],
  });
  expect((await operation.run('status', 'example.com', '--check')).stdout).toContain('the zone is bogus');
  // The way back would break it for those who hold what is served now: it is signed as it is, until what is served is taken over.
  const back = await operation.run('rotate', 'example.com', '--sign');
  expect(back.status).toBe(0);
  expect(back.stderr).toContain('not safe any more, so the zone is signed with the keys that it has');
  expect(operation.signers('SOA')).toEqual([Number(spare.slice(-5))]);
  await operation.rotate('--adopt');
  await operation.rotate('--sign');
  expect(operation.signers('SOA')).toEqual([Number(spare.slice(-5))]);
});

test('CDS and CDNSKEY of our own keys follow the state, whatever the input has of them; those of others stay', async () => {
  const operation = await enabled();
  await operation.sign('--full');
  expect([operation.count('CDS'), operation.count('CDNSKEY')]).toEqual([1, 1]);
  const ofOther = `example.com. 3600 IN CDS 1 13 2 ${'AB'.repeat(32)}\n`;
  // A signed zone becomes the master file: what it says of keys would stand there for ever.
  writeFileSync('example.com.zone', `${operation.signed()}www A 192.0.2.3\n${ofOther}`);
  const { status, stderr } = await operation.run('sign', 'example.com.zone', '--no-cds');
  expect([status, stderr]).toEqual([0, expect.stringMatching(/dropped from the input: .*1 CDS, 1 CDNSKEY/)]);
  expect([operation.count('CDS'), operation.count('CDNSKEY')]).toEqual([1, 0]);
  expect(operation.signed()).toContain('AB'.repeat(32));
});

test.each([
  ['standard output', '-', ''],
  ['another file', 'other.signed', `, output: ${SIGNED}`],
  ['another file than the one beside the configured input', 'other.signed', ''],
])(
  'what goes to %s is possible, never established, and the next run still knows of it',
  async (_, output, configured) => {
    const operation = await enabled();
    operation.now += 25 * DAY;
    const count = operation.state().ledger.publications.length;
    writeFileSync('.zonewrightrc.yaml', `zones: {example.com: {file: example.com.zone${configured}}}\n`);
    await operation.sign('-o', output);
    operation.now += DAY;
    await operation.rotate();
    const { publications } = operation.state().ledger;
    expect(publications.length).toBeLessThanOrEqual(count + 1);
    expect(publications.at(-1)).toMatchObject({ elsewhere: true });
    expect(publications.at(-1)?.established).toBeUndefined();
    // The next serial is above this one, too.
    const { serial } = publications.at(-1)!;
    await operation.sign();
    expect(operation.state().ledger.publications.at(-1)!.serial).toBeGreaterThan(serial);
  },
);

test('a crash between intent and rename is settled by the digest of the file', async () => {
  const operation = await enabled();
  operation.now += 25 * DAY;
  copyFileSync(SIGNED, 'old');
  const before = readFileSync('keys/example.com.state.json', 'utf8');
  await operation.sign();
  const newest = operation.state().ledger.publications.at(-1)!;
  expect(newest.digest).toBe(digestOf(SIGNED));
  const intended = readFileSync('keys/example.com.state.json', 'utf8').replaceAll(
    new RegExp(`("serial": ${newest.serial},[^}]*?)\\s+"written": "[^"]*",\\s+"established": "[^"]*",`, 'g'),
    '$1',
  );
  expect(intended).not.toBe(before);
  copyFileSync(SIGNED, 'new');

  // After the rename: the file is there.
  writeFileSync('keys/example.com.state.json', intended);
  expect(operation.state().ledger.publications.at(-1)?.established).toBeUndefined();
  operation.now += HOUR;
  await operation.rotate();
  expect(operation.state().ledger.publications.at(-1)).toMatchObject({
    digest: digestOf('new'),
    established: operation.now,
  });

  // Before it: the old file is there, and the new version never was.
  writeFileSync('keys/example.com.state.json', intended);
  copyFileSync('old', SIGNED);
  await operation.rotate();
  expect(operation.state().ledger.publications.at(-1)?.digest).toBe(digestOf('old'));
});

test('a foreign file in the place of ours is recorded when it is signed over', async () => {
  const operation = await enabled();
  operation.now += DAY;
  writeFileSync(
    SIGNED,
    operation
      .signed()
      .replace(/\tTXT\t.*/, '')
      .concat('x.example.com. 7777 IN A 192.0.2.7\n'),
  );
  const foreign = digestOf(SIGNED);
  await operation.sign();
  const { publications } = operation.state().ledger;
  expect(publications.at(-2)).toMatchObject({ digest: foreign, established: operation.now, maxTtl: 7777 });
  expect(publications.at(-1)?.digest).toBe(digestOf(SIGNED));
});

test('an adopted zone that was never signed is taken to have been unsigned', async () => {
  const operation = new Operation();
  await operation.succeed('keygen', 'example.com');
  await operation.rotate();
  const keys = (): number[] => operation.state().ledger.publications.map(({ keySet }) => keySet.keys.length);
  // Or to have been signed by its keys: nobody has seen it.
  expect(keys()).toEqual([0, 2]);
  await operation.sign();
  expect(keys()).toEqual([0, 2, 2]);
});

test('with a private key gone and its signatures expired nothing is written', async () => {
  const operation = await enabled();
  rmSync(`keys/${operation.keys('zsk')[0]!.base}.private`);
  operation.now += 31 * DAY;
  const before = withoutState(operation);
  const keep = operation.state();
  expect((await operation.run('sign', 'example.com.zone')).status).toBe(3);
  expect(withoutState(operation)).toEqual(before);
  expect({ ...operation.state(), lastError: undefined, audit: keep.audit }).toEqual(keep);
});
