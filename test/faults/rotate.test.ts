import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readState } from '../../src/commands/state-store.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { environmentError } from '../../src/errors.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { fileLocks } from '../../src/io/state-lock.ts';
import type { AtomicFile, FileStore } from '../../src/keys/file-store.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import { bundleChild } from '../support/child-program.ts';
import { cronLine } from '../support/cron-line.ts';
import { runProcess, type RunResult } from '../support/run-process.ts';
import { DAY, NOW } from '../support/sign-text.ts';
import { PLAIN_ZONE } from '../support/sign-world.ts';
import { codesOf, verifyFile } from '../support/verify-file.ts';
import { temporaryDirectory } from '../support/workspace.ts';

/** What a run is asked for, and when. */
interface Scenario {
  readonly title: string;
  readonly prepared: 'empty' | 'signed';
  readonly start: 'zsk' | undefined;
}

const SCENARIOS: readonly Scenario[] = [
  { title: 'the first run', prepared: 'empty', start: undefined },
  { title: 'a run that begins a rollover', prepared: 'signed', start: 'zsk' },
];

const directories = { empty: '', signed: '' };
const LATER = NOW + 3 * DAY;

beforeAll(async () => {
  directories.empty = temporaryDirectory();
  writeFileSync(path.join(directories.empty, 'zone'), PLAIN_ZONE);
  directories.signed = temporaryDirectory();
  cpSync(directories.empty, directories.signed, { recursive: true });
  await run(directories.signed, fileStore, {}, NOW);
  await run(directories.signed, fileStore, {}, NOW + DAY);
  const ksk = (await stateOf(directories.signed))?.keys.find(({ role }) => role === 'ksk');
  const dsPublished = [{ keyTag: ksk!.keyTag, at: NOW + DAY }];
  await run(directories.signed, fileStore, { dsPublished }, NOW + DAY);
});

function run(directory: string, files: FileStore, request: object, now = LATER): Promise<void> {
  return cronLine(directory, { now, files, locks: fileLocks({ patience: 0 }) }, request);
}

/** A copy of what a scenario begins with. */
function prepare({ prepared }: Scenario): string {
  const directory = temporaryDirectory();
  cpSync(directories[prepared], directory, { recursive: true });
  return directory;
}

/** A file system in which operation N fails, and every later one, as for a process that has died. Counts from 1. */
function dyingStore(last: number): { files: FileStore; count: () => number } {
  let count = 0;
  const step = (): void => {
    if (++count >= last) throw environmentError('file/failed', 'the process has died');
  };
  const guard =
    <A extends unknown[], R>(operation: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      step();
      return operation(...args);
    };
  const atomic = (file: AtomicFile): AtomicFile => ({
    write: guard((data) => file.write(data)),
    commit: guard(() => file.commit()),
    discard: () => file.discard(),
  });
  const openAtomic: FileStore['openAtomic'] = async (...args) => {
    step();
    return atomic(await fileStore.openAtomic(...args));
  };
  return {
    files: {
      ...fileStore,
      read: guard((path) => fileStore.read(path)),
      readText: guard((path) => fileStore.readText(path)),
      list: guard((path) => fileStore.list(path)),
      status: guard((path) => fileStore.status(path)),
      isSameFile: guard((path, other) => fileStore.isSameFile(path, other)),
      createExclusive: guard((path, data, mode) => fileStore.createExclusive(path, data, mode)),
      makeDirectory: guard((path, mode) => fileStore.makeDirectory(path, mode)),
      remove: guard((path) => fileStore.remove(path)),
      removeEmptyDirectory: guard((path) => fileStore.removeEmptyDirectory(path)),
      openAtomic,
      writeAtomic: async (file, data, options) => {
        const output = await openAtomic(file, options);
        try {
          await output.write(data);
          await output.commit();
        } finally {
          await output.discard();
        }
      },
    },
    count: () => count,
  };
}

async function stateOf(directory: string): Promise<RotationState | undefined> {
  const world = { files: fileStore, simulated: false };
  return (await readState(path.join(directory, 'keys'), nameFromText('example.'), world))?.state;
}

const temporaryFiles = (directory: string): string[] =>
  readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.tmp'));

/** The files by name, as far as that does not depend on the keys that were made. */
const shapeOf = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .map(({ name }) => name.replaceAll(/\+\d{5}\b/g, '+tag').replaceAll(/\d+-[0-9a-f]{12}\.tmp/g, 'x.tmp'))
    .sort();

const zoneOf = (directory: string): string | undefined =>
  readdirSync(directory).includes('zone.signed')
    ? readFileSync(path.join(directory, 'zone.signed'), 'utf8')
    : undefined;

async function expectWhole(directory: string): Promise<void> {
  const report = await verifyFile(path.join(directory, 'zone.signed'), { at: LATER });
  expect(codesOf(report, 'error')).toEqual([]);
}

