import { chmodSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DAY, HOUR, Operation } from './operation.ts';
import { schemaErrors } from './schemas.ts';

interface Document {
  readonly health: string;
  readonly actor: string;
  readonly waitingFor: string | null;
  readonly notBefore: string | null;
  readonly deadline: string | null;
  readonly nextCommand: string | null;
  readonly problems: readonly { readonly code: string; readonly todo: string }[];
}

async function statusOf(operation: Operation): Promise<Document> {
  const { stdout } = await operation.run('status', 'example.com', '--json');
  const document = JSON.parse(stdout) as Document;
  expect(schemaErrors(document as unknown as Record<string, unknown>)).toEqual([]);
  return document;
}

/** Whose turn `rotate` says it is: in the same words as `status`. */
async function turnByRotate(operation: Operation): Promise<object | undefined> {
  const document = await operation.rotateJson();
  expect(schemaErrors(document)).toEqual([]);
  const { actor, what: waitingFor, nextCommand } = document.waits[0]!;
  return { actor, waitingFor, nextCommand };
}

async function expectSameTurn(operation: Operation): Promise<void> {
  expect(await statusOf(operation)).toMatchObject((await turnByRotate(operation))!);
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString().replace('.000', '');
}

/** A zone whose first DS may be added, under a policy and with settings of the zone, as YAML in one line. */
async function askedForDs(policy: string, zone: string): Promise<Operation> {
  const operation = new Operation();
  operation.configure(policy, zone);
  await operation.rotate('--sign');
  expect(await statusOf(operation)).toMatchObject({ actor: 'none', nextCommand: null });
  operation.now += 5 * HOUR;
  expect(await statusOf(operation)).toMatchObject({
    actor: 'zonewright',
    nextCommand: 'zonewright rotate example.com --sign',
  });
  await operation.rotate();
  return operation;
}

test('a DS that somebody has to enter is the turn of the operator', async () => {
  const operation = await askedForDs('checkParent: false', '');
  const [key] = operation.keys('ksk');
  await expectSameTurn(operation);
  expect(await statusOf(operation)).toMatchObject({
    actor: 'operator',
    waitingFor: `waiting for the parent to add the new DS (key ${key!.keyTag})`,
    notBefore: iso(operation.now),
    deadline: iso(operation.now + 7 * DAY),
    nextCommand: `zonewright rotate example.com --ds-published ${key!.keyTag}`,
  });
});

test('a DS that the parent takes from CDS records is the turn of whoever signs them, then of the parent, and at last of the operator', async () => {
  const operation = await askedForDs('checkParent: false', 'parent: {followsCds: true}');
  const tag = operation.keys('ksk')[0]!.keyTag;
  expect(await statusOf(operation)).toMatchObject({
    actor: 'zonewright',
    nextCommand: 'zonewright rotate example.com --sign',
  });
  await expectSameTurn(operation);
  await operation.rotate('--sign');
  await expectSameTurn(operation);
  const asked = operation.now;
  expect(await statusOf(operation)).toMatchObject({
    health: 'ok',
    actor: 'parent',
    waitingFor: `waiting for the parent to add the new DS (key ${tag}); the CDS records of the zone ask it to`,
    deadline: iso(asked + 7 * DAY),
    nextCommand: `zonewright rotate example.com --ds-published ${tag}`,
  });
  expect(await operation.succeed('status', 'example.com')).toContain(
    'example.com. OK: nothing to do: waiting for the parent to add the new DS',
  );
  expect(await operation.succeed('status', 'example.com')).toContain('\nThe parent is to add\n');
  operation.now = asked + 4 * DAY;
  expect(await turnByRotate(operation)).toMatchObject({ actor: 'operator' });
  expect(await statusOf(operation)).toMatchObject({
    health: 'warning',
    actor: 'operator',
    problems: [
      {
        code: 'ds/overdue',
        todo: 'find out why the parent has not done it',
      },
    ],
  });
});

test('a DS that the registrar was told of is the turn of the parent', async () => {
  const operation = new Operation();
  writeFileSync('registrar', '#!/bin/sh\nexit 1\n');
  chmodSync('registrar', 0o755);
  operation.configure('', 'registrar: {type: command, argv: [./registrar]}');
  await operation.rotate('--sign');
  operation.now += 5 * HOUR;
  await operation.rotate('--sign');
  expect(await statusOf(operation)).toMatchObject({ health: 'warning', actor: 'operator' });
  writeFileSync('registrar', '#!/bin/sh\n');
  operation.now += HOUR;
  // The run that tells the registrar knows that it has.
  expect(await turnByRotate(operation)).toMatchObject({ actor: 'parent' });
  await expectSameTurn(operation);
  expect(await operation.rotate('--quiet')).toBe('');
  const tag = operation.keys('ksk')[0]!.keyTag;
  expect(await statusOf(operation)).toMatchObject({
    health: 'ok',
    actor: 'parent',
    waitingFor: `waiting for the parent to add the new DS (key ${tag}); registrar ./registrar has been told`,
    // The next run looks at the parent.
    nextCommand: null,
  });
});
