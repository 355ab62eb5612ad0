import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { defaultLoaders } from 'cosmiconfig';
import { SMALL_ZONE } from '../cli/working-directory.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { runProcess, type RunResult } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/workspace.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const program = fileURLToPath(new URL('../../bin/zonewright.js', import.meta.url));

/** Where the examples keep everything. */
const HOME = '/var/lib/zonewright';

function example(name: string): string {
  return readFileSync(path.join(examples, name), 'utf8');
}

function yaml(name: string): unknown {
  return defaultLoaders['.yaml'](name, example(name));
}

/** A machine with the configuration of the examples and a zone, where `zonewright` and the controls of name servers are in the PATH. */
class Machine {
  readonly directory = temporaryDirectory();

  constructor() {
    mkdirSync(this.path('zones'));
    mkdirSync(this.path('bin'));
    writeFileSync(this.path('zones/example.com.zone'), SMALL_ZONE);
    writeFileSync(this.path('zonewright.config.yaml'), example('zonewright.config.yaml'));
    this.script('zonewright', `exec '${process.execPath}' '${program}' "$@"`);
    this.script('nsd-control', `echo "$*" >> '${this.path('reloads')}'`);
  }

  path(name: string): string {
    return path.join(this.directory, name);
  }

  script(name: string, line: string): void {
    writeFileSync(this.path(`bin/${name}`), `#!/bin/sh\n${line}\n`);
    chmodSync(this.path(`bin/${name}`), 0o755);
  }

  /** An example for this machine. */
  adapted(name: string): string {
    return example(name).replaceAll(HOME, this.directory);
  }

  shell(command: string): Promise<RunResult> {
    const search = `${this.path('bin')}:${process.env['PATH'] ?? ''}`;
    return runProcess('/bin/sh', ['-e', '-c', command], { cwd: this.directory, env: { PATH: search } });
  }

  async succeed(command: string): Promise<RunResult> {
    const result = await this.shell(command);
    if (result.status !== 0)
      throw new Error(`${command}: exit status ${result.status ?? ''}\n${result.stderr}`);
    return result;
  }

  /** What the name server was told. */
  reloads(): string[] {
    return existsSync(this.path('reloads'))
      ? readFileSync(this.path('reloads'), 'utf8').trim().split('\n')
      : [];
  }
}

describe('crontab', () => {
  const lines = example('crontab')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const jobs = lines.filter((line) => /^[\d*]/.test(line));

  test('is of the form of /etc/cron.d', () => {
    expect(lines.filter((line) => !jobs.includes(line)).every((line) => /^[A-Z]+=\S+$/.test(line))).toBe(
      true,
    );
    for (const job of jobs) expect(job).toMatch(/^(?:(?:\d+|\*)\s+){5}zonewright\s+cd \S+ && \S/);
    expect(jobs.length).toBe(4);
  });

  test('does its work in silence, and every line runs', async () => {
    const machine = new Machine();
    for (const job of jobs) {
      const command = /^(?:\S+\s+){6}(.*)$/.exec(job)![1]!.replaceAll(HOME, machine.directory);
      const { status, stdout, stderr } = await machine.shell(command);
      // Nobody is asked for anything yet, so that all is well; cron would mail whatever is printed.
      expect({ command, status, stdout, stderr }).toEqual({ command, status: 0, stdout: '', stderr: '' });
    }
    expect(machine.reloads()).toEqual(['reload example.com']);
  });
});

interface Pipeline {
  readonly [job: string]: unknown;
}

describe('the nightly job of', () => {
  const github = yaml('github-actions.yml') as {
    readonly on: { readonly schedule: readonly { readonly cron: string }[] };
    readonly concurrency: { readonly 'cancel-in-progress': boolean };
    readonly jobs: { readonly sign: { readonly steps: readonly { readonly run?: string }[] } };
  };
  const gitlab = (yaml('gitlab-ci.yml') as Pipeline)['sign zones'] as {
    readonly script: readonly string[];
    readonly before_script: readonly string[];
    readonly resource_group: string;
  };

  const jobs: readonly (readonly [string, readonly string[]])[] = [
    ['GitHub Actions', github.jobs.sign.steps.flatMap(({ run }) => (run === undefined ? [] : [run]))],
    ['GitLab CI', [...gitlab.before_script, ...gitlab.script]],
  ];

  test('each service runs at night, and one at a time', () => {
    expect(github.on.schedule).toEqual([{ cron: '17 2 * * *' }]);
    expect(github.concurrency['cancel-in-progress']).toBe(false);
    expect(gitlab.resource_group).toBe('sign-zones');
  });

  test.each(jobs)('%s runs, and leaves the signed zones committed', async (_, commands) => {
    const machine = new Machine();
    // As the comments in both say.
    const lines = example('zonewright.config.yaml').split('\n');
    const configuration = lines.filter((line) => !/afterSign|publishedWhen|^policies|default:/.test(line));
    writeFileSync(machine.path('zonewright.config.yaml'), configuration.join('\n'));
    await machine.succeed(
      'git init -q --bare .origin && git init -q -b main . && git remote add origin ./.origin',
    );
    await machine.succeed(`printf '%s\\n' bin .origin verify.xml > .gitignore`);
    await machine.succeed(
      'git config user.name x; git config user.email x@example.com; git add . && git commit -qm zones',
    );
    await machine.succeed('git push -q -u origin main');
    for (const command of commands) {
      if (command.startsWith('npm install')) continue;
      // GitLab's runner is detached from branches, and pushes to a URL.
      await machine.succeed(command.startsWith('git push') ? 'git push -q' : command);
    }
    const { stdout } = await machine.succeed('git show --stat --format=%s HEAD && git status --short');
    expect(stdout).toMatch(/^Sign zones/);
    expect(stdout).toContain('zones/example.com.zone.signed');
    expect(stdout).toContain('keys/example.com.state.json');
  });
});

