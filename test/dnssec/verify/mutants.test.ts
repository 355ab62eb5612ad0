import { beforeAll, describe, expect, test } from '@jest/globals';
import { damaged, mutantWorld, MUTANTS, signMutantZone, type MutantWorld } from '../../support/mutants.ts';
import { NOW } from '../../support/sign-text.ts';
import { verifyText } from '../../support/verify-file.ts';

const ALGORITHMS = [
  [8, 'RSASHA256'],
  [10, 'RSASHA512'],
  [13, 'ECDSAP256SHA256'],
  [14, 'ECDSAP384SHA384'],
  [15, 'ED25519'],
  [16, 'ED448'],
] as const;

/** Errors and warnings. */
async function codesOf(text: string): Promise<string[]> {
  const { findings } = await verifyText(text, { at: NOW });
  const codes = findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code);
  return [...new Set(codes)].sort();
}

test('there are at least 60 kinds of damage', () => {
  const names = MUTANTS.flatMap(({ title, mutants }) => mutants.map(({ name }) => `${title}: ${name}`));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(60);
});

describe.each(ALGORITHMS)('algorithm %i, %s', (algorithm, _mnemonic) => {
  /** Keys are made once for all zones with the same algorithms. */
  const worlds = new Map<number | undefined, Promise<MutantWorld>>();
  const worldOf = (second: number | undefined): Promise<MutantWorld> => {
    const world = worlds.get(second) ?? mutantWorld(algorithm, NOW, second);
    worlds.set(second, world);
    return world;
  };

  for (const { title, mutants, denials, zonemd, second } of MUTANTS) {
    // A second algorithm must be another one.
    if (second === algorithm) continue;
    describe.each(denials)(`damages of ${title}, %s`, (_, denial) => {
      let world: MutantWorld;
      let signed = '';

      beforeAll(async () => {
        world = await worldOf(second);
        signed = await signMutantZone(world, denial, zonemd);
      });

      test('nothing is found undamaged', async () => {
        const report = await verifyText(signed, { at: NOW });
        expect(report.findings.filter(({ code }) => code !== 'dnskey/large')).toEqual([]);
        expect(report.ok).toBe(true);
      });

      test.each(mutants)('$name', async (mutant) => {
        expect(await codesOf(damaged(signed, mutant, world))).toEqual([...mutant.codes]);
      });
    });
  }
});
