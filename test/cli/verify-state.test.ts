import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { copyFileSync, cpSync } from 'node:fs';
import { temporaryDirectory } from '../support/workspace.ts';
import { runForJson, runInProcess } from './in-process.ts';
import { DAY, HOUR, Operation } from './operation.ts';
import { SMALL_ZONE } from './working-directory.ts';

let prepared: string;

beforeAll(async () => {
  const home = process.cwd();
  prepared = temporaryDirectory();
  process.chdir(prepared);
  writeFileSync('example.com.zone', SMALL_ZONE);
  writeFileSync('.zonewrightrc.json', '{"zones": {"example.com": {"file": "example.com.zone"}}}');
  expect((await runInProcess(['rotate', 'example.com'])).stderr).not.toContain('zonewright:');
  expect((await runInProcess(['sign', 'example.com.zone'])).status).toBe(0);
  process.chdir(home);
});

beforeEach(() => {
  const directory = temporaryDirectory();
  cpSync(prepared, directory, { recursive: true });
  process.chdir(directory);
});

const SIGNED = 'example.com.zone.signed';

async function drift(...args: string[]): Promise<string[]> {
  const { document } = await runForJson(['verify', '--state', ...args, SIGNED]);
  const findings = document['findings'] as readonly { code: string }[];
  return findings.map(({ code }) => code).filter((code) => code.startsWith('state/'));
}

const keyFiles = (suffix: string): string[] => readdirSync('keys').filter((name) => name.endsWith(suffix));

describe('verify --state', () => {
  test('finds nothing where zone, state and key directory agree', async () => {
    expect(await drift()).toEqual([]);
  });

  test('sees a zone that the state has not recorded', async () => {
    writeFileSync(SIGNED, `${readFileSync(SIGNED, 'utf8')}; another version\n`);
    expect(await drift()).toEqual(['state/unrecorded']);
  });

  test('sees that a private key is lost', async () => {
    for (const name of keyFiles('.private')) rmSync(`keys/${name}`);
    expect(await drift()).toEqual(['state/no-private-key']);
  });

  test('sees that a key of the state is not in the zone, and one that it does not know is', async () => {
    const text = readFileSync(SIGNED, 'utf8').replace(/(DNSKEY\t256 3 13 )./, '$1A');
    writeFileSync(SIGNED, text);
    expect(await drift()).toEqual(
      expect.arrayContaining(['state/key-not-published', 'state/unrecorded', 'state/foreign-key']),
    );
  });

  test('sees that a key does not sign', async () => {
    const text = readFileSync(SIGNED, 'utf8').replaceAll(/^.*RRSIG\tDNSKEY.*\n/gm, '');
    writeFileSync(SIGNED, text);
    expect(await drift()).toEqual(['state/key-does-not-sign', 'state/unrecorded']);
  });

  test('sees a spare key', async () => {
    await runInProcess(['keygen', 'example.com', '--role', 'zsk']);
    expect(await drift()).toEqual(['state/spare-key']);
  });

  test('sees signatures that outlive the lifetime of their key', async () => {
    // 30 days of validity against a lifetime of 20 days.
    const policies = '"policies": {"default": {"zskLifetime": "20d"}}';
    writeFileSync(
      '.zonewrightrc.json',
      `{${policies}, "zones": {"example.com": {"file": "example.com.zone"}}}`,
    );
    expect(await drift()).toEqual(['state/outlives-plan']);
  });

  test('needs a state', async () => {
    const { status, stderr } = await runInProcess(['verify', '--state', '-K', 'nowhere', SIGNED]);
    expect(status).toBe(3);
    expect(stderr).toContain('there is no rotation state of example.com.');
  });

  test('does not go with --unsigned', async () => {
    const { status } = await runInProcess(['verify', '--state', '--unsigned', 'example.com.zone']);
    expect(status).toBe(2);
    expect((await runInProcess(['verify', '--unsigned', 'example.com.zone'])).status).toBe(0);
  });
});

describe('verify --state beside a rollover of the ZSK', () => {
  /** Codes about the state, for a version of the zone as the state is now. */
  async function drift(operation: Operation, file: string): Promise<string[]> {
    const { stdout } = await operation.run('verify', '--state', file, '--json');
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string }[] };
    return findings.map(({ code }) => code).filter((code) => code.startsWith('state/'));
  }

  /** Roles and states of the keys in the graph. */
  async function statesInGraph(operation: Operation): Promise<string[]> {
    const graph = await operation.succeed('verify', '--state', SIGNED, '--graph', 'mermaid');
    const keys = graph.matchAll(/\["([KZ]SK) \d+<br\/>ECDSAP256SHA256<br\/>(\w+)"\]/g);
    return [...keys].map(([, role, state]) => `${role!} ${state!}`).sort();
  }

  test('an older version has keys and signatures that the state has done with, and the graph their states', async () => {
    const operation = await Operation.enabled();
    await operation.rotate('--start', 'zsk', '--sign');
    copyFileSync(SIGNED, 'published');
    expect(await drift(operation, 'published')).toEqual([]);
    expect(await statesInGraph(operation)).toEqual(['KSK active', 'ZSK active', 'ZSK pending']);

    await operation.pass(6 * HOUR, HOUR);
    expect(await drift(operation, SIGNED)).toEqual([]);
    expect(await statesInGraph(operation)).toEqual(['KSK active', 'ZSK active', 'ZSK retired']);
    // Both ZSKs are in the older version, but the wrong one signs.
    expect(await drift(operation, 'published')).toEqual([
      'state/key-does-not-sign',
      'state/retired-key-signs',
    ]);

    await operation.pass(9 * DAY, 3 * DAY);
    expect(await drift(operation, SIGNED)).toEqual([]);
    expect(await drift(operation, 'published')).toEqual([
      'state/key-published',
      'state/key-does-not-sign',
      'state/unrecorded',
      'state/retired-key-signs',
    ]);
  });
});
