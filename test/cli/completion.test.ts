import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { VALUES_BY_NAME, valueName } from '../../src/cli/completion-candidates.ts';
import { COMPLETION_SCRIPTS } from '../../src/cli/completion-scripts.ts';
import { COMMAND_NAMES, createProgram } from '../../src/cli/program.ts';
import { processIo } from '../../src/io/process-io.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { runInProcess } from './in-process.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

/** Key files count by their names alone. */
const WORKSPACE = {
  '.zonewrightrc.yaml':
    'keyDirectory: k\nzones: {example.com: {file: example.com.zone}, münchen.example: {}}\n',
  'example.com.zone': SMALL_ZONE,
  'k/Kexample.com.+013+00321.key': '',
  'k/Kexample.com.+013+00321.private': '',
  'k/Kother.example.+015+40000.key': '',
  'other/Kelsewhere.example.+013+00007.key': '',
};

/** Command lines with the cursor at their end, and what a shell offers: exactly this, or at least this. */
const LINES: readonly (readonly [line: string, offered: readonly string[], how?: 'among others'])[] = [
  ['zonewright ver', ['verify']],
  ['zonewright -K k --json si', ['sign']],
  ['zonewright sign --nsec3-', ['--nsec3-iterations', '--nsec3-opt-out', '--nsec3-salt']],
  ['zonewright sign --key x --ke', ['--key', '--key-directory'], 'among others'],
  ['zonewright sign --nsec3 --nsec', ['--nsec', '--nsec3-iterations', '--nsec3-opt-out', '--nsec3-salt']],
  ['zonewright sign --serial ', ['keep', 'increment', 'unixtime', 'date']],
  ['zonewright keygen -a ED', ['ED25519', 'ED448']],
  ['zonewright keygen --role ', ['ksk', 'zsk', 'csk']],
  ['zonewright rotate ', ['example.com', 'other.example', 'xn--mnchen-3ya.example']],
  ['zonewright rotate example.com --ds-published ', ['321']],
  ['zonewright rotate --ds-published ', ['321', '40000']],
  ['zonewright --key-directory other rotate --ds-published ', ['7']],
  ['zonewright ds Kother', ['Kother.example.+015+40000']],
  ['zonewright ds example', ['example.com', 'example.com.zone']],
  ['zonewright sign exa', ['example.com.zone']],
  ['zonewright --config exa', ['example.com.zone']],
  ['zonewright --key-directory o', ['other']],
  ['zonewright help ro', ['rotate']],
  ['zonewright completion ', ['bash', 'fish', 'zsh']],
  ['zonewright verify --at ', []],
];

const launcher = fileURLToPath(new URL('../../bin/zonewright.js', import.meta.url));
const zshHarness = fileURLToPath(new URL('../support/zsh-completions.zsh', import.meta.url));

interface Shell {
  /** What the shell offers for a command line. */
  readonly complete: (line: string, script: string) => readonly [file: string, args: readonly string[]];
}

