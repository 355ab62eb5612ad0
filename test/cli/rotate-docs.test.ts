import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CLOCK } from './in-process.ts';
import { HOUR, Operation } from './operation.ts';

const text = readFileSync(new URL('../../docs/rotation.md', import.meta.url), 'utf8');

/** The commands in the shell blocks of the page. */
const commands = [...text.matchAll(/```sh\n([^]*?)```/g)]
  .flatMap(([, block]) => block!.trim().split('\n'))
  .map((line) => line.replace(/\s*#.*/, ''));

test('every command of the page works', async () => {
  const operation = new Operation();
  await operation.enable();
  expect(commands.length).toBeGreaterThan(4);
  for (const command of commands) {
    const [program, ...args] = command.split(' ');
    expect(program).toBe('zonewright');
    await operation.succeed(...args);
  }
});

/** Headings of the page, and the plans in `fixtures/plans` that they describe. */
const SECTIONS: readonly (readonly [heading: string, plan: string])[] = [
  ['### Enable', 'enable'],
  ['### ZSK', 'zsk'],
  ['### KSK, double-KSK', 'ksk-double-ksk'],
  ['### KSK, double-DS', 'ksk-double-ds'],
  ['### CSK', 'csk'],
  ['### Algorithm, conservative', 'algorithm'],
  ['### Algorithm, taken back', 'algorithm-abort'],
  ['### From KSK and ZSK', 'layout-csk'],
  ['### From KSK and ZSK', 'layout-split'],
  ['### Disable', 'disable'],
  ['### Change of denial', 'denial-nsec3'],
  ['### Change of denial', 'denial-nsec'],
  ['### A lost KSK', 'lost-ksk'],
  ['### A lost ZSK', 'lost-zsk'],
  ['### A lost CSK', 'lost-csk'],
  ['### A lost CSK', 'lost-both'],
  ['### Emergency, ZSK', 'emergency-zsk'],
  ['### Emergency, KSK and CSK', 'emergency-ksk'],
  ['### Emergency, KSK and CSK', 'emergency-csk'],
];

test.each(SECTIONS)('the timeline "%s" has the hours of the plan %s', (heading, plan) => {
  const section = text.slice(text.indexOf(heading)).split(/\n##/)[0] ?? '';
  const hours = [...section.matchAll(/^\| (\d+) h /gm)].map(([, number]) => Number(number));
  const golden = readFileSync(new URL(`../../fixtures/plans/${plan}.txt`, import.meta.url), 'utf8');
  const times = [...golden.matchAll(/^\S+Z/gm)].map(([time]) => Date.parse(time) / 1000);
  const start = times[0] ?? CLOCK;
  expect([...new Set(hours)]).toEqual([...new Set(times.map((time) => (time - start) / HOUR))]);
});
