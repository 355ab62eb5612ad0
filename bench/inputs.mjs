/**
 * What is measured on, in bench/work: zones from their fixed seed, keys (made once), Knot's configurations, signed zones.
 *
 * Paths are relative to bench/work, where every command runs.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { ask, firstLine, WORK } from './programs.mjs';
import * as zones from './zones.mjs';

export const CORES = availableParallelism();

const inWork = (...parts) => path.join(WORK, ...parts);

/** Writes a zone, or the thousand of the fleet. */
export async function makeZone(name) {
  await mkdir(inWork('zones/fleet'), { recursive: true });
  if (name !== 'fleet') await writeFile(inWork(zoneFile(name)), zones[name].text());
  else for (const { origin, text } of zones.fleet) await writeFile(inWork(fleetFile(origin)), text());
}

export const zoneFile = (name) => `zones/${name}`;
export const fleetFile = (origin) => `zones/fleet/${origin}`;
export const originOf = (name) => zones[name].origin;
export const fleetOrigins = zones.fleet.map(({ origin }) => origin);

const ALGORITHMS = { p256: 'ECDSAP256SHA256', ed25519: 'ED25519' };

/** The directory of a zone's KSK and ZSK. */
export const keyDirectory = (zone, algorithm) => `keys/${zone}-${algorithm}`;

/** Makes a KSK and a ZSK, in BIND's format, for all to sign with. */
export async function makeKeys(zone, algorithm) {
  const directory = keyDirectory(zone, algorithm);
  if (existsSync(inWork(directory, 'complete'))) return;
  rmSync(inWork(directory), { recursive: true, force: true });
  await mkdir(inWork(directory), { recursive: true, mode: 0o700 });
  const options = ['-q', '-K', directory, '-a', ALGORITHMS[algorithm]];
  for (const origin of zone === 'fleet' ? fleetOrigins : [originOf(zone)]) {
    demand('dnssec-keygen', [...options, origin]);
    demand('dnssec-keygen', [...options, '-f', 'KSK', origin]);
  }
  await writeFile(inWork(directory, 'complete'), '');
}

/** The keys of a zone without their suffix, the KSK first. */
export function keyBases(zone, algorithm) {
  const directory = keyDirectory(zone, algorithm);
  return readdirSync(inWork(directory))
    .filter((name) => name.endsWith('.key'))
    .map((name) => `${directory}/${name.slice(0, -'.key'.length)}`)
    .sort((a, b) => Number(isKsk(b)) - Number(isKsk(a)));
}

const isKsk = (base) => readFileSync(inWork(`${base}.key`), 'utf8').includes(' DNSKEY 257 ');

/** The directory of a Knot configuration that signs a zone with the same keys. */
export const knotDirectory = (zone, algorithm) => `knot/${zone}-${algorithm}`;

/** Makes Knot's configuration and its key database; `denial` is `nsec` or `opt-out`. */
export async function makeKnot(zone, algorithm, denial) {
  const directory = knotDirectory(zone, algorithm);
  rmSync(inWork(directory), { recursive: true, force: true });
  await mkdir(inWork(directory), { recursive: true, mode: 0o700 });
  const nsec3 = [
    '    nsec3: on',
    '    nsec3-opt-out: on',
    '    nsec3-iterations: 0',
    '    nsec3-salt-length: 0',
  ];
  await writeFile(
    inWork(directory, 'knot.conf'),
    [
      'database:',
      `  storage: ${directory}`,
      'policy:',
      '  - id: bench',
      '    manual: on',
      `    signing-threads: ${CORES}`,
      ...(denial === 'opt-out' ? nsec3 : []),
      'zone:',
      `  - domain: ${originOf(zone)}`,
      '    storage: zones',
      `    file: ${zone}`,
      '    dnssec-signing: on',
      '    dnssec-policy: bench',
      '',
    ].join('\n'),
  );
  for (const base of keyBases(zone, algorithm))
    demand('keymgr', ['-c', `${directory}/knot.conf`, originOf(zone), 'import-bind', `${base}.key`]);
}

/** Runs a command that prepares something; it must succeed. */
export function demand(program, args) {
  const { status, stdout, stderr } = ask(program, args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${firstLine(stderr + stdout)}`);
}

export const copy = (from, to) => cp(inWork(from), inWork(to), { recursive: true });
export const makeDirectory = (directory) => mkdir(inWork(directory), { recursive: true });
export const write = (file, text) => writeFile(inWork(file), text);
export const remove = (directory) => rmSync(inWork(directory), { recursive: true, force: true });

/** Writes a copy of a signed zone, of one record a line, in which one signature in the middle is wrong. */
export async function spoil(from, to) {
  const text = await readFile(inWork(from), 'latin1');
  const signature = /(?<=\sRRSIG\s+\S+ \d+ \d+ \d+ \d{14} \d{14} \d+ \S+ )[A-Za-z0-9+/]/g;
  signature.lastIndex = text.length >> 1;
  const { index, 0: digit } = signature.exec(text);
  await writeFile(
    inWork(to),
    text.slice(0, index) + (digit === 'A' ? 'B' : 'A') + text.slice(index + 1),
    'latin1',
  );
}

/** Expirations of a signed zone's signatures, in epoch seconds; for zones of up to half a gigabyte. */
export function expirations(file) {
  const text = readFileSync(inWork(file), 'latin1');
  const rrsig = /\sRRSIG\s+[A-Z0-9-]+\s+\d+\s+\d+\s+\d+\s+(?:\(\s*)?(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\s/g;
  return Array.from(
    text.matchAll(rrsig),
    ([, year, ...rest]) => Date.UTC(Number(year), rest[0] - 1, ...rest.slice(1).map(Number)) / 1000,
  );
}
