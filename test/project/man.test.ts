import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { manPages } from '../../scripts/man-pages.ts';
import { COMMAND_NAMES } from '../../src/cli/program.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import packageJson from '../../package.json' with { type: 'json' };

let pages: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  pages = await manPages(new Date('2026-11-22T12:00:00Z'));
});

test('there is a page for the program and for each command, and the package has them', () => {
  const commands = COMMAND_NAMES.filter((name) => name !== 'complete');
  const expected = ['zonewright.1', ...commands.map((name) => `zonewright-${name}.1`)];
  expect([...pages.keys()].sort()).toEqual(expected.sort());
  expect(packageJson.man.map((file) => path.basename(file)).sort()).toEqual(expected);
});

test('no page has an option twice', () => {
  for (const [name, text] of pages) {
    const options = text.match(/^\.It Fl .+$/gm)!;
    expect({ name, options: options.toSorted() }).toEqual({ name, options: [...new Set(options)].sort() });
  }
});

describeWithPeers(['mandoc'], 'mandoc', () => {
  let directory = '';
  const write = (): string[] =>
    [...pages].map(([name, text]) => {
      writeFileSync(path.join(directory, name), text);
      return name;
    });

  beforeAll(() => {
    directory = temporaryDirectory();
  });

  test('finds nothing in the pages, whose references are to pages that exist', async () => {
    const { stdout } = await runPeer('mandoc', ['-T', 'lint', ...write()], { cwd: directory });
    // It looks for references among the manuals that are installed.
    const missing = /STYLE: referenced manual not found: Xr (\S+) 1$/;
    for (const line of stdout.split('\n').filter((each) => each !== '')) {
      const [, reference] = missing.exec(line) ?? [];
      expect({ line, exists: pages.has(`${reference}.1`) }).toEqual({ line, exists: true });
    }
  });

  test('shows what the definitions have', async () => {
    write();
    const { stdout } = await runPeer('mandoc', ['-T', 'ascii', 'zonewright-sign.1'], { cwd: directory });
    // Without the overstriking for bold and underlined letters.
    const text = stdout.replace(/.\x08/g, '');
    expect(text).toMatch(/^NAME\n +zonewright-sign - sign zones$/m);
    expect(text).toMatch(/^ +-z, --zone ZONE$/m);
    expect(text).toMatch(
      /--serial POLICY\n +The new SOA serial[^]{1,40}keep,\s+increment,\s+unixtime,\s+date/,
    );
    expect(text).toMatch(/zonewright sign --all --shard 2\/4/);
    for (const section of ['SYNOPSIS', 'ENVIRONMENT', 'FILES', 'EXIT STATUS', 'EXAMPLES', 'SEE ALSO']) {
      expect(text).toContain(`\n${section}\n`);
    }
  });
});

test('the manual tells every exit status', async () => {
  const { EXIT_STATUS_MEANINGS } = await import('../../scripts/manual.ts');
  const { ExitStatus } = await import('../../src/cli/exit-status.ts');
  expect(EXIT_STATUS_MEANINGS.map(([status]) => status)).toEqual(Object.values(ExitStatus));
});
