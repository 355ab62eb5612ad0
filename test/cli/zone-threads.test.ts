import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { printTime } from '../../src/dns/time.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { NOW } from '../support/sign-text.ts';
import { IN_USE } from '../support/sign-world.ts';
import { ed25519Key, writeKeyFiles } from '../support/test-keys.ts';
import { runCli, temporaryDirectory } from '../support/workspace.ts';

/** Enough zones that threads are started for them. */
const ZONES = Array.from({ length: 80 }, (_, i) => `zone${i}.example`);
/** Among them one that has no keys, one that cannot be signed, one that draws a warning, and one whose key is under a passphrase. */
const [KEYLESS, WRONG, DOUBTFUL, LOCKED] = [ZONES[6]!, ZONES[7]!, ZONES[8]!, ZONES[9]!];
const PASSPHRASE = 'correct horse battery staple';

function zoneText(zone: string): string {
  const mx = zone === DOUBTFUL ? '@ IN MX 10 nowhere\n' : '';
  const wrong = zone === WRONG ? 'www IN CNAME ns\n' : '';
  return `$ORIGIN ${zone}.\n$TTL 3600\n@ IN SOA ns hostmaster 1 7200 3600 1209600 300\n@ IN NS ns\nns IN A 192.0.2.1\nwww IN A 192.0.2.2\n${mx}${wrong}`;
}

async function fleet(): Promise<string> {
  const directory = temporaryDirectory();
  mkdirSync(path.join(directory, 'signed'));
  writeFileSync(path.join(directory, 'passphrase'), PASSPHRASE);
  const zones: Record<string, object> = {};
  for (const zone of ZONES) {
    writeFileSync(path.join(directory, zone), zoneText(zone));
    zones[zone] = { file: zone, output: `signed/${zone}` };
    if (zone === KEYLESS) continue;
    const addKey = (role: 'ksk' | 'zsk'): Promise<string> =>
      writeKeyFiles(path.join(directory, 'keys'), ed25519Key(role, `${role} of ${zone}`), fileStore, {
        zone: `${zone}.`,
        timing: IN_USE,
      });
    await addKey('zsk');
    const base = await addKey('ksk');
    if (zone !== LOCKED) continue;
    const locked = await runCli(['keygen', '--encrypt', `keys/${base}`, '--passphrase-file', 'passphrase'], {
      cwd: directory,
    });
    expect(locked).toMatchObject({ status: 0 });
  }
  writeFileSync(path.join(directory, '.zonewrightrc.json'), JSON.stringify({ zones }));
  return directory;
}

async function signAll(jobs: string): Promise<{ signed: Record<string, string>; stderr: string }> {
  const directory = await fleet();
  const args = ['sign', '--all', '--jobs', jobs, '--now', printTime(NOW), '--quiet'];
  const { status, stderr } = await runCli([...args, '--passphrase-file', 'passphrase'], { cwd: directory });
  expect(status).toBe(3);
  const names = readdirSync(path.join(directory, 'signed')).sort();
  const read = (name: string): string => readFileSync(path.join(directory, 'signed', name), 'utf8');
  return { signed: Object.fromEntries(names.map((name) => [name, read(name)])), stderr };
}

describe('many zones', () => {
  test('are signed by several threads as by one: what fails fails alone, and everything is told', async () => {
    const alone = await signAll('1');
    const together = await signAll('3');
    expect(together.signed).toEqual(alone.signed);
    expect(Object.keys(together.signed)).toEqual(
      ZONES.filter((zone) => zone !== WRONG && zone !== KEYLESS).sort(),
    );
    const lines = (text: string): string[] => text.split('\n').sort();
    expect(lines(together.stderr)).toEqual(lines(alone.stderr));
    expect(together.stderr).toContain(`${WRONG}:7: a CNAME stands beside other data`);
    expect(together.stderr).toContain(`zonewright: ${KEYLESS}.: there is no key of`);
    expect(together.stderr).toContain(`nowhere.${DOUBTFUL}. has no address`);
  });
});
