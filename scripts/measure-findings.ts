import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { damaged, mutantContent, mutantWorld, MUTANTS, signMutantZone } from '../test/support/mutants.ts';
import type { Measurement, Verdict } from './findings-document.ts';

const RSASHA256 = 8;

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
].flatMap((policy) => ['-p', policy]);

interface Program {
  readonly name: string;
  readonly args: (file: string, hasZonemd: boolean) => readonly string[];
  readonly version: readonly string[];
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'dnssec-verify',
    args: (file) => ['-o', 'example', file],
    version: ['-V'],
  },
  {
    name: 'ldns-verify-zone',
    args: (file, hasZonemd) => [...(hasZonemd ? ['-Z'] : []), file],
    version: ['-v'],
  },
  { name: 'kzonecheck', args: (file) => ['-d', 'on', '-v', '-o', 'example', file], version: ['-V'] },
  { name: 'validns', args: (file) => [...VALIDNS_POLICIES, '-z', 'example', file], version: [] },
];

/** Milliseconds after which a program is taken to go on for ever. */
const PATIENCE = 5000;

interface Answer {
  readonly refuses: boolean;
  readonly hangs: boolean;
  /** Lines that complain, without numbers: those differ from run to run. */
  readonly complaints: ReadonlySet<string>;
}

function ask(command: string, args: readonly string[]): Answer {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  const hangs = signal === 'SIGKILL';
  if (error !== undefined && !hangs) throw error;
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.replaceAll(/\d+/g, '#'));
  const complaints = lines.filter((line) => /warn|error|note|bad|invalid|missing|expired|not /i.test(line));
  return { refuses: status !== 0, hangs, complaints: new Set(complaints) };
}

function verdict(answer: Answer, undamaged: Answer): Verdict {
  if (answer.hangs) return 'hangs';
  if (answer.refuses) return 'refuses';
  return [...answer.complaints].some((line) => !undamaged.complaints.has(line)) ? 'warns' : 'accepts';
}

/** Damages a zone in every way, and asks the peers and ourselves. The zone is signed now: not every peer can be told the time. */
export async function measureFindings(ourProgram: string): Promise<Measurement> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'zonewright-'));
  const file = path.join(directory, 'zone');
  const programs = [
    ...PROGRAMS.map(({ name, args }) => ({
      name,
      ask: (hasZonemd: boolean): Answer => ask(name, args(file, hasZonemd)),
    })),
    {
      name: 'zonewright',
      ask: () => ask(process.execPath, [ourProgram, 'verify', '-z', 'example', file]),
    },
  ];
  const kinds: Measurement['kinds'][number][] = [];
  for (const { title, mutants, denials, zonemd, second } of MUTANTS) {
    const world = await mutantWorld(RSASHA256, Math.floor(Date.now() / 1000) - 60, second);
    // validns does not know CDS: they are in the zone only where they are what is damaged.
    for (const withCds of [true, false]) {
      const ofZone = mutants.filter(({ codes }) => codes.some((code) => code.startsWith('cds/')) === withCds);
      if (ofZone.length === 0) continue;
      const text = mutantContent(world);
      const signed = await signMutantZone(
        world,
        denials[0]![1],
        zonemd,
        withCds ? text : text.replaceAll(/^.* CD(?:S|NSKEY) .*$/gm, ''),
      );
      writeFileSync(file, signed);
      const undamaged = new Map(programs.map((program) => [program.name, program.ask(zonemd !== undefined)]));
      for (const [name, { refuses, complaints }] of undamaged)
        if (refuses)
          process.stderr.write(
            `${title}: ${name} refuses the undamaged zone: ${[...complaints].join('; ')}\n`,
          );
      for (const mutant of ofZone) {
        writeFileSync(file, damaged(signed, mutant, world));
        const verdicts = programs.map((program): readonly [string, Verdict] => {
          const before = undamaged.get(program.name)!;
          // What refuses the undamaged zone tells nothing.
          return [
            program.name,
            before.refuses ? 'unable' : verdict(program.ask(zonemd !== undefined), before),
          ];
        });
        kinds.push({
          group: title,
          name: mutant.name,
          codes: mutant.codes,
          verdicts: Object.fromEntries(verdicts),
        });
      }
    }
  }
  rmSync(directory, { recursive: true });
  return { programs: versions(), kinds };
}

function versions(): Record<string, string> {
  const found = PROGRAMS.map(({ name, version }): readonly [string, string] => {
    if (version.length === 0) return [name, ''];
    const { stdout, stderr } = spawnSync(name, version, { encoding: 'utf8' });
    return [name, /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? ''];
  });
  return { ...Object.fromEntries(found), zonewright: '' };
}
