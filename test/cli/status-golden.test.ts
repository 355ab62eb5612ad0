import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RotationState } from '../../src/rollover/state.ts';
import { printStateDocument } from '../../src/rollover/state-document.ts';
import { zoneFileText, zoneLabel } from '../../src/keys/key-name.ts';
import { EXAMPLE, NOW } from '../rollover/example-state.ts';
import { ZONE } from '../rollover/random-state.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { runInProcess } from './in-process.ts';
import { schemaErrors } from './schemas.ts';
import { workIn } from './working-directory.ts';

const DAY = 86400;
const LABEL = zoneLabel(ZONE);

/** A golden file. Written where it is missing, for somebody to check by hand. */
function golden(name: string, text: string): string {
  const file = fileURLToPath(new URL(`../../fixtures/status/${name}`, import.meta.url));
  if (!existsSync(file) && process.env['CI'] !== 'true') writeFileSync(file, text);
  return readFileSync(file, 'utf8');
}

/** Nothing is open: neither rollover nor error nor notification. */
const QUIET: RotationState = {
  ...EXAMPLE,
  keys: EXAMPLE.keys
    .filter(({ activated }) => activated !== undefined)
    .map((key) => ({ ...key, activated: NOW - 30 * DAY })),
  rollovers: [],
  wantedDs: EXAMPLE.wantedDs.slice(0, 1),
  outbox: [],
  lastError: undefined,
};

/** Waits for the parent, and nothing is wrong. */
const WAITING: RotationState = {
  ...EXAMPLE,
  keys: EXAMPLE.keys.map((key) => (key.role === 'zsk' ? { ...key, activated: NOW - 30 * DAY } : key)),
  outbox: [],
  lastError: undefined,
};

const STATES = { quiet: QUIET, waiting: WAITING, troubled: EXAMPLE } as const;

function install(state: RotationState): void {
  workIn({
    [`keys/${zoneFileText(ZONE)}state.json`]: printStateDocument(ZONE, { state, simulated: false }),
    '.zonewrightrc.yaml': `policies: {default: {algorithm: ED25519}}\nzones: {${LABEL}: {}}\n`,
  });
  // Their content is nobody's business here: only that they are there.
  for (const { base } of state.keys) writeFileSync(`keys/${base}.private`, '', { mode: 0o600 });
}

const UTF8 = { LANG: 'C.UTF-8' };

describe.each(Object.entries(STATES))('a zone that is %s', (name, state) => {
  const isOk = name !== 'troubled';
  beforeEach(() => install(state));

  test.each([
    ['80.txt', [LABEL], { ...UTF8, COLUMNS: '80' }],
    ['160.txt', [LABEL], { ...UTF8, COLUMNS: '160' }],
    ['ascii.txt', [LABEL], { LANG: 'C', COLUMNS: '80' }],
    ['table.txt', [], UTF8],
    ['history.txt', [LABEL, '--history'], UTF8],
    ['check.txt', [LABEL, '--check'], UTF8],
    ['page.html', [LABEL, '--format', 'html'], UTF8],
    ['picture.svg', [LABEL, '--format', 'svg'], UTF8],
    ['metrics.prom', [LABEL, '--format', 'prometheus'], UTF8],
    ['status.json', [LABEL, '--json'], UTF8],
  ] as const)('%s', async (file, args, variables) => {
    const { status, stdout, stderr } = await runInProcess(['status', ...args], { clock: NOW, variables });
    expect({ stderr, status }).toEqual({ stderr: '', status: isOk || file === 'history.txt' ? 0 : 1 });
    if (file.endsWith('.txt') && 'COLUMNS' in variables) {
      const tooLong = stdout.split('\n').filter((line) => line.length > Number(variables.COLUMNS));
      expect(tooLong).toEqual([]);
    }
    // Only ASCII, where nothing else can be shown.
    if (file === 'ascii.txt') expect(stdout).toMatch(/^[\n\x20-\x7e]*$/);
    if (file === 'status.json')
      expect(schemaErrors(JSON.parse(stdout) as Record<string, unknown>)).toEqual([]);
    expect(stdout).toBe(golden(`${name}-${file}`, stdout));
  });

  test('answers with the right actor', async () => {
    const { stdout } = await runInProcess(['status', LABEL, '--json'], { clock: NOW });
    const expected = {
      quiet: { health: 'ok', actor: 'none', waitingFor: null, deadline: null, nextCommand: null },
      waiting: {
        health: 'ok',
        actor: 'operator',
        notBefore: '2026-11-22T11:00:00Z',
        deadline: '2026-11-29T11:00:00Z',
        nextCommand: `zonewright rotate ${LABEL} --ds-published ${EXAMPLE.keys[1]!.keyTag}`,
      },
      troubled: {
        health: 'warning',
        actor: 'operator',
        lastError: { code: 'zone/no-soa' },
        missedRunsSurvived: 29,
      },
    }[name as keyof typeof STATES];
    expect(JSON.parse(stdout)).toMatchObject(expected);
  });
});

test('the same state on a terminal has colours, and none with NO_COLOR', async () => {
  install(EXAMPLE);
  const texts: string[] = [];
  const stdout = {
    isTerminal: true,
    columns: 80,
    write: (data: string | Uint8Array) => Promise.resolve(void texts.push(String(data))),
  };
  const io = { stdout };
  await runInProcess(['status', LABEL], { clock: NOW, variables: UTF8, io });
  await runInProcess(['status', LABEL], { clock: NOW, variables: { ...UTF8, NO_COLOR: '1' }, io });
  const [colored = '', plain = ''] = texts;
  expect(colored).toContain('\u001b[33mWARNING');
  expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  expect(plain).toBe(golden('troubled-80.txt', plain));
});

describeWithPeers(['promtool'], 'promtool', () => {
  test.each(Object.entries(STATES))('accepts the metrics of a zone that is %s', async (_, state) => {
    install(state);
    const { stdout } = await runInProcess(['status', '--format', 'prometheus'], { clock: NOW });
    const result = await runPeer('promtool', ['check', 'metrics'], { stdin: stdout });
    expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});
