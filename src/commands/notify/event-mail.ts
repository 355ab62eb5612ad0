import { printTime } from '../../dns/time.ts';
import { zoneLabel } from '../../keys/key-name.ts';
import { rdataFromText } from '../../rr/rdata.ts';
import { Type } from '../../rr/registry.ts';
import type { Mail } from '../environment.ts';
import { registrarForm } from '../registrar-form.ts';
import { dsRecords, TEST_EVENT, type EventMessage } from './event-message.ts';

interface Wording {
  readonly subject: string;
  readonly text: string;
  /** The option that says that it was done. */
  readonly confirm?: '--ds-published' | '--ds-withdrawn';
}

/** What people read of an event; ZONE stands for the zone. */
const WORDINGS: Readonly<Record<EventMessage['type'], Wording>> = {
  'dnssec.create': {
    subject: 'DNSSEC is enabled',
    text: 'ZONE is signed, and its DS is at the parent. There is nothing to do.',
  },
  'dnssec.delete': {
    subject: 'DNSSEC is disabled',
    text: 'ZONE has no DS at the parent any more, and is no longer signed. There is nothing to do.',
  },
  'dnssec.rotation_start': {
    subject: 'add a DS record',
    text: 'Please add this DS record of ZONE at its registrar. Leave those that are there: you will be told when they can go.',
    confirm: '--ds-published',
  },
  'dnssec.rotation_complete': {
    subject: 'the key rotation is complete',
    text: 'The old key of ZONE has left the zone. There is nothing to do.',
  },
  'dnssec.ds_withdraw': {
    subject: 'remove the old DS record',
    text: 'Please remove this old DS record of ZONE at its registrar. The new one stays.',
    confirm: '--ds-withdrawn',
  },
  'dnssec.ds_overdue': {
    subject: 'the DS record is overdue',
    text: 'This DS record of ZONE should have been at the parent by now, and was not seen there. Please add it. The zone goes on working with its old key, which stays until then.',
    confirm: '--ds-published',
  },
  'dnssec.zsk_rotation_start': {
    subject: 'a ZSK rotation has begun',
    text: 'ZONE gets a new ZSK. There is nothing to do.',
  },
  'dnssec.zsk_rotation_complete': {
    subject: 'the ZSK rotation is complete',
    text: 'The old ZSK of ZONE has left the zone. There is nothing to do.',
  },
  [TEST_EVENT]: {
    subject: 'test',
    text: 'This is a test of the notifications for ZONE. There is nothing to do.',
  },
};

/** An event as a mail: the DS as the fields of a registrar's form and as a record, and the command that confirms it. */
export function eventMail(message: EventMessage): Pick<Mail, 'subject' | 'text' | 'id'> {
  const { zone, type, payload } = message;
  const name = zoneLabel(zone);
  const { subject, text, confirm } = WORDINGS[type];
  const { notBefore, deadline, brokenUntil } = payload;
  const times = [
    ...(notBefore === undefined ? [] : [`Not before: ${printTime(notBefore)}`]),
    ...(deadline === undefined ? [] : [`Deadline:   ${printTime(deadline)}`]),
    ...(brokenUntil === undefined
      ? []
      : [
          `The zone is bogus for some resolvers, as was agreed to; if everybody acts at once until ${printTime(brokenUntil)}`,
        ]),
  ];
  const paragraphs = [
    text.replace('ZONE', name),
    times.join('\n'),
    ...(confirm === undefined ? [] : request(message, confirm)),
  ];
  return {
    id: message.id,
    subject: `[zonewright] ${name}: ${subject}`,
    text: `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`,
  };
}

function request(message: EventMessage, confirm: string): string[] {
  const { zone, payload } = message;
  const keys = payload.ds.map(({ ds, dnskey }) => ({
    owner: zone,
    dnskeyRdata: rdataFromText(Type.DNSKEY, dnskey),
    ds: [rdataFromText(Type.DS, ds)],
  }));
  const tags = new Set(payload.ds.map(({ ds }) => ds.split(' ', 1)[0]!));
  const options = [...tags].map((tag) => `${confirm} ${tag}`).join(' ');
  return [
    `As the fields of a form:\n\n${registrarForm(keys).trimEnd()}`,
    `As a record:\n\n${dsRecords(message).join('\n')}`,
    `When the registrar has done it, say so with:\n\nzonewright rotate ${zoneLabel(zone)} ${options}`,
  ];
}
