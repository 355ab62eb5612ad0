import { nameToText } from '../../dns/name.ts';
import { printTime } from '../../dns/time.ts';
import { zoneLabel } from '../../keys/key-name.ts';
import type { EventDs, EventType, OutboxEvent } from '../../rollover/state.ts';
import { rdataFromText } from '../../rr/rdata.ts';
import { Type } from '../../rr/registry.ts';
import { dsFieldsOf, keyFieldsOf } from '../registrar-form.ts';

/** What `--notify-test` sends; it never stands in a state. */
export const TEST_EVENT = 'dnssec.test';

/** An event as targets are told of it. */
export interface EventMessage extends Pick<OutboxEvent, 'id' | 'time' | 'payload'> {
  /** In wire form. */
  readonly zone: Uint8Array;
  readonly type: EventType | typeof TEST_EVENT;
}

/** Where the format has the number of something that only DNSimple has. */
const NO_ID = 0;

/** An event in the shape of the webhooks of DNSimple's API v2, with `data.notBefore`, `data.deadline` and all DS records on top. */
export function eventDocument({ id, type, zone, time, payload }: EventMessage): object {
  const at = printTime(time);
  const times = { created_at: at, updated_at: at };
  const name = zoneLabel(zone);
  const records = payload.ds.map((record) => ({
    id: null,
    domain_id: NO_ID,
    ...dsRecordFields(record),
    created_at: null,
    updated_at: null,
  }));
  const [first] = records;
  return {
    name: type,
    api_version: 'v2',
    request_identifier: id,
    actor: { id: 'system', entity: 'zonewright', pretty: 'zonewright' },
    account: { id: NO_ID, display: 'zonewright', identifier: 'zonewright' },
    data: {
      zone: {
        id: NO_ID,
        account_id: NO_ID,
        name,
        reverse: /\.(?:in-addr|ip6)\.arpa$/i.test(name),
        secondary: false,
        active: true,
        last_transferred_at: null,
        ...times,
      },
      dnssec: { enabled: type !== 'dnssec.delete', ...times },
      ...(first === undefined ? {} : { delegation_signer_record: first, delegation_signer_records: records }),
      ...(payload.notBefore === undefined ? {} : { notBefore: printTime(payload.notBefore) }),
      ...(payload.deadline === undefined ? {} : { deadline: printTime(payload.deadline) }),
      ...(payload.brokenUntil === undefined ? {} : { brokenUntil: printTime(payload.brokenUntil) }),
    },
  };
}

/** The fields of a DS record by the names, and as the strings, that DNSimple's API has for them. */
export function dsRecordFields({ ds, dnskey }: EventDs) {
  const { keyTag, algorithm, digestType, digest } = dsFieldsOf(rdataFromText(Type.DS, ds));
  return {
    keytag: String(keyTag),
    algorithm: String(algorithm),
    digest_type: String(digestType),
    digest,
    public_key: keyFieldsOf(rdataFromText(Type.DNSKEY, dnskey)).publicKey,
  };
}

/** The DS records of an event, one a line. */
export function dsRecords({ zone, payload }: Pick<EventMessage, 'zone' | 'payload'>): string[] {
  return payload.ds.map(({ ds }) => `${nameToText(zone)} IN DS ${ds}`);
}
