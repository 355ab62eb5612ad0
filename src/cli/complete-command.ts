import { readdirSync } from 'node:fs';
import { Command } from './commander.ts';
import { nameToText } from '../dns/name.ts';
import { algorithmByNumber } from '../dnssec/algorithms.ts';
import type { ProcessIo } from '../io/process-io.ts';
import { readKeyBaseName } from '../keys/key-name.ts';
import type { Execute } from './command.ts';
import {
  completionOf,
  printCompletions,
  readTyped,
  type Candidate,
  type TypedLine,
  type ValueSource,
} from './completion-candidates.ts';
import { readSettings } from './session.ts';

/** The hidden subcommand `complete`, which the scripts of `completion` ask what may stand at the cursor. Whatever is wrong, it says nothing of it. */
export function completeCommand(_execute: Execute, io: ProcessIo): Command {
  return new Command('complete')
    .description('Tells a shell what may stand at the cursor.')
    .argument('[WORD...]', 'the words behind the name of the program, the last one is that at the cursor')
    .action(async (words: string[], _flags: object, command: Command) => {
      const program = command.parent ?? command;
      const line = readTyped(program, words);
      const { paths, candidates, sources } = completionOf(program, line);
      const lookedUp = sources.length === 0 ? [] : await lookUp(io, line, sources);
      await io.stdout.write(printCompletions(paths, [...candidates, ...lookedUp]));
    });
}

/** Zones, keys and key tags of the configuration and the key directory. */
async function lookUp(
  io: ProcessIo,
  line: TypedLine,
  sources: readonly ValueSource[],
): Promise<readonly Candidate[]> {
  const given = Object.fromEntries(
    [...line.options].flatMap(([option, value]) =>
      value === undefined ? [] : [[option.attributeName(), value]],
    ),
  );
  // A configuration that is not understood is no reason to offer nothing.
  const settings = await readSettings(io, given).catch(() => undefined);
  const keys = keyNames(settings?.keyDirectory ?? 'keys');
  const configured = (settings?.configuration.zones ?? []).map(({ name }) => zoneText(nameToText(name)));
  const zones = new Set([...configured, ...keys.map(({ zone }) => zone)]);
  const named = line.operands.map(zoneText).filter((operand) => zones.has(operand));
  const ofZone = keys.filter(({ zone }) => named.length === 0 || named.includes(zone));
  const candidates: Readonly<Record<ValueSource, () => Candidate[]>> = {
    zones: () => [...zones].map((value) => ({ value })),
    keys: () => keys.map(({ base, meaning }) => ({ value: base, meaning })),
    tags: () => ofZone.map(({ tag, meaning }) => ({ value: tag, meaning })),
  };
  return sources.flatMap((source) => candidates[source]());
}

function zoneText(name: string): string {
  return name.toLowerCase().replace(/(?<=.)\.$/, '');
}

/** The keys of a directory, by the names of their files. */
function keyNames(directory: string): { base: string; zone: string; tag: string; meaning: string }[] {
  return listed(directory).flatMap((file) => {
    const base = file.replace(/\.key$/, '');
    const name = base === file ? undefined : readKeyBaseName(base);
    if (name === undefined) return [];
    const zone = zoneText(name.zoneText);
    const algorithm = algorithmByNumber(name.algorithm)?.mnemonic ?? `algorithm ${name.algorithm}`;
    return [{ base, zone, tag: String(name.keyTag), meaning: `${zone}, ${algorithm}` }];
  });
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
