import { describe, expect, test } from '@jest/globals';
import { recordServed, serialToServe, type ServedOutcome } from '../../src/commands/publication-served.ts';
import type { Environment } from '../../src/commands/environment.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { fileLocks } from '../../src/io/state-lock.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import { DAY, HOUR, Operation } from '../cli/operation.ts';

/** Only what recording asks of the world. */
const worldOf = ({ now }: Operation): Environment =>
  ({ now, simulated: false, files: fileStore, locks: fileLocks() }) as Partial<Environment> as Environment;

const optionsOf = (publishedWhen: Policy['publishedWhen']): Parameters<typeof serialToServe>[0] => ({
  keyDirectory: 'keys',
  zone: nameFromText('example.com'),
  policy: { ...DEFAULT_POLICY, publishedWhen },
});

const OK: ServedOutcome = { isServed: true };
const FAILED: ServedOutcome = { isServed: false, reason: 'nsd-control ended with status 1' };

async function signedOnce(publishedWhen: Policy['publishedWhen']): Promise<Operation> {
  const operation = new Operation({ policy: `publishedWhen: ${publishedWhen}` });
  // The program fails, so that what is recorded is what the tests say.
  operation.append('afterSign: ["false"]\n');
  await operation.rotate();
  await operation.run('sign', 'example.com.zone');
  return operation;
}

const newest = (operation: Operation): ReturnType<Operation['state']>['ledger']['publications'][number] =>
  operation.state().ledger.publications.at(-1)!;

describe('publishedWhen: afterSign', () => {
  const options = optionsOf('afterSign');

  test('a version is written, and established when the program has succeeded', async () => {
    const operation = await signedOnce('afterSign');
    expect(newest(operation)).toMatchObject({ written: operation.now, established: undefined });
    const { serial } = newest(operation);
    expect(await serialToServe(options, worldOf(operation))).toBe(serial);
    operation.now += 60;
    await recordServed(options, serial, OK, worldOf(operation));
    expect(newest(operation)).toMatchObject({ written: operation.now - 60, established: operation.now });
    expect(operation.state().audit.at(-1)).toMatchObject({ outcome: 'served', serial });
    expect(await serialToServe(options, worldOf(operation))).toBeUndefined();
  });

  test('while it fails no rollover goes on, and its error stays until it succeeds', async () => {
    const operation = await signedOnce('afterSign');
    const { serial } = newest(operation);
    await recordServed(options, serial, FAILED, worldOf(operation));
    const error = { command: 'afterSign', code: 'sign/not-served', time: operation.now };
    expect(operation.state().lastError).toMatchObject({
      ...error,
      message: `serial ${serial} is written but not served: nsd-control ended with status 1`,
    });
    operation.now += 2 * DAY;
    // The publication counts for nothing yet, however long ago it was written.
    await operation.rotate();
    expect(operation.state().rollovers).toMatchObject([{ name: 'enable', step: 0 }]);
    await operation.run('sign', 'example.com.zone');
    expect(operation.state().lastError).toMatchObject({ ...error, time: operation.now });
    expect(newest(operation).established).toBeUndefined();
    expect(await serialToServe(options, worldOf(operation))).toBe(serial);
    await recordServed(options, serial, OK, worldOf(operation));
    expect([newest(operation).established, operation.state().lastError]).toEqual([operation.now, undefined]);
    operation.now += 5 * HOUR;
    expect((await operation.rotateJson()).waits).toMatchObject([{ actor: 'operator' }]);
  });
});

describe('publishedWhen: written', () => {
  const options = optionsOf('written');

  test('a failure is told, and the program has to run again; it decides about nothing', async () => {
    const operation = await signedOnce('written');
    const { serial, established } = newest(operation);
    expect(established).toBe(operation.now);
    await recordServed(options, serial, OK, worldOf(operation));
    expect(await serialToServe(options, worldOf(operation))).toBeUndefined();
    await recordServed(options, serial, FAILED, worldOf(operation));
    expect(newest(operation).established).toBe(established);
    expect(await serialToServe(options, worldOf(operation))).toBe(serial);
    await recordServed(options, serial, OK, worldOf(operation));
    expect(operation.state().lastError).toBeUndefined();
    expect(await serialToServe(options, worldOf(operation))).toBeUndefined();
  });
});

test('publishedWhen: served establishes by the word of --served alone, and what was written stays possible', async () => {
  const operation = await signedOnce('served');
  const { serial } = newest(operation);
  await recordServed(optionsOf('served'), serial, OK, worldOf(operation));
  operation.now += 2 * DAY;
  await operation.rotate('--sign');
  expect(newest(operation)).toMatchObject({ serial, established: undefined });
  await operation.rotate('--served', String(serial));
  expect(newest(operation).established).toBe(operation.now);
});

test('a zone without a state has nothing to record', async () => {
  const operation = new Operation();
  expect(await serialToServe(optionsOf('afterSign'), worldOf(operation))).toBeUndefined();
  await recordServed(optionsOf('afterSign'), 1, OK, worldOf(operation));
});
