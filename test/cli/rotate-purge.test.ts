import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DAY, HOUR, Operation } from './operation.ts';

test('--purge deletes what left the zone at once, and nothing else, and the audit trail says so', async () => {
  const operation = await Operation.enabled();
  const [old] = operation.keys('zsk');
  await operation.rotate('--start', 'zsk', '--sign');
  for (let i = 0; i < 200 && operation.keys('zsk').some(({ base }) => base === old!.base); i++) {
    await operation.pass(DAY, DAY / 2);
  }
  const filesOf = (base: string): string[] => readdirSync('keys').filter((name) => name.startsWith(base));
  expect(filesOf(old!.base)).toHaveLength(2);
  await operation.rotate();
  expect(filesOf(old!.base)).toHaveLength(2);
  const others = operation.state().keys.filter(({ base }) => base !== old!.base);

  const before = operation.files();
  expect(await operation.rotate('--purge', '--dry-run')).toContain(
    `purge: would delete the files of ZSK ${old!.keyTag} (ECDSAP256SHA256), removed 20`,
  );
  expect((await operation.rotateJson('--purge', '--dry-run')).done).toHaveLength(1);
  expect(await operation.rotate('--dry-run')).not.toContain('purge');
  expect(operation.files()).toEqual(before);

  await operation.rotate('--purge');
  expect(filesOf(old!.base)).toEqual([]);
  for (const { base } of others) expect(filesOf(base)).toHaveLength(2);
  const { audit } = operation.state();
  expect(audit.at(-1)).toMatchObject({
    what: expect.stringContaining(`deleted the files of ZSK ${old!.keyTag}`),
    why: '--purge',
  });
  operation.now += HOUR;
  await operation.sign();
});
