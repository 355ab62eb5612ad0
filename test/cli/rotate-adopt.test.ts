import { describe, expect, test } from '@jest/globals';
import { Operation } from './operation.ts';

interface Status {
  readonly health: string;
  readonly problems: readonly { readonly code: string; readonly nextCommand: string | null }[];
}

/** A zone that was signed without a state, and that `rotate` has taken over. */
async function adopted(): Promise<{ operation: Operation; tag: number }> {
  const operation = new Operation({ policy: 'checkParent: false' });
  await operation.succeed('keygen', 'example.com');
  await operation.sign();
  await operation.rotate();
  return { operation, tag: operation.keys('ksk')[0]!.keyTag };
}

async function statusOf(operation: Operation): Promise<Status> {
  const { stdout } = await operation.run('status', 'example.com', '--json');
  return JSON.parse(stdout) as Status;
}

describe('a zone that was taken over', () => {
  test('is not well as long as nobody knows whether the parent has its DS', async () => {
    const { operation, tag } = await adopted();
    const status = await statusOf(operation);
    expect(status).toMatchObject({
      health: 'warning',
      problems: [{ code: 'ds/unknown', nextCommand: 'zonewright rotate example.com --check-parent' }],
    });
    const { stdout, status: exit } = await operation.run('status', 'example.com');
    expect(exit).toBe(1);
    expect(stdout).toContain(`nobody knows whether the parent has the DS of KSK ${tag}`);
    expect(stdout).toContain('zonewright rotate example.com --check-parent');
  });

  test('is well once the operator has said that it has', async () => {
    const { operation, tag } = await adopted();
    await operation.rotate('--ds-published', String(tag));
    expect(await statusOf(operation)).toMatchObject({ health: 'ok', problems: [] });
  });

  test('is not protected where he says that it has none', async () => {
    const { operation, tag } = await adopted();
    await operation.rotate('--ds-withdrawn', String(tag));
    const { stdout } = await operation.run('status', 'example.com');
    expect(stdout).toContain(`the parent has no DS of KSK ${tag}`);
    expect(await statusOf(operation)).toMatchObject({
      health: 'warning',
      problems: [{ code: 'ds/missing' }],
    });
  });
});

test('while a rollover asks the parent, it alone tells of the DS', async () => {
  const operation = await Operation.enabled();
  await operation.rotate('--start', 'ksk', '--sign');
  await operation.pass(86400);
  const { problems } = await statusOf(operation);
  expect(problems.filter(({ code }) => code === 'ds/unknown' || code === 'ds/missing')).toEqual([]);
});
