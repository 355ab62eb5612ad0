import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { readState } from '../../src/commands/state-store.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { environmentError } from '../../src/errors.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { fileLocks } from '../../src/io/state-lock.ts';
import type { FileStore } from '../../src/keys/file-store.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import { cronLine } from '../support/cron-line.ts';
import { DAY, NOW } from '../support/sign-text.ts';
import { PLAIN_ZONE } from '../support/sign-world.ts';
import { temporaryDirectory } from '../support/workspace.ts';

/** A file system in which no private key can be deleted, as one that somebody made immutable. */
const stubborn: FileStore = {
  ...fileStore,
  remove: async (file) => {
    if (file.endsWith('.private'))
      throw environmentError('file/permission', 'permission denied', { location: { file } });
    await fileStore.remove(file);
  },
};

test('a private key that cannot be deleted stays, the state says so, nothing else waits for it, and the next run deletes it', async () => {
  const directory = temporaryDirectory();
  const keys = path.join(directory, 'keys');
  writeFileSync(path.join(directory, 'zone'), PLAIN_ZONE);
  let now = NOW;
  const warnings: string[] = [];
  const run = (request: object, files = fileStore): Promise<void> =>
    cronLine(
      directory,
      { now, files, locks: fileLocks({ patience: 0 }), warn: (text) => void warnings.push(text) },
      request,
    );
  const state = async (): Promise<RotationState> =>
    (await readState(keys, nameFromText('example.'), { files: fileStore, simulated: false }))!.state;
  await run({});
  now += DAY;
  await run({});
  const { keys: first } = await state();
  const [ksk, zsk] = ['ksk', 'zsk'].map((role) => first.find((key) => key.role === role)!);
  await run({ dsPublished: [{ keyTag: ksk!.keyTag, at: now }] });
  await run({ start: 'zsk' });
  const stateOfZsk = async (): Promise<RotationState['keys'][number]> =>
    (await state()).keys.find(({ base }) => base === zsk!.base)!;
  for (let night = 0; night < 30 && (await stateOfZsk()).removed === undefined; night++) {
    now += DAY;
    await run({});
  }
  expect((await stateOfZsk()).removed).toBeDefined();
  expect(warnings).toEqual([]);
  const filesOfZsk = (): string[] => readdirSync(keys).filter((name) => name.startsWith(zsk!.base));

  // Another rollover begins in the same run.
  await run({ purge: true, start: 'zsk' }, stubborn);
  expect(warnings).toEqual([`ZSK ${zsk!.keyTag} (ECDSAP256SHA256) cannot be deleted now: permission denied`]);
  expect(filesOfZsk()).toEqual([`${zsk!.base}.private`]);
  expect((await stateOfZsk()).purged).toBeUndefined();
  expect((await state()).rollovers).toMatchObject([{ name: 'zsk-prepublish' }]);
  expect(JSON.stringify((await state()).audit)).not.toContain('purge');

  await run({ purge: true });
  expect(filesOfZsk()).toEqual([]);
  expect((await stateOfZsk()).purged).toBe(now);
  expect((await state()).audit.filter(({ what }) => what.startsWith('purge: deleted'))).toHaveLength(1);
});