const SHELLS: Readonly<Record<string, Shell>> = {
  bash: {
    complete: (line, script) => [
      'bash',
      [
        ...['--norc', '--noprofile', '-c'],
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zonewright; printf "%s\\n" "${COMPREPLY[@]}"',
        ...['bash', script, ...line.split(' ')],
      ],
    ],
  },
  zsh: { complete: (line, script) => ['zsh', ['-f', zshHarness, script, line]] },
  fish: {
    complete: (line, script) => ['fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`]],
  },
};

describe.each(Object.keys(SHELLS))('completion in %s', (name) => {
  const { complete } = SHELLS[name]!;

  describeWithPeers([name], 'with the shell itself', () => {
    let home = '';

    beforeAll(() => {
      home = temporaryDirectory();
      mkdirSync(path.join(home, 'bin'));
      symlinkSync(launcher, path.join(home, 'bin/zonewright'));
      writeFileSync(path.join(home, 'script'), COMPLETION_SCRIPTS[name]!);
      mkdirSync(path.join(home, 'work'));
      for (const [file, content] of Object.entries(WORKSPACE)) {
        const target = path.join(home, 'work', file);
        mkdirSync(path.dirname(target), { recursive: true });
        writeFileSync(target, content);
      }
    });

    // Rows of one length: Jest would hand a callback to a parameter that a row has no value for.
    const rows = LINES.map(([line, offered, how = 'exactly']) => [line, offered, how] as const);

    test.each(rows)('%s', async (line, offered, how) => {
      const [file, args] = complete(line, path.join(home, 'script'));
      const { stdout } = await runPeer(file, args, {
        cwd: path.join(home, 'work'),
        env: { PATH: `${home}/bin:${process.env['PATH']}`, HOME: home, XDG_CONFIG_HOME: home },
      });
      // fish tells meanings behind a tab and marks directories.
      const values = stdout
        .split('\n')
        .filter((value) => value !== '')
        .map((value) => value.replace(/\t.*/, '').replace(/\/$/, ''));
      if (how === 'exactly') expect([...new Set(values)].sort()).toEqual([...offered].sort());
      else expect(values).toEqual(expect.arrayContaining([...offered]));
    });
  });
});

describeWithPeers(['zsh'], 'the script for zsh', () => {
  test('sets completion up where that was not done, and leaves no files', async () => {
    const home = temporaryDirectory();
    writeFileSync(path.join(home, 'script'), COMPLETION_SCRIPTS['zsh']!);
    const { stdout, stderr } = await runPeer('zsh', ['-fc', 'source ./script; print $_comps[zonewright]'], {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home },
    });
    expect([stdout, stderr]).toEqual(['_zonewright\n', '']);
    expect(readdirSync(home)).toEqual(['script']);
  });
});

describeWithPeers(['shellcheck'], 'shellcheck', () => {
  test('finds nothing in the script for bash', async () => {
    const { stdout } = await runPeer('shellcheck', ['-s', 'bash', '-'], {
      stdin: COMPLETION_SCRIPTS['bash']!,
    });
    expect(stdout).toBe('');
  });
});

describe('the answer to a shell', () => {
  const answer = async (...words: string[]): Promise<string[]> => {
    const { status, stdout, stderr } = await runInProcess(['complete', '--', ...words]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.trimEnd().split('\n');
  };

  test('is made from the definitions, with meanings', async () => {
    workIn();
    expect(await answer('')).toContain('sign\tsign zones');
    expect(await answer('')).not.toContainEqual(expect.stringMatching(/^complete\b/));
    expect(await answer('keygen', '-')).toContain('--spare\tset no times: a key that nothing uses yet');
  });

  test('understands words that bash has broken at "="', async () => {
    expect(await answer('verify', '--format', '=', 'js')).toContain('json');
    expect(await answer('verify', '--format', '=')).toContain('json');
    expect(await answer('verify', '--format=')).toContain('--format=json');
  });

  test('has options no more behind --', async () => {
    workIn(WORKSPACE);
    expect(await answer('ds', '--', '-')).toEqual(
      expect.arrayContaining(['files', 'Kexample.com.+013+00321\texample.com, ECDSAP256SHA256']),
    );
  });

  test('a configuration that is wrong, or no key directory, keeps nothing else from being offered', async () => {
    workIn({ '.zonewrightrc.yaml': 'zons: {}\n' });
    expect(await answer('rotate', '')).toEqual(['words']);
    expect(await answer('rotate', '--pl')).toContainEqual(expect.stringMatching(/^--plan\t/));
  });
});

/** Names of values that no shell can know. Whoever adds one decides here whether it can be completed. */
const FREE = [
  'COMMAND',
  'COUNT',
  'DURATION',
  'HEX',
  'I/N',
  'N',
  'NAME',
  'POLICY',
  'SERIAL',
  'SERVER',
  'TEXT',
  'TIME',
  'TTL',
  'URI',
];

test('it is decided of every value in the definitions how it is completed', async () => {
  const program = await createProgram(processIo(), COMMAND_NAMES, () => undefined);
  const undecided = [program, ...program.commands].flatMap((command) => [
    ...command.options
      .filter(({ required, argChoices }) => required && argChoices === undefined)
      .map((option) => valueName(option) ?? option.flags),
    ...command.registeredArguments
      .filter(({ argChoices }) => argChoices === undefined)
      .map((each) => each.name()),
  ]);
  const known = [...Object.keys(VALUES_BY_NAME), ...FREE, 'WORD'];
  expect([...new Set(undecided)].filter((name) => !known.includes(name))).toEqual([]);
});
