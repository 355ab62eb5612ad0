import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { temporaryDirectory } from '../support/workspace.ts';
import { runInProcess } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const require = createRequire(import.meta.url);

let good: string;

beforeAll(async () => {
  const home = process.cwd();
  process.chdir(temporaryDirectory());
  writeFileSync('example.com.zone', SMALL_ZONE);
  await runInProcess(['keygen', 'example.com']);
  expect((await runInProcess(['sign', 'example.com.zone'])).status).toBe(0);
  good = readFileSync('example.com.zone.signed', 'utf8');
  process.chdir(home);
});

beforeEach(() => {
  const bad = good.replace('A\t192.0.2.1\n', 'A\t192.0.2.11\n').replace('A\t192.0.2.2\n', 'A\t192.0.2.12\n');
  workIn({ 'good.signed': good, 'a <bad> & "worse" 100%, zone.signed': bad });
});

const BAD = 'a <bad> & "worse" 100%, zone.signed';

async function report(format: string, ...args: string[]): Promise<string> {
  return (await runInProcess(['verify', '-z', 'example.com', '--format', format, ...args])).stdout;
}

describe.each([[[BAD]], [[BAD, 'good.signed']], [[BAD, '--all-findings']], [['good.signed']]])(
  '%j',
  (args) => {
    test('SARIF follows the schema of OASIS', async () => {
      const file = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
      // It is of draft 4, which says "id" where later ones say "$id", and means the same by all else that it has.
      const {
        $schema: _,
        id: _id,
        ...schema
      } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, unicodeRegExp: false });
      const validate = ajv.compile(schema);
      void validate(JSON.parse(await report('sarif', ...args)));
      expect(validate.errors ?? []).toEqual([]);
    });

    test('JUnit is read by a parser of test results, with as many tests and failures', async () => {
      const xml = await report('junit', ...args);
      writeFileSync('report.xml', xml);
      const { parseV2 } = require('test-results-parser') as {
        parseV2: (options: object) => { result: JUnitResult; errors: string[] };
      };
      const { result, errors } = parseV2({ type: 'junit', files: ['report.xml'] });
      expect(errors).toEqual([]);
      const isBad = args.includes(BAD);
      const failures = isBad ? (args.includes('--all-findings') ? 2 : 1) : 0;
      expect(result.failed).toBe(failures);
      expect(result.total).toBe(result.suites.flatMap(({ cases }) => cases).length);
      expect(result.suites).toHaveLength(args.filter((name) => name.endsWith('.signed')).length);
      if (isBad) expect(result.suites[0]!.name).toBe(`example.com. (${BAD})`);
    });

    test('GitHub reads one command a line, each at a line of the file', async () => {
      const commands = (await report('github', ...args)).trimEnd().split('\n').map(readCommand);
      for (const { name, properties, data } of commands) {
        expect(name).toMatch(/^(?:error|warning|notice)$/);
        expect(Object.keys(properties)).toEqual(['file', 'line', 'title']);
        expect(data).toMatch(/\nhint: /);
      }
      if (!args.includes(BAD)) return;
      const [first] = commands;
      expect(first).toMatchObject({
        name: 'error',
        properties: { file: BAD, line: '11', title: 'rrsig/invalid' },
      });
      expect(readFileSync(BAD, 'utf8').split('\n')[10]).toMatch(/RRSIG\tA /);
    });
  },
);

interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Reads a command as the runner of GitHub Actions does (ActionCommand.TryParseV2). */
function readCommand(line: string): WorkflowCommand {
  const end = line.indexOf('::', 2);
  expect([line.slice(0, 2), end > 0]).toEqual(['::', true]);
  const head = line.slice(2, end);
  const space = head.indexOf(' ');
  const list = space < 0 ? [] : head.slice(space + 1).split(',');
  const properties = list.map((property): [string, string] => {
    const [name, ...value] = property.trim().split('=');
    return [name!, unescaped(value.join('='), { '%3A': ':', '%2C': ',' })];
  });
  return {
    name: space < 0 ? head : head.slice(0, space),
    properties: Object.fromEntries(properties),
    data: unescaped(line.slice(end + 2)),
  };
}

function unescaped(text: string, more: Readonly<Record<string, string>> = {}): string {
  const escapes: Readonly<Record<string, string>> = { '%0D': '\r', '%0A': '\n', ...more, '%25': '%' };
  return Object.entries(escapes).reduce((left, [from, to]) => left.replaceAll(from, to), text);
}

interface JUnitResult {
  readonly total: number;
  readonly failed: number;
  readonly suites: readonly { readonly name: string; readonly cases: readonly object[] }[];
}
