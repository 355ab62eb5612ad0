/**
 * The programs that take part: where they are looked for, which are installed, which version they are, and what ours can do by now.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Where all commands run, and what their relative paths start from. */
export const WORK = path.join(repository, 'bench/work');
/** Our launcher, as seen from there. */
export const ZONEWRIGHT = path.relative(WORK, path.join(repository, 'bin/zonewright.js'));

/** Servers' tools live in the sbin folders, which an ordinary user's PATH may leave out. */
const folders = [
  ...(process.env.PATH ?? '').split(path.delimiter),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
].filter((folder) => folder !== '');

/** The environment of every command: all programs are found, and none of our settings is. */
export const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ZONEWRIGHT_'))),
  PATH: folders.join(path.delimiter),
  LC_ALL: 'C',
};

export function isInstalled(program) {
  if (program === 'node') return true;
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The file to start for a program of a command; `node` is the one that runs us. */
export const executable = (program) => (program === 'node' ? process.execPath : program);

/** What a short command prints, both streams together; the status is -1 where it cannot be started. */
export function ask(program, args) {
  const { status, stdout, stderr } = spawnSync(executable(program), args, {
    cwd: WORK,
    env: environment,
    encoding: 'utf8',
  });
  return { status: status ?? -1, stdout: stdout ?? '', stderr: stderr ?? '' };
}

/** How each peer tells its version; validns has no way. */
const versionOptions = {
  'dnssec-signzone': '-V',
  'dnssec-verify': '-V',
  'named-compilezone': '-v',
  'named-checkzone': '-v',
  'ldns-signzone': '-v',
  'ldns-verify-zone': '-v',
  'ldns-read-zone': '-v',
  kzonesign: '-V',
  kzonecheck: '-V',
  validns: undefined,
  openssl: 'version',
};

/** Program → version, null where it is not installed. */
export function peerVersions() {
  return Object.fromEntries(
    Object.entries(versionOptions).map(([program, option]) => {
      if (!isInstalled(program)) return [program, null];
      if (option === undefined) return [program, 'installed'];
      const { stdout, stderr } = ask(program, [option]);
      return [program, /\d+\.\d+[\w.~-]*/.exec(stdout + stderr)?.[0] ?? 'installed'];
    }),
  );
}

/** Our version and, in a checkout, the commit that it is. */
export function ourVersion() {
  const { version } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'));
  const { status, stdout } = ask('git', ['describe', '--always', '--dirty']);
  return status === 0 ? `${version} (${stdout.trim()})` : version;
}

/** Why a command of ours, or an option of it, cannot be measured; undefined where it can. */
export function whyMissing(command, option) {
  const { status, stdout, stderr } = ask('node', [ZONEWRIGHT, command, '--help']);
  if (status !== 0) return `zonewright ${command} --help: ${firstLine(stderr)}`;
  if (!stdout.startsWith(`Usage: zonewright ${command}`)) return `zonewright has no command ${command}`;
  if (option !== undefined && !stdout.includes(option))
    return `zonewright ${command} has no option ${option}`;
  return undefined;
}

/** The first line that says something. */
export function firstLine(text) {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'it says nothing'
  );
}
