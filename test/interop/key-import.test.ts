import { expect, test } from '@jest/globals';
import { EXPORTS } from '../support/key-formats/exports.ts';
import { IMPORTS } from '../support/key-formats/imports.ts';
import { KeyFormatWorld } from '../support/key-formats/world.ts';
import { describeWithPeers } from '../support/peers.ts';

// `npm run measure:keys` goes all ways with all algorithms; here is one of each kind.
const algorithmsHere = process.env['KEY_FORMATS'] === 'all' ? undefined : [8, 13, 15];

for (const { direction, form, peer, programs, algorithms, go } of [...IMPORTS, ...EXPORTS]) {
  describeWithPeers(programs, `${direction}: ${form}, ${peer}`, () => {
    const tried = algorithms.filter((algorithm) => algorithmsHere?.includes(algorithm) ?? true);
    test.each(tried)('algorithm %i', async (algorithm) => {
      const world = new KeyFormatWorld();
      try {
        await expect(go(algorithm, world)).resolves.toBeUndefined();
      } finally {
        world.remove();
      }
    });
  });
}
