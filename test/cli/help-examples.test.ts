import { copyFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { documentedCommands, examplesOf } from '../../scripts/manual.ts';
import { COMMAND_NAMES, createProgram } from '../../src/cli/program.ts';
import { processIo } from '../../src/io/process-io.ts';
import { ShellWorkspace } from '../support/shell-workspace.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { Operation } from './operation.ts';

const program = await createProgram(processIo(), COMMAND_NAMES, () => undefined);
const commands = documentedCommands(program);

/** What needs something that is not here. Such an example has to be understood all the same: it must not fail for its spelling. */
const NEEDS_MORE: readonly RegExp[] = [
  /--pkcs11/,
  /--check-parent/,
  /--push/,
  /--check-servers/,
  /--response/,
  /--server/,
  /ds \S+ --check$/,
];

/** What a person has done before. */
const PREPARATIONS: readonly { readonly of: RegExp; readonly run: string }[] = [
  {
    of: /zsk\.pem/,
    run: 'openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out zsk.pem',
  },
  { of: /--successor/, run: 'zonewright keygen --settime Kexample.com.+013+12345 --inactive +60d' },
];

describe('the help of every command', () => {
  test.each(commands.map((command) => command.name()))('%s has examples', (name) => {
    const command = commands.find((each) => each.name() === name)!;
    expect(examplesOf(command).length).toBeGreaterThan(1);
  });
});

describe('every example of the help works', () => {
  let prepared = '';
  let tag = '';
  let now = 0;

  beforeAll(async () => {
    const home = process.cwd();
    const operation = await Operation.enabled();
    try {
      now = operation.now;
      tag = String(operation.keys('ksk')[0]!.keyTag).padStart(5, '0');
      await operation.succeed('sign', 'example.com.zone');
      copyFileSync('example.com.zone', 'db.example');
      copyFileSync('example.com.zone.signed', 'served.zone');
      prepared = temporaryDirectory();
      new ShellWorkspace(prepared).fill(operation.directory);
    } finally {
      process.chdir(home);
    }
  }, 60_000);

  const examples = commands.flatMap((command) => examplesOf(command).map((example) => example.command));

  test.each(examples)('%s', async (line) => {
    const shell = new ShellWorkspace(temporaryDirectory(), {
      ZONEWRIGHT_NOW: String(now),
      ZONEWRIGHT_PASSPHRASE: 'correct horse battery staple',
    });
    shell.fill(`${prepared}/work`);
    const before = PREPARATIONS.filter(({ of }) => of.test(line)).map(({ run }) => `${run}\n`);
    const script = [...before, line].join('').replaceAll('12345', tag);
    const { status, stdout, stderr } = await shell.run(script);
    if (NEEDS_MORE.some((pattern) => pattern.test(line)))
      expect(stderr).not.toMatch(/unknown|missing argument/);
    else expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
  });
});
