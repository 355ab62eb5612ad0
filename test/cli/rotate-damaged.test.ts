import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Role } from '../../src/keys/roles.ts';
import { DAY, Operation } from './operation.ts';

/** What may be left of a file: some of its first octets, as parts of its length, or something else. */
const DAMAGES: readonly (readonly [string, (content: Buffer) => Buffer])[] = [
  ['0 octets', () => Buffer.alloc(0)],
  ['zeros', (content) => Buffer.alloc(content.length)],
  ['garbage', (content) => Buffer.from(content.map((octet, i) => octet ^ (0x5a + i)))],
  ...[0.1, 0.25, 0.5, 0.75].map(
    (part) =>
      [
        `${part} of it`,
        (content: Buffer): Buffer => content.subarray(0, Math.floor(content.length * part)),
      ] as const,
  ),
];

/** Cuts that leave lines whole: nothing in the form of the file shows that the rest is missing. */
const CUT_SECRETS: readonly (readonly [string, (content: Buffer) => Buffer])[] = [
  ['no secret', (content) => content.subarray(0, content.indexOf('PrivateKey:'))],
  ['a secret that is cut', (content) => content.subarray(0, content.indexOf('PrivateKey: ') + 12 + 32)],
];

/** Every file of the keys but the state, which remembers the failure. */
function keyFiles(operation: Operation): Record<string, string> {
  const files = Object.entries(operation.files());
  return Object.fromEntries(
    files.filter(([name]) => name.startsWith('keys/') && !name.includes('.state.json')),
  );
}

/** A zone with a removed key to purge, and a rollover that is due. */
async function busy(): Promise<Operation> {
  const operation = await Operation.enabled('checkParent: false, purgeDelay: 1d');
  operation.now += 84 * DAY;
  await operation.rotate('--sign');
  await operation.pass(8 * DAY, 4 * DAY);
  operation.now += 84 * DAY;
  return operation;
}

test.each<[Role, 'key' | 'private']>([
  ['zsk', 'key'],
  ['zsk', 'private'],
  ['ksk', 'key'],
  ['ksk', 'private'],
])('a damaged .%s.%s file stops the run before anything is touched', async (role, suffix) => {
  const operation = await busy();
  const key = operation.keys(role).at(-1)!;
  const file = `keys/${key.base}.${suffix}`;
  const content = readFileSync(file);
  const before = operation.state();
  const requests = [['--start', role], ['--purge'], ['--dry-run']];
  for (const [name, damage] of suffix === 'key' ? DAMAGES : [...DAMAGES, ...CUT_SECRETS]) {
    writeFileSync(file, damage(content));
    const files = keyFiles(operation);
    for (const args of name === '0 octets' ? [[], ...requests, ['--sign']] : [['--sign']]) {
      const { status, stderr } = await operation.run('rotate', 'example.com', ...args);
      expect({ name, args, status, stderr }).toMatchObject({ status: 3 });
      expect(stderr.startsWith(`zonewright: ${file}:`)).toBe(true);
      expect(stderr).toContain('\n  hint: restore ');
      expect({ name, args, files: keyFiles(operation) }).toEqual({ name, args, files });
    }
  }
  const { lastError, audit, ...after } = operation.state();
  expect(lastError).toMatchObject({ command: 'rotate', message: expect.stringContaining(file) });
  expect(audit.slice(before.audit.length).every(({ outcome }) => outcome === 'failed')).toBe(true);
  expect({ ...after, audit: before.audit }).toEqual(before);

  writeFileSync(file, content);
  await operation.rotate('--sign');
  expect(operation.state().lastError).toBeUndefined();
  expect(operation.state().rollovers.length).toBeGreaterThan(0);
});
