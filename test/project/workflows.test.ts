import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { describe, expect, test } from '@jest/globals';
import { defaultLoaders } from 'cosmiconfig';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import type { RunResult } from '../support/run-process.ts';
import { ShellWorkspace } from '../support/shell-workspace.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { SMALL_ZONE } from '../cli/working-directory.ts';

function yaml(file: string): unknown {
  return defaultLoaders['.yaml'](file, readFileSync(file, 'utf8'));
}

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: Readonly<Record<string, string>>; readonly steps: readonly Step[] }
    >
  >;
}

const action = yaml('action.yml') as Action;

/** A runner with a repository of one zone, whose npm tells what it was asked to install. */
class Runner {
  readonly shell: ShellWorkspace;
  readonly #output: string;

  constructor() {
    const home = temporaryDirectory();
    this.#output = path.join(home, 'output');
    this.shell = new ShellWorkspace(home, { GITHUB_OUTPUT: this.#output });
    writeFileSync(path.join(home, 'bin/npm'), '#!/bin/sh\necho "npm $*"\n', { mode: 0o755 });
    mkdirSync(path.join(this.shell.work, 'zones'));
    writeFileSync(path.join(this.shell.work, 'zones/example.com.zone'), SMALL_ZONE);
    writeFileSync(
      path.join(this.shell.work, '.zonewrightrc.yaml'),
      'zones: {example.com: {file: zones/example.com.zone}}\n',
    );
  }

  /** Runs the steps of the action until one fails, as a runner does with these inputs. */
  async run(inputs: Readonly<Record<string, string>> = {}): Promise<{ result: RunResult; changed: string }> {
    writeFileSync(this.#output, '');
    let result: RunResult = { status: 0, stdout: '', stderr: '' };
    for (const step of action.runs.steps) {
      const variables = Object.entries(step.env ?? {}).map(([name, value]) => {
        const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? '';
        return `export ${name}='${inputs[input] ?? action.inputs[input]!.default}'\n`;
      });
      const { status, stdout, stderr } = await this.shell.run(variables.join('') + step.run!);
      result = { status, stdout: result.stdout + stdout, stderr: result.stderr + stderr };
      if (status !== 0) break;
    }
    return { result, changed: readFileSync(this.#output, 'utf8').trim() };
  }
}

describe('action.yml', () => {
  test('is a composite action whose scripts get inputs through the environment alone', () => {
    expect(action.runs.using).toBe('composite');
    for (const { run } of action.runs.steps) expect(run).not.toContain('${{');
    for (const { description } of Object.values(action.inputs)) expect(description).not.toBe('');
  });

  test.each([[{}], [{ files: 'zones/example.com.zone', 'min-validity': '7d' }]])(
    'signs and verifies with %j, and tells whether something changed',
    async (inputs) => {
      const runner = new Runner();
      await runner.shell.run('zonewright keygen example.com');
      const first = await runner.run(inputs);
      expect(first).toMatchObject({ changed: 'changed=true', result: { status: 0 } });
      expect(first.result.stdout).toContain('npm install --global --no-audit --no-fund zonewright@latest');
      expect(readFileSync(path.join(runner.shell.work, 'zones/example.com.zone.signed'), 'utf8')).toMatch(
        /RRSIG/,
      );
      expect(await runner.run(inputs)).toMatchObject({ changed: 'changed=false', result: { status: 0 } });
    },
  );

  test('fails where there is no key, and where a signature expires too soon, with an annotation', async () => {
    const runner = new Runner();
    const without = await runner.run();
    expect(without.result.status).toBe(3);
    await runner.shell.run('zonewright keygen example.com');
    const { result } = await runner.run({ 'min-validity': '60d' });
    expect(result.status).toBe(1);
    expect(result.stdout).toMatch(/^::error /m);
  });
});

describe('by the schema of GitHub', () => {
  const workflows = [
    ...readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`),
    'examples/github-actions.yml',
    'examples/ci-matrix.yml',
  ];

  test.each(workflows)('%s is a workflow', (file) => {
    expect(validateWorkflow(readFileSync(file, 'utf8'))).toEqual({ actionType: 'workflow', errors: [] });
  });

  test('action.yml is an action', () => {
    expect(validateAction(readFileSync('action.yml', 'utf8'))).toEqual({ actionType: 'action', errors: [] });
  });

  test('what is none is found', () => {
    expect(validateWorkflow('on: push\njobs: {a: {runs: x}}\n').errors).not.toEqual([]);
  });
});

describe('the release workflow', () => {
  const { jobs } = yaml('.github/workflows/release.yml') as Workflow;
  const { permissions, steps } = jobs['publish']!;

  test('publishes with provenance, after everything was tested', () => {
    expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const runs = steps.map(({ run }) => run);
    expect(runs.at(-1)).toBe('npm publish --provenance --access public');
    expect(runs).toContain('.ci/run');
  });

  test('refuses a tag that is not that of the version', async () => {
    const check = steps.find(({ name }) => name?.startsWith('The tag'))!.run!;
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const shell = new ShellWorkspace(temporaryDirectory());
    writeFileSync(path.join(shell.work, 'package.json'), readFileSync('package.json'));
    expect((await shell.run(`GITHUB_REF_NAME=v${version}\n${check}`)).status).toBe(0);
    expect((await shell.run(`GITHUB_REF_NAME=v9.9.9\n${check}`)).status).toBe(1);
  });
});

describeWithPeers(['shellcheck'], 'shellcheck', () => {
  test('finds nothing in the scripts of the action', async () => {
    for (const { run } of action.runs.steps) {
      const { stdout } = await runPeer('shellcheck', ['-s', 'bash', '-'], { stdin: run! });
      expect(stdout).toBe('');
    }
  });
});