describeWithPeers(['systemd-analyze'], 'the units for systemd', () => {
  const NAMES = ['zonewright.service', 'zonewright.timer'];

  /** The units with a program that is there. */
  function units(machine: Machine): string[] {
    return NAMES.map((name) => {
      const file = machine.path(name);
      const text = example(`systemd/${name}`).replaceAll(
        '/usr/bin/zonewright',
        machine.path('bin/zonewright'),
      );
      writeFileSync(file, text);
      return file;
    });
  }

  test('are found right by systemd', async () => {
    const { status, stdout, stderr } = await runPeer('systemd-analyze', [
      'verify',
      '--man=no',
      '--recursive-errors=no',
      ...units(new Machine()),
    ]);
    expect([status, stdout + stderr]).toEqual([0, '']);
  });

  test('leave little to attack: the exposure is 2.0 at most', async () => {
    const [service] = units(new Machine());
    const { status, stdout } = await runPeer('systemd-analyze', [
      'security',
      '--offline=true',
      '--no-pager',
      '--threshold=20',
      service!,
    ]);
    expect({ status, stdout }).toMatchObject({ status: 0 });
  });

  test('run what runs', async () => {
    const machine = new Machine();
    const [, command] = /^ExecStart=\/usr\/bin\/(.*)$/m.exec(example('systemd/zonewright.service'))!;
    await machine.succeed(command!);
    expect(existsSync(machine.path('zones/example.com.zone.signed'))).toBe(true);
  });
});

describeWithPeers(
  ['nsd-checkconf', 'nsd-checkzone', 'named-checkconf', 'knotc'],
  'the configurations of servers',
  () => {
    let machine: Machine;

    /** The example as a file for this machine. */
    const written = (name: string): string => {
      const file = machine.path(name);
      writeFileSync(file, machine.adapted(`servers/${name}`));
      return file;
    };

    beforeAll(async () => {
      machine = new Machine();
      await machine.succeed('zonewright rotate --all --sign');
    });

    test('nsd takes its own, and the zone', async () => {
      expect(await runPeer('nsd-checkconf', [written('nsd.conf')])).toMatchObject({ status: 0, stderr: '' });
      const options = ['-z', 'example.com', '-o', 'zonefile', machine.path('nsd.conf')];
      const { stdout } = await runPeer('nsd-checkconf', options);
      expect(stdout.trim()).toBe('example.com.zone.signed');
      const zone = machine.path('zones/example.com.zone.signed');
      expect(await runPeer('nsd-checkzone', ['example.com', zone])).toMatchObject({ status: 0 });
    });

    test('BIND takes its own, and loads the zone', async () => {
      const { status, stdout, stderr } = await runPeer('named-checkconf', ['-z', written('named.conf')]);
      expect({ status, stdout, stderr }).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/zone example\.com\/IN: loaded serial \d+ \(DNSSEC signed\)/),
      });
    });

    test('Knot takes its own', async () => {
      const { status, stdout, stderr } = await runPeer('knotc', ['-c', written('knot.conf'), 'conf-check']);
      expect({ status, stdout, stderr }).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('valid'),
      });
    });

    test.each([
      ['nsd.conf', 'nsd-control'],
      ['named.conf', 'rndc'],
      ['knot.conf', 'knotc'],
    ])('%s says how it is reloaded, as the configuration has it', (name, control) => {
      const [, argv] = /afterSign: (\[.*\])/.exec(example(`servers/${name}`))!;
      expect(argv).toContain(`[${control}, `);
      expect(example('zonewright.config.yaml').replaceAll("'", '"')).toContain(argv);
    });
  },
);
