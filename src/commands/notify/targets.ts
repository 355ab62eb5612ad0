import { toHex } from '../../dns/encoding.ts';
import { environmentError, usageError } from '../../errors.ts';
import { zoneLabel } from '../../keys/key-name.ts';
import { printTime } from '../../dns/time.ts';
import type { Notification } from '../configuration.ts';
import type { Environment, Outside } from '../environment.ts';
import { programFailure } from '../program-failure.ts';
import type { EventTarget } from '../rotation-events.ts';
import { eventMail } from './event-mail.ts';
import { dsRecordFields, dsRecords, eventDocument, type EventMessage } from './event-message.ts';
import { readSecret } from './secret.ts';

/** Somebody whom events are delivered to. */
export interface DeliveryTarget extends EventTarget {
  /** @throws ZonewrightError where it did not arrive, or is not known to have; then the same message may be delivered again */
  deliver(message: EventMessage): Promise<void>;
}

/** What deliveries are made with. */
export type NotifyEnvironment = Pick<Environment, 'now' | 'files' | 'crypto'> & Outside;

/** Seconds. */
const DEFAULT_TIMEOUT = 30;
const DEFAULT_SENDMAIL = '/usr/sbin/sendmail';

/**
 * The targets of the configuration.
 * @throws ZonewrightError `configuration/target-twice`
 */
export function targetsOf(
  notifications: readonly Notification[],
  environment: NotifyEnvironment,
): DeliveryTarget[] {
  const targets = notifications.map((target) => ({
    name: target.name ?? `${target.type} ${addressOf(target, environment)}`,
    events: target.events,
    deliver: (message: EventMessage) => deliver(target, message, environment),
  }));
  const names = targets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return targets;
  throw usageError('configuration/target-twice', `two targets of notify are called "${twice}"`, {
    hint: 'give them names: {type: …, name: …}',
  });
}

/** The address of a target; of what may be secret in it, a digest only. */
function addressOf(target: Notification, { crypto }: Pick<Environment, 'crypto'>): string {
  const digest = (text: string): string =>
    toHex(crypto.digest('sha256', new TextEncoder().encode(text)))
      .slice(0, 8)
      .toLowerCase();
  switch (target.type) {
    case 'webhook':
      return `${new URL(target.url).host} (${digest(target.url)})`;
    case 'email':
      return target.to;
    case 'command': {
      const [file = '', ...args] = target.argv;
      return args.length === 0 ? file : `${file} (${digest(args.join('\0'))})`;
    }
  }
}

function deliver(target: Notification, message: EventMessage, environment: NotifyEnvironment): Promise<void> {
  switch (target.type) {
    case 'webhook':
      return post(target, message, environment);
    case 'email':
      return mail(target, message, environment);
    case 'command':
      return run(target, message, environment);
  }
}

type TargetOfType<Type extends Notification['type']> = Extract<Notification, { type: Type }>;

/** Posts the event, signed after Standard Webhooks where there is a secret. */
async function post(
  { url, secretFile, timeout = DEFAULT_TIMEOUT }: TargetOfType<'webhook'>,
  message: EventMessage,
  environment: NotifyEnvironment,
): Promise<void> {
  const { http, signWebhook, now } = environment;
  const body = JSON.stringify(eventDocument(message));
  const secret = secretFile === undefined ? undefined : await readSecret(secretFile, environment);
  const { status } = await http.send({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'zonewright',
      'webhook-id': message.id,
      'webhook-timestamp': String(now),
      ...(secret === undefined
        ? {}
        : { 'webhook-signature': await signWebhook(secret, message.id, now, body) }),
    },
    body,
    timeout,
  });
  if (status >= 200 && status < 300) return;
  throw environmentError('notify/refused', `${new URL(url).host} answers with status ${status}`);
}

async function mail(
  {
    from,
    to,
    smtp,
    passwordFile,
    sendmail = DEFAULT_SENDMAIL,
    timeout = DEFAULT_TIMEOUT,
  }: TargetOfType<'email'>,
  message: EventMessage,
  environment: NotifyEnvironment,
): Promise<void> {
  const password =
    passwordFile === undefined
      ? undefined
      : (await environment.files.readText(passwordFile)).replace(/\r?\n$/, '');
  const route = smtp === undefined ? { sendmail } : { smtp, password };
  await environment.mailer.send({ from, to, ...eventMail(message) }, route, timeout);
}

/** Runs a program with the event on its standard input and in its variables. */
async function run(
  { argv, timeout = DEFAULT_TIMEOUT }: TargetOfType<'command'>,
  message: EventMessage,
  { programs }: NotifyEnvironment,
): Promise<void> {
  const outcome = await programs.run({
    argv,
    stdin: `${JSON.stringify(eventDocument(message))}\n`,
    variables: eventVariables(message),
    timeout,
  });
  const failure = programFailure(outcome);
  if (failure !== undefined) throw environmentError('notify/refused', `${argv[0] ?? ''} ${failure}`);
}

/** The event for a shell script: what it is about, and the fields of its first DS record. */
function eventVariables(message: EventMessage): Record<string, string> {
  const { id, type, zone, time, payload } = message;
  const [first] = payload.ds;
  const fields = first === undefined ? undefined : dsRecordFields(first);
  const { notBefore, deadline, brokenUntil } = payload;
  return {
    ZONEWRIGHT_EVENT: type,
    ZONEWRIGHT_EVENT_ID: id,
    ZONEWRIGHT_EVENT_TIME: printTime(time),
    ZONEWRIGHT_ZONE: zoneLabel(zone),
    ZONEWRIGHT_DS: dsRecords(message).join('\n'),
    ZONEWRIGHT_NOT_BEFORE: notBefore === undefined ? '' : printTime(notBefore),
    ZONEWRIGHT_DEADLINE: deadline === undefined ? '' : printTime(deadline),
    ...(brokenUntil === undefined ? {} : { ZONEWRIGHT_BROKEN_UNTIL: printTime(brokenUntil) }),
    ZONEWRIGHT_KEYTAG: fields?.keytag ?? '',
    ZONEWRIGHT_ALGORITHM: fields?.algorithm ?? '',
    ZONEWRIGHT_DIGEST_TYPE: fields?.digest_type ?? '',
    ZONEWRIGHT_DIGEST: fields?.digest ?? '',
    ZONEWRIGHT_PUBLIC_KEY: fields?.public_key ?? '',
  };
}
