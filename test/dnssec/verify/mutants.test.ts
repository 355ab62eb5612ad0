import { beforeAll, describe, expect, test } from '@jest/globals';
import { MUTANTS } from '../../support/mutants.ts';
import { damaged, mutantWorld, signUndamaged, type MutantWorld } from '../../support/mutants/world.ts';
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

/** Notes about undamaged zones: how they are made is not what we would advise. */
const OF_UNDAMAGED = ['dnskey/large', 'dnskey/not-recommended', 'nsec3/needless-opt-out'];

/** Algorithms of zones that are damaged with every denial of existence; the others take turns, unless `MUTANTS=all` asks for more. */
const WITH_EVERY_DENIAL = process.env['MUTANTS'] === 'all' ? [8, 10, 13, 14, 15, 16] : [8, 13];

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

  for (const [i, group] of MUTANTS.entries()) {
    // A second algorithm must be another one.
    if (group.second === algorithm || (group.algorithm ?? algorithm) !== algorithm) continue;
    const { denials } = group;
    const turn = (i + algorithm) % denials.length;
    const chosen = WITH_EVERY_DENIAL.includes(algorithm) ? denials : denials.slice(turn, turn + 1);
    describe.each(chosen)(`damages of ${group.title}, %s`, (_, denial) => {
      let world: MutantWorld;
      let signed = '';
      /** Codes of what is found undamaged. */
      let notes = new Set<string>();

      beforeAll(async () => {
        world = await worldOf(group.second);
        signed = await signUndamaged(world, group, denial);
        const { findings } = await verifyText(signed, { at: NOW });
        notes = new Set(findings.map(({ code }) => code));
      });

      test('nothing is wrong undamaged', () => {
        expect(OF_UNDAMAGED).toEqual(expect.arrayContaining([...notes]));
      });

      test.each(group.mutants)('$name', async (mutant) => {
        const { findings, causes } = await verifyText(await damaged(signed, mutant, world), { at: NOW });
        const found = new Set(findings.map(({ code }) => code));
        // Keys of RSA are large by themselves.
        if (!mutant.codes.includes('dnskey/large')) found.delete('dnskey/large');
        const isNew = (code: string): boolean => !notes.has(code);
        expect([...found].filter(isNew).sort()).toEqual(mutant.codes.filter(isNew));
        if (mutant.cause === undefined) return;
        const errors = causes.filter(({ root }) => root.severity === 'error');
        expect(errors.map(({ root }) => root.code)).toEqual([mutant.cause]);
      });
    });
  }
});
