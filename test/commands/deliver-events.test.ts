import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deliverEvents, type DeliveryAttempt } from '../../src/commands/deliver-events.ts';
import { targetsOf } from '../../src/commands/notify/targets.ts';
import { randomId } from '../../src/commands/rotation-events.ts';
import { readState, writeState } from '../../src/commands/state-store.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { outside } from '../../src/io/outside/outside.ts';
import type { OutboxEvent, RotationState } from '../../src/rollover/state.ts';
import { SignWorld } from '../support/sign-world.ts';
import { WebhookReceiver, type Reaction } from '../support/webhook-receiver.ts';

const ZONE = nameFromText('example.');
const HOUR = 3600;

const RECEIVERS = ['steady', 'shaky'] as const;

/** A zone with events in its outbox for two web servers. */
class OutboxWorld extends SignWorld {
  readonly receivers = { steady: new WebhookReceiver(), shaky: new WebhookReceiver() };
  readonly keyDirectory = this.path('keys');
  #urls: readonly string[] = [];

  async start(): Promise<void> {
    mkdirSync(this.keyDirectory);
    this.#urls = await Promise.all(RECEIVERS.map((name) => this.receivers[name].start()));
    await writeState(this.keyDirectory, ZONE, EMPTY, this.environment());
  }

  async stop(): Promise<void> {
    for (const name of RECEIVERS) await this.receivers[name].stop();
  }

  async state(): Promise<RotationState> {
    return (await readState(this.keyDirectory, ZONE, this.environment()))!.state;
  }

  async addEvent(): Promise<string> {
    const event: OutboxEvent = {
      id: randomId(nodeCrypto),
      type: 'dnssec.rotation_start',
      time: this.now,
      payload: { keys: [], ds: [] },
      deliveries: RECEIVERS.map((target) => ({ target, attempts: 0 })),
    };
    const state = await this.state();
    const outbox = [...state.outbox, event];
    await writeState(this.keyDirectory, ZONE, { ...state, outbox }, this.environment());
    return event.id;
  }

  deliver(): Promise<DeliveryAttempt[]> {
    const environment = { ...this.environment(), ...outside({}) };
    const targets = targetsOf(
      RECEIVERS.map((name, index) => ({ type: 'webhook', name, url: this.#urls[index]!, timeout: 1 })),
      environment,
    );
    return deliverEvents({ zone: ZONE, keyDirectory: this.keyDirectory, targets }, environment);
  }
}

const EMPTY: RotationState = {
  keys: [],
  ledger: { publications: [], parent: [] },
  rollovers: [],
  wantedDs: [],
  audit: [],
  outbox: [],
};

describe('the outbox', () => {
  let world: OutboxWorld;

  beforeEach(async () => {
    world = new OutboxWorld();
    await world.start();
  });

  afterEach(() => world.stop());

  test('brings every event to everybody in the end, and each under one identifier', async () => {
    const { steady, shaky } = world.receivers;
    const troubles: Reaction[] = [
      500,
      'hang',
      'die',
      503,
      301,
      'die',
      200,
      500,
      200,
      'die',
      404,
      'hang',
      429,
    ];
    shaky.reactions = [...troubles];
    const ids: string[] = [];
    for (let run = 0; run < 60; run++) {
      if (run < 6) ids.push(await world.addEvent());
      await world.deliver();
      world.now += HOUR;
    }
    expect(shaky.reactions).toEqual([]);
    // The one without trouble got each event once, in order; the other got each, some of them several times.
    expect(steady.accepted()).toEqual(ids);
    expect(new Set(shaky.accepted())).toEqual(new Set(ids));
    expect(shaky.received).toHaveLength(ids.length + troubles.filter((trouble) => trouble !== 200).length);
    for (const { headers, body } of [...steady.received, ...shaky.received]) {
      expect(ids).toContain(headers['webhook-id']);
      expect(JSON.parse(body)).toMatchObject({ request_identifier: headers['webhook-id'] });
    }
    const { outbox, audit } = await world.state();
    expect(outbox).toEqual([]);
    expect(audit).toHaveLength(2 * ids.length);
  });

  test('leaves a target that fails alone for the rest of the run, and holds up no other', async () => {
    const { steady, shaky } = world.receivers;
    shaky.reactions = ['hang'];
    const ids = [await world.addEvent(), await world.addEvent(), await world.addEvent()];
    const attempts = await world.deliver();
    expect(shaky.received).toHaveLength(1);
    expect(steady.accepted()).toEqual(ids);
    expect(attempts.filter(({ error }) => error !== undefined)).toMatchObject([
      { id: ids[0], target: 'shaky', error: expect.stringContaining('has not answered within 1 s') },
    ]);
    // An event that nobody wants does not stand in the way of the next.
    await world.deliver();
    expect(shaky.accepted()).toEqual(ids.slice(1));
  });

  test('is worked off by one run at a time, while the state may change', async () => {
    const { steady, shaky } = world.receivers;
    shaky.reactions = ['hang'];
    const first = await world.addEvent();
    const delivery = world.deliver();
    while (shaky.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await world.addEvent();
    await Promise.all([delivery, world.deliver()]);
    expect(steady.accepted()).toEqual([first, second]);
    expect((await world.state()).outbox).toMatchObject([
      {
        id: first,
        deliveries: [
          { target: 'steady', delivered: world.now },
          { target: 'shaky', attempts: 1 },
        ],
      },
    ]);
  });
});
