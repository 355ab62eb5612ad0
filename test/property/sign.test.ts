import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY, NOW } from '../support/sign-text.ts';
import { arbitraryRun, SEED, signedText } from '../support/signing-arbitrary.ts';
import { codesOf, verifyText } from '../support/verify-file.ts';
import { arbitraryZone } from '../support/zone-arbitrary.ts';
import { recordLines, zoneFromText, zoneToText } from '../support/zone-text.ts';

const parameters = { seed: SEED, numRuns: 200 };

test('verify finds no error in what sign made', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRun, async (run) => {
      const report = await verifyText(await signedText(run), { at: NOW, origin: run.zone.origin });
      expect(codesOf(report, 'error')).toEqual([]);
    }),
    parameters,
  );
});

test('signing again changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRun, async (run) => {
      const text = await signedText(run);
      const previous = { zone: zoneFromText(text, run.zone.origin), trusted: false, refresh: 10 * DAY };
      expect(await signedText(run, { now: NOW + DAY, previous })).toBe(text);
    }),
    parameters,
  );
});

test('signing after a change and signing everything agree on all but serial, times and signatures', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRun, arbitraryZone, async (run, other) => {
      const changed = { ...run, zone: { origin: run.zone.origin, text: mixed(run.zone, other) } };
      const zone = zoneFromText(await signedText(run), run.zone.origin);
      const again = await signedText(changed, {
        now: NOW + DAY,
        previous: { zone, trusted: false, refresh: 10 * DAY },
      });
      const full = await signedText(changed, { now: NOW + DAY });
      expect(withoutTimes(again)).toEqual(withoutTimes(full));
      const report = await verifyText(again, { at: NOW + DAY, origin: run.zone.origin });
      expect(codesOf(report, 'error')).toEqual([]);
    }),
    parameters,
  );
});

test('text that was signed reads back as it is', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRun, async (run) => {
      const text = await signedText(run);
      expect(zoneToText(zoneFromText(text, run.zone.origin))).toBe(text);
    }),
    parameters,
  );
});

/** Half of the names of a zone, and what another has beside its apex. */
function mixed(zone: { origin: string; text: string }, other: { origin: string; text: string }): string {
  const isApex = (line: string, origin: string): boolean => line.startsWith(`${origin} `);
  const lines = zone.text.split('\n').filter((line, i) => isApex(line, zone.origin) || i % 3 !== 0);
  const names = new Set(lines.map((line) => line.split(' ')[0]!.toLowerCase()));
  const added = other.text
    .split('\n')
    .filter((line) => line !== '' && !isApex(line, other.origin))
    .map((line) => line.replaceAll(other.origin, zone.origin))
    .filter((line) => !names.has(line.split(' ')[0]!.toLowerCase()));
  return [...lines, ...added, ''].join('\n');
}

function withoutTimes(text: string): string[] {
  return recordLines(text)
    .map((line) =>
      line
        .replace(/^(\S+ \d+ IN SOA \S+ \S+) \d+/, '$1 serial')
        .replace(/^(\S+ \d+ IN ZONEMD) \d+ (\d \d) .*/, '$1 serial $2 digest')
        .replace(/^(\S+ \d+ IN RRSIG .*) \d{14} \d{14} (.*) \S+$/, '$1 $2'),
    )
    .sort();
}
