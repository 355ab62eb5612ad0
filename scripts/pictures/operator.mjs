// Zones in the middle of their life, for pictures: one waits for its registrar, of one the signatures run out, one is well, one has lost a key.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const DAY = 86400;
export const PRESENT = Date.UTC(2026, 10, 23, 9, 30) / 1000;
/** Seconds from a night's run to the morning after. */
const NIGHT = 6 * 3600;

/** Calls `work` with a working directory that has the demonstration's zone and the program. */
export async function withHome(work) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'zonewright-picture-'));
  try {
    cpSync(path.join(root, 'fixtures/demo/example.com.zone'), path.join(home, 'example.com.zone'));
    mkdirSync(path.join(home, '.bin'));
    symlinkSync(path.join(root, 'bin/zonewright.js'), path.join(home, '.bin/zonewright'));
    return await work(home);
  } finally {
    rmSync(home, { recursive: true });
  }
}

export function configure(home, lines) {
  writeFileSync(path.join(home, '.zonewrightrc.yaml'), lines.map((line) => `${line}\n`).join(''));
}

/** The zones, and when each was first and last looked after, in days before the present. */
const ZONES = [
  { zone: 'example.com', from: 83, to: 0 },
  { zone: 'example.net', from: 75, to: 7 },
  { zone: 'example.org', from: 20, to: 0 },
  { zone: 'shop.example', from: 6, to: 0 },
];

/** Lets months pass for the zones. Returns the variables of the present. */
export function liveOn(home) {
  for (const { zone } of ZONES) writeFileSync(path.join(home, `${zone}.zone`), zoneText(zone));
  configure(home, [
    'policies: { default: { checkParent: false, kskLifetime: 80d } }',
    'zones:',
    ...ZONES.map(({ zone }) => `  ${zone}: { file: ${zone}.zone }`),
  ]);
  for (const { zone, from, to } of ZONES) live(home, zone, from, to);
  const keys = path.join(home, 'keys');
  const lost = readdirSync(keys).find((name) => /^Kshop\..*\.private$/.test(name));
  rmSync(path.join(keys, lost));
  return { ZONEWRIGHT_NOW: String(PRESENT) };
}

function zoneText(zone) {
  return [
    `$ORIGIN ${zone}.`,
    '$TTL 3600',
    '@ SOA ns1 hostmaster 2026090100 7200 3600 1209600 300',
    '@ NS ns1',
    '@ MX 10 mail',
    'ns1 A 192.0.2.1',
    'mail A 192.0.2.25',
    'www A 192.0.2.80\n',
  ].join('\n');
}

/** Looks after a zone: nightly in its first and last days, and now and then between. Its first DS comes when it is asked for. */
function live(home, zone, from, to) {
  for (let ago = from; ago >= to; ago -= ago > from - 3 || ago <= 5 ? 1 : 5) {
    const now = PRESENT - ago * DAY - (ago > 0 ? NIGHT : 0);
    const { waits } = JSON.parse(run(home, now, 'rotate', zone, '--sign', '--json'));
    const reports = waits.flatMap(({ nextCommand }) => nextCommand ?? []);
    const report = reports.find((command) => command.includes('--ds-published'));
    if (ago > from - 3 && report !== undefined) run(home, now, ...report.split(' ').slice(1));
  }
}

/** Runs the program at a time. Returns what it prints. */
function run(home, now, ...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'bin/zonewright.js'), ...args],
    { cwd: home, encoding: 'utf8', env: { ...process.env, ZONEWRIGHT_NOW: String(now) } },
  );
  if (status !== 0) throw new Error(`zonewright ${args.join(' ')}: exit status ${status}\n${stderr}`);
  return stdout;
}

/** What the program prints at a time, whatever its exit status says. */
export function output(home, variables, ...args) {
  const { stdout } = spawnSync(process.execPath, [path.join(root, 'bin/zonewright.js'), ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  });
  return stdout;
}
