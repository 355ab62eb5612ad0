import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { guardedSuite } from '../support/guarded-suite.ts';
import { fetchNode, NODE_RELEASES } from '../support/node-releases.ts';
import { runProcess, type RunOptions, type RunResult } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import packageJson from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

async function succeed(file: string, args: readonly string[], options?: RunOptions): Promise<RunResult> {
  const result = await runProcess(file, args, { timeout: 110_000, ...options });
  if (result.status !== 0) throw new Error(`${file} ${args.join(' ')}: ${result.stdout}\n${result.stderr}`);
  return result;
}

/** A copy of the sources as a fresh clone has them, so that packing leaves the `dist` of other tests alone. */
async function cloneSources(directory: string): Promise<void> {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await succeed('git', options, { cwd: root });
  const needed = /^(?:bin|examples|schemas|scripts|src)\/|^[^/]+$/;
  for (const file of stdout.split('\0').filter((name) => needed.test(name))) {
    if (existsSync(path.join(root, file))) cpSync(path.join(root, file), path.join(directory, file));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
}

interface PackedFile {
  readonly path: string;
}

// Dependencies and other releases of Node.js come from the registry, which a developer's test run should not wait for.
const isAsked = process.env['CI'] === 'true' || process.env['TEST_PACKAGE'] === '1';

guardedSuite({
  title: 'the package',
  missing: isAsked ? [] : ['CI=true or TEST_PACKAGE=1'],
  remedy: 'this suite fetches four releases of Node.js',
  body: () => {
    let directory = '';
    let installed = '';
    let files: readonly string[] = [];

    beforeAll(async () => {
      directory = temporaryDirectory();
      const clone = path.join(directory, 'clone');
      mkdirSync(clone);
      await cloneSources(clone);
      const packing = await succeed('npm', ['pack', '--json', '--foreground-scripts=false'], { cwd: clone });
      const [packed] = JSON.parse(packing.stdout) as { filename: string; files: PackedFile[] }[];
      files = packed!.files.map((file) => file.path);
      const tarball = path.join(clone, packed!.filename);
      const prefix = path.join(directory, 'prefix');
      const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
      await succeed('npm', ['install', '--global', '--prefix', prefix, ...quiet, tarball]);
      installed = path.join(prefix, 'lib/node_modules/zonewright');
    }, 600_000);

    test('has what is needed, and nothing else', () => {
      const allowed =
        /^(?:package\.json|README\.md|LICENSE|bin\/(?:zonewright\.js|package\.json)|dist\/commander\.LICENSE|dist\/[\w.-]+\.js|dist\/library\.d\.ts|man\/zonewright[\w-]*\.1|schemas\/[\w-]+\.schema\.json)$/;
      expect(files.filter((file) => !allowed.test(file))).toEqual([]);
      const needed = [
        'bin/zonewright.js',
        'bin/package.json',
        'dist/commander.LICENSE',
        'dist/main.js',
        'dist/library.js',
        'dist/library.d.ts',
      ];
      expect(files).toEqual(expect.arrayContaining([...needed, ...packageJson.man]));
    });

    test('sends nobody to a page that is not in it', () => {
      const named = files
        .filter((file) => /^(?:dist|man|schemas)\//.test(file))
        .flatMap(
          (file) => readFileSync(path.join(installed, file), 'utf8').match(/\bdocs\/[\w-]+\.md/g) ?? [],
        );
      expect(named).toEqual([]);
    });

    test('brings its program and manual pages with it', () => {
      expect(existsSync(path.join(directory, 'prefix/bin/zonewright'))).toBe(true);
      expect(existsSync(path.join(directory, 'prefix/share/man/man1/zonewright-sign.1'))).toBe(true);
    });

    test('has types that a consumer can compile with', async () => {
      const consumer = path.join(directory, 'consumer');
      mkdirSync(path.join(consumer, 'node_modules'), { recursive: true });
      symlinkSync(installed, path.join(consumer, 'node_modules/zonewright'));
      const source = readFileSync(path.join(root, 'examples/library.mjs'), 'utf8');
      writeFileSync(path.join(consumer, 'example.mts'), source);
      writeFileSync(
        path.join(consumer, 'wrong.mts'),
        "import { parseZone } from 'zonewright';\nparseZone(42);\n",
      );
      const { stdout } = await runProcess(
        process.execPath,
        [
          path.join(root, 'node_modules/typescript/bin/tsc'),
          ...['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'],
          ...['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')],
          ...['example.mts', 'wrong.mts'],
        ],
        { cwd: consumer },
      );
      expect(stdout.trim().split('\n')).toEqual([
        expect.stringMatching(/^wrong\.mts\(2,11\): error TS2345: /),
      ]);
    });

    describe.each(NODE_RELEASES)('on Node.js %s', (release) => {
      test('makes keys, signs, prints DS, verifies, and serves as a library', async () => {
        const node = await fetchNode(release, path.join(directory, 'node'));
        const work = path.join(directory, `work-${release}`);
        mkdirSync(path.join(work, 'node_modules'), { recursive: true });
        cpSync(path.join(root, 'fixtures/demo/example.com.zone'), path.join(work, 'example.com.zone'));
        const { stdout: version } = await succeed(node, ['--version']);
        expect(version).toMatch(new RegExp(`^v${release}\\.`));
        const run = (...args: readonly string[]): Promise<RunResult> =>
          succeed(node, [path.join(installed, 'bin/zonewright.js'), ...args], { cwd: work });

        expect((await run('--version')).stdout.trim()).toBe(packageJson.version);
        await run('keygen', 'example.com');
        // Large enough that threads and the compiler of this release get ready for it.
        const hosts = Array.from({ length: 4000 }, (_, i) => `host${i} IN A 192.0.2.${i % 256}\n`);
        appendFileSync(path.join(work, 'example.com.zone'), hosts.join(''));
        const signed = await run('sign', 'example.com.zone', '--jobs', '2');
        expect(signed.stderr).not.toMatch(/flag|deprecat/i);
        const { stdout: ds } = await run('ds', 'example.com');
        expect(ds).toMatch(/^example\.com\. IN DS \d+ 13 2 [0-9A-F]{64}\n$/);
        const verified = await run(
          'verify',
          '--ds',
          ds.split(' ').slice(3).join(' '),
          'example.com.zone.signed',
        );
        expect(verified.stderr).toBe('');

        symlinkSync(installed, path.join(work, 'node_modules/zonewright'));
        cpSync(path.join(root, 'examples/library.mjs'), path.join(work, 'library.mjs'));
        const example = await succeed(node, ['library.mjs'], { cwd: work });
        expect(example.stdout).toMatch(/^example\.com\.\t3600\tIN\tSOA\t/m);
        expect(example.stderr).toMatch(/^for the parent: example\.com\. IN DS \d+ 15 2 [0-9A-F]{64}$/m);
      }, 600_000);
    });
  },
});
