import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, SIGNED } from '../cli/operation.ts';
import { describeWithPeers } from '../support/peers.ts';
import { ServedOperation } from '../support/served-world.ts';
import { peersComplaints } from '../support/zone-verifiers.ts';

const POLICY = 'kskLifetime: unlimited, zskLifetime: unlimited, kskRollover: double-ds, checkParent: false';

/** Peers know no time but the real one. */
const START = Math.floor(Date.now() / 1000) - 12 * DAY;

/** A zone in its ordinary life. The model of the resolvers takes CDS and CDNSKEY for RRsets like all others. */
async function ordinaryZone(): Promise<ServedOperation> {
  const operation = new ServedOperation({ policy: POLICY });
  operation.now = START;
  operation.serveDs([]);
  await operation.rotate('--sign');
  operation.observe();
  await operation.finish();
  return operation;
}

/** What `verify` notes of the zone, and of a request for the DS of a key that is not in it. */
const EXPECTED = new Set(['zone/single-ns', 'cds/unmatched']);

/**
 * Goes on until no rollover is in progress. Returns the signers of CDS and CDNSKEY in each version, by their keys' places in `bases`.
 * @param check is told of each version that has others
 */
async function signersUntilDone(
  operation: ServedOperation,
  bases: readonly string[],
  check: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const seen: string[] = [];
  const look = async (): Promise<void> => {
    const { keys } = operation.state();
    const placesOf = (type: string): number[] =>
      operation.signers(type).map((tag) => bases.indexOf(keys.find(({ keyTag }) => keyTag === tag)!.base));
    const signers = placesOf('CDS').sort();
    expect(placesOf('CDNSKEY').sort()).toEqual(signers);
    if (seen.at(-1) === signers.join('+')) return;
    seen.push(signers.join('+'));
    const { stdout } = await operation.run('verify', SIGNED, '--json');
    const { findings } = JSON.parse(stdout) as { findings: { code: string }[] };
    const said = findings.map(({ code }) => code).filter((code) => !EXPECTED.has(code));
    expect(said).toEqual([]);
    await check();
  };
  await look();
  while (operation.state().rollovers.length > 0) {
    await operation.nights(6 * HOUR, 6 * HOUR);
    await operation.rotate('--sign');
    operation.observe();
    await look();
    const signed = operation.signed();
    await operation.sign();
    expect(operation.signed()).toBe(signed);
  }
  return seen;
}

const PEERS = ['dnssec-verify', 'ldns-verify-zone', 'kzonecheck'] as const;

describeWithPeers(PEERS, 'CDS and CDNSKEY in a double-DS rollover', () => {
  test('are signed by the ZSK, too: every cache can validate them, and peers have nothing against it', async () => {
    const operation = await ordinaryZone();
    const [ksk] = operation.keys('ksk');
    const [zsk] = operation.keys('zsk');
    expect(operation.signers('CDS')).toEqual([ksk!.keyTag]);
    await operation.rotate('--start', 'ksk', '--sign');
    operation.observe();
    const bases = [...operation.keys('ksk'), zsk!].map(({ base }) => base);
    const check = async (): Promise<void> => {
      const complaints = await peersComplaints(PEERS, SIGNED, 'example.com');
      // What is peculiar to double-DS: one of the two keys that are asked for is not in the zone.
      expect(
        complaints.replaceAll(/kzonecheck: .*|.*CDNSKEY not match DNSKEY.*|Error summary:/g, '').trim(),
      ).toBe('');
    };
    expect(await signersUntilDone(operation, bases, check)).toEqual(['0+2', '1+2', '1']);
    expect(operation.violations).toEqual([]);
  });
});

describe('with a KSK in a safe, CDS and CDNSKEY', () => {
  test('have its signature from the response, and that of the ZSK from here', async () => {
    const operation = await ordinaryZone();
    mkdirSync('safe');
    const [old] = operation.keys('ksk');
    renameSync(`keys/${old!.base}.private`, `safe/${old!.base}.private`);
    writeFileSync(`safe/${old!.base}.key`, readFileSync(`keys/${old!.base}.key`));
    const made = await operation.succeed('keygen', 'example.com', '--role', 'ksk', '--spare', '-K', 'safe');
    const base = made.trim();
    copyFileSync(`safe/${base}.key`, `keys/${base}.key`);
    operation.configure(POLICY.replace('kskLifetime: unlimited', 'kskLifetime: 8d'));
    await operation.rotate('--key-request', 'ksr', '--until', '30d');
    await operation.succeed('sign', '--key-request', 'ksr', '--response', 'skr', '-K', 'safe');
    await operation.sign('--response', 'skr');
    operation.observe();
    while (operation.state().rollovers.length === 0) await operation.nights(6 * HOUR, 6 * HOUR);
    const [zsk] = operation.keys('zsk');
    expect(await signersUntilDone(operation, [old!.base, base, zsk!.base])).toEqual(['0+2', '1+2', '1']);
    expect(operation.violations).toEqual([]);
    await operation.expectValid(operation.keys('ksk'));
  });
});