/** Old or new, whole; and the next runs come to where an undisturbed one would be. */
async function expectRecovered(directory: string, scenario: Scenario): Promise<void> {
  const before = zoneOf(directories[scenario.prepared]);
  await stateOf(directory);
  if (zoneOf(directory) !== before) await expectWhole(directory);
  // What the operator asked for may have been decided already.
  const isStarted = ((await stateOf(directory))?.rollovers.length ?? 0) > 0;
  await run(directory, fileStore, isStarted || scenario.start === undefined ? {} : { start: scenario.start });
  // Keys that were made before the first state are found by the run after; it takes them for spares.
  await run(directory, fileStore, {});
  await expectWhole(directory);
  const state = (await stateOf(directory))!;
  expect(state.rollovers).toMatchObject([{ name: scenario.start === 'zsk' ? 'zsk-prepublish' : 'enable' }]);
  const published = state.keys.filter(({ use }) => use.published);
  expect(published.map(({ role }) => role).sort()).toEqual(
    scenario.start === 'zsk' ? ['ksk', 'zsk', 'zsk'] : ['ksk', 'zsk'],
  );
  expect(zoneOf(directory)?.match(/\tDNSKEY\t\d/g)).toHaveLength(published.length);
  // The newest version is the one that is there.
  const digest = createHash('sha256').update(zoneOf(directory)!).digest('hex').toUpperCase();
  expect(state.ledger.publications.at(-1)).toMatchObject({ digest, established: LATER });
}

describe.each(SCENARIOS)('$title', (scenario) => {
  const request = scenario.start === undefined ? {} : { start: scenario.start };

  test('fails at a file operation and at all that follow: the next run completes', async () => {
    let deaths = 0;
    // Every third: what is left behind at each of them is seen below.
    for (let operation = 1; ; operation += 3) {
      const directory = prepare(scenario);
      const { files, count } = dyingStore(operation);
      await run(directory, files, request).catch(() => undefined);
      if (count() < operation) break;
      deaths++;
      await expectRecovered(directory, scenario);
    }
    expect(deaths).toBeGreaterThan(20);
  });

  /** A run in a process of its own, which the environment can have trouble. */
  const inProcess = (directory: string, env: Record<string, string>): Promise<RunResult> => {
    const program = bundleChild('rotate-run', temporaryDirectory());
    const start = scenario.start === undefined ? [] : [scenario.start];
    return runProcess(process.execPath, [program, directory, String(LATER), ...start], { env });
  };

  test('is killed at any file operation: the next run completes', async () => {
    const directory = prepare(scenario);
    const copies = temporaryDirectory();
    const { stdout } = await inProcess(directory, { WATCHED: directory, LEFT_BEHIND: copies });
    const { operations } = JSON.parse(stdout) as { operations: number };
    expect(operations).toBeGreaterThan(200);
    const moments = readdirSync(copies)
      .map(Number)
      .sort((a, b) => a - b);
    expect(moments.length).toBeGreaterThan(30);

    // Processes that are killed in earnest leave what was seen.
    for (const moment of moments.filter((_, index) => index % 7 === 3)) {
      const killed = prepare(scenario);
      expect((await inProcess(killed, { FAULT: `kill:${moment}` })).status).toBeNull();
      expect(shapeOf(killed)).toEqual(shapeOf(path.join(copies, String(moment))));
      await expectRecovered(killed, scenario);
    }
    let litter = 0;
    for (const moment of moments) {
      const left = path.join(copies, String(moment));
      litter += temporaryFiles(left).length;
      await expectRecovered(left, scenario);
      expect(temporaryFiles(left)).toEqual([]);
    }
    // There was something to clear away.
    expect(litter).toBeGreaterThan(5);
  }, 300_000);

  test.each([
    ['a full disk', 'ENOSPC', 'file/no-space'],
    ['a read-only file system', 'EROFS', 'file/permission'],
  ])('on %s ends with exit status 4, and changes nothing', async (_, fault, code) => {
    const directory = prepare(scenario);
    const filesOf = (): string[] => readdirSync(directory, { recursive: true }).map(String).sort();
    const before = [zoneOf(directory), await stateOf(directory), filesOf().filter((name) => name !== 'keys')];
    const { stdout } = await inProcess(directory, { FAULT: `${fault}:1+` });
    expect(JSON.parse(stdout)).toMatchObject({ result: 'environment', code });
    expect([
      zoneOf(directory),
      await stateOf(directory),
      filesOf().filter((name) => name !== 'keys'),
    ]).toEqual(before);
  });
});

test('of several runs at once one begins the rollover; the others find it begun, or end with exit status 4', async () => {
  const program = bundleChild('rotate-run', temporaryDirectory());
  const directory = prepare(SCENARIOS[1]!);
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { stdout } = await runProcess(process.execPath, [program, directory, String(LATER), 'zsk']);
      const { result, code } = JSON.parse(stdout) as { result: string; code?: string };
      return code ?? result;
    }),
  );
  for (const outcome of outcomes) expect(['done', 'state/locked', 'rotate/in-progress']).toContain(outcome);
  await run(directory, fileStore, {});
  const state = (await stateOf(directory))!;
  expect(state.rollovers).toMatchObject([{ name: 'zsk-prepublish' }]);
  expect(state.keys.map(({ role }) => role).sort()).toEqual(['ksk', 'zsk', 'zsk']);
  expect(temporaryFiles(directory)).toEqual([]);
  await expectWhole(directory);
});
