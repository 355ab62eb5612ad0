import { expect, test } from '@jest/globals';
import { worstFirst, type ZoneResult } from '../../src/cli/status-zones.ts';
import type { Task, ZoneStatus } from '../../src/commands/status-report.ts';

function zone(name: string, health: ZoneStatus['health'], task?: Task, begins?: number): ZoneResult {
  const nextRollover = begins === undefined ? undefined : { title: 'ZSK rollover', at: begins };
  return { zone: name, status: { health, task, nextRollover } as ZoneStatus };
}

test('zones come by health, then by whose turn it is, then by when; what the next run does is due at once', () => {
  const sorted = [
    zone('never', 'ok'),
    zone('begins', 'ok', undefined, 300),
    zone('waits', 'ok', { actor: 'none', what: 'a wait', notBefore: 200 }),
    zone('runs', 'ok', { actor: 'zonewright', what: 'the next run' }, 900),
    zone('operator', 'ok', { actor: 'operator', what: 'a DS', deadline: 800 }),
    zone('late', 'warning', { actor: 'operator', what: 'a DS', deadline: 700 }),
    zone('broken', 'critical', { actor: 'operator', what: 'signatures' }),
  ];
  const names = (results: readonly ZoneResult[]): string[] => results.map((result) => result.zone);
  const expected = ['broken', 'late', 'operator', 'runs', 'waits', 'begins', 'never'];
  expect(names(worstFirst(sorted))).toEqual(expected);
  expect(names(worstFirst(sorted.toReversed()))).toEqual(expected);
});
