import { ZonewrightError } from '../errors.ts';
import { joinPath } from '../keys/file-store.ts';
import { zoneFileText, zoneLabel } from '../keys/key-name.ts';
import { withAudit } from '../rollover/audit.ts';
import type { Delivery, OutboxEvent, RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import type { DeliveryTarget } from './notify/targets.ts';
import { hasState } from './state-file.ts';
import { readState, withStateLock, writeState } from './state-store.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Seconds until the second attempt; each further one takes twice as long, up to the limit. */
const FIRST_PAUSE = MINUTE;
const LONGEST_PAUSE = 6 * HOUR;

/** How long a delivery waits for a target that is not configured any more. */
const PATIENCE = 30 * DAY;

export interface DeliveryOptions {
  /** In wire form. */
  readonly zone: Uint8Array;
  readonly keyDirectory: string;
  readonly targets: readonly DeliveryTarget[];
}

/** What became of one attempt. */
export interface DeliveryAttempt {
  /** The identifier of the event. */
  readonly id: string;
  readonly type: OutboxEvent['type'];
  readonly target: string;
  /** Why it failed; undefined where it arrived. */
  readonly error: string | undefined;
}

/**
 * Delivers what is due in the outbox of a zone, each event at least once to each target, and always under the same identifier. What fails stays
 * in the outbox, and a later run tries again. A target that fails is left alone for the rest of the run.
 *
 * The state is not locked while others are waited for. Under `--now` nothing leaves: it would be told of a time that is not.
 * @throws ZonewrightError `state/*`
 */
export async function deliverEvents(
  options: DeliveryOptions,
  environment: Environment,
): Promise<DeliveryAttempt[]> {
  const { zone, keyDirectory } = options;
  if (environment.simulated || !(await hasState(keyDirectory, zone, environment))) return [];
  const { files, locks, now } = environment;
  const stored = await readState(keyDirectory, zone, { files, simulated: false });
  if (stored === undefined || stored.state.outbox.every((event) => dueDeliveries(event, now).length === 0))
    return [];
  const path = joinPath(keyDirectory, `${zoneFileText(zone)}outbox.lock`);
  const lock = await locks.acquire(path, commandFor(zone));
  try {
    return await new DeliveryRun(options, environment).run();
  } finally {
    await lock.release();
  }
}

function commandFor(zone: Uint8Array): string {
  return `zonewright rotate ${zoneLabel(zone)}`;
}

class DeliveryRun {
  readonly #options: DeliveryOptions;
  readonly #environment: Environment;
  readonly #failed = new Set<string>();

  constructor(options: DeliveryOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
  }

  async run(): Promise<DeliveryAttempt[]> {
    const { zone, keyDirectory } = this.#options;
    const attempts: DeliveryAttempt[] = [];
    const stored = await readState(keyDirectory, zone, this.#environment);
    for (const event of stored?.state.outbox ?? []) {
      const made = await this.#deliver(event);
      if (made.length === 0) continue;
      attempts.push(...made);
      await this.#record(made);
    }
    return attempts;
  }

  /** One attempt for each target that an event is due for, all at once. */
  #deliver(event: OutboxEvent): Promise<DeliveryAttempt[]> {
    const due = dueDeliveries(event, this.#environment.now).filter(({ target }) => !this.#failed.has(target));
    return Promise.all(
      due.map(async ({ target }) => {
        const error = await this.#attempt(event, target);
        if (error !== undefined) this.#failed.add(target);
        return { id: event.id, type: event.type, target, error };
      }),
    );
  }

  async #attempt({ id, type, time, payload }: OutboxEvent, name: string): Promise<string | undefined> {
    const target = this.#options.targets.find((candidate) => candidate.name === name);
    if (target === undefined) return NOT_CONFIGURED;
    try {
      await target.deliver({ id, type, time, payload, zone: this.#options.zone });
      return undefined;
    } catch (error) {
      if (error instanceof ZonewrightError) return error.message;
      throw error;
    }
  }

  /** Writes down what became of the attempts, in the state as it is by now. */
  async #record(attempts: readonly DeliveryAttempt[]): Promise<void> {
    const { zone, keyDirectory } = this.#options;
    const environment = this.#environment;
    await withStateLock(keyDirectory, zone, commandFor(zone), environment, async () => {
      const stored = await readState(keyDirectory, zone, environment);
      if (stored === undefined) return;
      await writeState(
        keyDirectory,
        zone,
        withAttempts(stored.state, attempts, environment.now),
        environment,
      );
    });
  }
}

const NOT_CONFIGURED = 'the configuration has no such target';

function dueDeliveries({ deliveries }: OutboxEvent, now: number): Delivery[] {
  return deliveries.filter(
    ({ delivered, nextAttempt }) =>
      delivered === undefined && (nextAttempt === undefined || nextAttempt <= now),
  );
}

/** The state after attempts: what has been delivered to everybody leaves the outbox. */
export function withAttempts(
  state: RotationState,
  attempts: readonly DeliveryAttempt[],
  now: number,
): RotationState {
  const outbox = state.outbox.map((event) => ({
    ...event,
    deliveries: event.deliveries.flatMap((delivery) => {
      const attempt = attempts.find(({ id, target }) => id === event.id && target === delivery.target);
      return attempt === undefined ? [delivery] : afterAttempt(delivery, attempt, event, now);
    }),
  }));
  const delivered = attempts
    .filter(({ error }) => error === undefined)
    .map(({ id, type, target }) => ({
      time: now,
      actor: 'zonewright' as const,
      what: `told ${target} of ${type} (${id})`,
      why: 'notify',
    }));
  return {
    ...withAudit(state, delivered),
    outbox: outbox.filter(({ deliveries }) =>
      deliveries.some((delivery) => delivery.delivered === undefined),
    ),
  };
}

function afterAttempt(
  { target, attempts: before }: Delivery,
  { error }: DeliveryAttempt,
  { time }: OutboxEvent,
  now: number,
): Delivery[] {
  const attempts = before + 1;
  if (error === undefined) return [{ target, attempts, delivered: now }];
  if (error === NOT_CONFIGURED && now - time > PATIENCE) return [];
  const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(before, 20), LONGEST_PAUSE);
  return [{ target, attempts, nextAttempt: now + pause, error }];
}
