import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FLAWS, SOUND } from '../test/support/flaws.ts';
import { MUTANTS } from '../test/support/mutants.ts';
import { codesShown, damaged, mutantWorld, signUndamaged } from '../test/support/mutants/world.ts';
import type { Kind, Measurement, Verdict } from './findings-document.ts';

/** RSASHA256 first: validns knows no other of these. */
const ALGORITHMS = [
  [8, 'RSASHA256'],
  [14, 'ECDSAP384SHA384'],
  [16, 'ED448'],
] as const;

/** All of them but the one that wants two name servers for every delegation. */
const VALIDNS_POLICIES = [
  'cname-other-data',
  'dname',
  'dnskey',
  'nsec3param-not-apex',
  'mx-alias',
  'ns-alias',
  'rp-txt-exists',
  'tlsa-host',
  'ksk-exists',
  'single-ns',
].flatMap((policy) => ['-p', policy]);

/** `named-checkzone` refuses what it would warn of. */
const STRICT = ['-k', '-m', '-M', '-n', '-r', '-S'].flatMap((option) => [option, 'fail']);

/** What is asked about a file; the file comes last. */
interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Further options for a zone with a digest. */
  readonly digestArgs?: readonly string[];
}

const VALIDNS: Program = {
  name: 'validns',
  command: 'validns',
  args: [...VALIDNS_POLICIES, '-z', 'example'],
};

const VERIFIERS: readonly Program[] = [
  { name: 'dnssec-verify', command: 'dnssec-verify', args: ['-o', 'example'] },
  { name: 'ldns-verify-zone', command: 'ldns-verify-zone', args: [], digestArgs: ['-Z'] },
  { name: 'kzonecheck', command: 'kzonecheck', args: ['-d', 'on', '-v', '-o', 'example'] },
  VALIDNS,
];

const CHECKERS: readonly Program[] = [
  {
    name: 'named-checkzone',
    command: 'named-checkzone',
    args: ['-i', 'local', ...STRICT, 'example'],
  },
  { name: 'kzonecheck', command: 'kzonecheck', args: ['-d', 'off', '-o', 'example'] },
  VALIDNS,
];

/** Packages of Debian that have them. */
const PACKAGES: Readonly<Record<string, string>> = {
  'dnssec-verify': 'bind9-utils',
  'named-checkzone': 'bind9-utils',
  'ldns-verify-zone': 'ldnsutils',
  kzonecheck: 'knot-dnssecutils',
  validns: 'validns',
};

/** Milliseconds after which a program is taken to go on for ever. */
const PATIENCE = 5000;

interface Answer {
  readonly refuses: boolean;
  readonly hangs: boolean;
  /** Lines that complain, without numbers: those differ from run to run. */
  readonly complaints: ReadonlySet<string>;
}

function ask({ command, args }: Program, file: string): Answer {
  const { status, signal, stdout, stderr, error } = spawnSync(command, [...args, file], {
    encoding: 'utf8',
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  const hangs = signal === 'SIGKILL';
  if (error !== undefined && !hangs) throw error;
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.replaceAll(/\d+/g, '#'));
  const complaints = lines.filter((line) =>
    /warn|error|note|bad|invalid|missing|expired|ignor|illegal|found|fail|not /i.test(line),
  );
  return { refuses: status !== 0, hangs, complaints: new Set(complaints) };
}

function verdict(answer: Answer, undamaged: Answer): Verdict {
  // What refuses the undamaged zone tells nothing.
  if (undamaged.refuses) return 'unable';
  if (answer.hangs) return 'hangs';
  if (answer.refuses) return 'refuses';
  return [...answer.complaints].some((line) => !undamaged.complaints.has(line)) ? 'warns' : 'accepts';
}

/** Asks programs about a zone without damage, and then about others. */
class Panel {
  readonly #programs: readonly Program[];
  readonly #file: string;
  readonly #undamaged = new Map<Program, Answer>();

  constructor(programs: readonly Program[], file: string, title: string, undamaged: string) {
    this.#programs = programs;
    this.#file = file;
    writeFileSync(file, undamaged);
    for (const program of programs) {
      const answer = ask(program, file);
      this.#undamaged.set(program, answer);
      if (answer.refuses)
        process.stderr.write(
          `${title}: ${program.name} refuses it: ${[...answer.complaints].slice(0, 3).join('; ')}\n`,
        );
    }
  }

  judge(text: string): Record<string, Verdict> {
    writeFileSync(this.#file, text);
    return Object.fromEntries(
      this.#programs.map((program) => {
        const undamaged = this.#undamaged.get(program)!;
        // A program that refuses all is not asked again.
        const answer = undamaged.refuses ? undamaged : ask(program, this.#file);
        return [program.name, verdict(answer, undamaged)];
      }),
    );
  }
}

/** Damages zones in every way, and asks the peers and ourselves. They are signed now: not every peer can be told the time. */
export async function measureFindings(ourProgram: string): Promise<Measurement> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'zonewright-'));
  const file = path.join(directory, 'zone');
  const ours = (...options: string[]): Program => ({
    name: 'zonewright',
    command: process.execPath,
    args: [ourProgram, 'verify', '-z', 'example', ...options],
  });
  const signed = [];
  for (const [algorithm, mnemonic] of ALGORITHMS) {
    const kinds = await measureMutants(algorithm, [...VERIFIERS, ours()], file);
    signed.push({ algorithm: mnemonic, kinds });
  }
  const panel = new Panel([...CHECKERS, ours('--unsigned')], file, 'a sound master file', SOUND);
  const unsigned = FLAWS.map(([name, text, codes]) => ({ name, codes, verdicts: panel.judge(`${text}\n`) }));
  rmSync(directory, { recursive: true });
  return { versions: versions(), signed, unsigned };
}

async function measureMutants(
  algorithm: number,
  programs: readonly Program[],
  file: string,
): Promise<Kind[]> {
  const kinds: Kind[] = [];
  for (const group of MUTANTS) {
    if ((group.algorithm ?? algorithm) !== algorithm || group.second === algorithm) continue;
    const world = await mutantWorld(algorithm, Math.floor(Date.now() / 1000) - 60, group.second);
    const undamaged = await signUndamaged(world, group, group.denials[0]![1]);
    const asked = programs.map((program) =>
      group.zonemd === undefined
        ? program
        : { ...program, args: [...(program.digestArgs ?? []), ...program.args] },
    );
    const panel = new Panel(asked, file, `${group.title}, algorithm ${algorithm}`, undamaged);
    for (const mutant of group.mutants) {
      const verdicts = panel.judge(await damaged(undamaged, mutant, world));
      kinds.push({ name: `${group.title}: ${mutant.name}`, codes: codesShown(mutant), verdicts });
    }
  }
  return kinds;
}

function versions(): Record<string, string> {
  const names = [...new Set([...VERIFIERS, ...CHECKERS].map(({ name }) => name))];
  return Object.fromEntries(
    names.map((name) => {
      const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', PACKAGES[name]!], {
        encoding: 'utf8',
      });
      return [name, /\d+(?:\.\d+)*/.exec(stdout.replace(/^\d+:/, ''))?.[0] ?? ''];
    }),
  );
}
