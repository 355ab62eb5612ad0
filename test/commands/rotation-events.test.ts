import { describe, expect, test } from '@jest/globals';
import { eventsOf, type EventTarget } from '../../src/commands/rotation-events.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import type { Decision } from '../../src/rollover/step-outcome.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';
import { ROLLOVERS, type RolloverName } from '../../src/rollover/rollovers.ts';
import { UNUSED, type EventType, type ManagedKey, type RotationState } from '../../src/rollover/state.ts';

const NOW = 1_800_000_000;
const ZONE = nameFromText('example.com.');
const PUBLIC_KEY = 'mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==';

function key(base: string, role: ManagedKey['role']): ManagedKey {
  const dnskey = `${role === 'zsk' ? 256 : 257} 3 13 ${PUBLIC_KEY}`;
  return { base, keyTag: 1, algorithm: 13, role, dnskey, created: NOW, use: UNUSED };
}

const STATE: RotationState = {
  keys: [key('old', 'ksk'), key('new', 'ksk'), key('old-zsk', 'zsk'), key('new-zsk', 'zsk')],
  ledger: { publications: [], parent: [] },
  rollovers: [],
  wantedDs: [],
  audit: [],
  outbox: [],
};

const WEBHOOK: EventTarget = { name: 'webhook' };

function events(
  name: RolloverName,
  kind: Decision['kind'],
  step: number,
  targets = [WEBHOOK],
): ReturnType<typeof eventsOf> {
  const suffix = name.startsWith('zsk-') ? '-zsk' : '';
  const rollover = { name, started: NOW, old: [`old${suffix}`], new: [`new${suffix}`], step };
  const decision: Decision = { rollover, step: ROLLOVERS[name].steps.at(step)!, kind };
  return eventsOf([decision], STATE, ZONE, DEFAULT_POLICY, targets, { now: NOW, crypto: nodeCrypto });
}

describe('what others learn of a rollover', () => {
  test.each<[RolloverName, Decision['kind'], number, EventType, string]>([
    ['ksk-double-ksk', 'decided', 1, 'dnssec.rotation_start', 'new'],
    ['ksk-double-ksk', 'decided', 2, 'dnssec.ds_withdraw', 'old'],
    ['ksk-double-ksk', 'finished', -1, 'dnssec.rotation_complete', 'new'],
    ['enable', 'decided', 1, 'dnssec.rotation_start', 'new'],
    ['enable', 'finished', -1, 'dnssec.create', 'new'],
    ['disable', 'decided', 0, 'dnssec.ds_withdraw', 'old'],
    ['disable', 'finished', -1, 'dnssec.delete', 'old'],
  ])('%s %s at step %i is %s', (name, kind, step, type, about) => {
    expect(events(name, kind, step)).toMatchObject([{ type, time: NOW, payload: { keys: [about] } }]);
  });

  test.each<[RolloverName, Decision['kind'], number]>([
    ['ksk-double-ksk', 'decided', 0],
    ['ksk-double-ksk', 'done', 1],
    ['ksk-double-ksk', 'decided', 3],
    ['zsk-prepublish', 'decided', 1],
  ])('%s %s at step %i concerns nobody', (name, kind, step) => {
    expect(
      events(name, kind, step, [{ name: 'all', events: ['dnssec.zsk_rotation_start'] }, WEBHOOK]),
    ).toEqual([]);
  });

  test('a DS to add comes with its RDATA, from when on, and by when', () => {
    const [event] = events('ksk-double-ksk', 'decided', 1);
    expect(event?.payload).toMatchObject({ notBefore: NOW, deadline: NOW + DEFAULT_POLICY.rotationPeriod });
    expect(event?.payload.ds).toEqual([
      { ds: expect.stringMatching(/^\d+ 13 2 [0-9A-F]{64}$/), dnskey: STATE.keys[1]!.dnskey },
    ]);
  });

  test('the rollover of a ZSK is told to those who ask for it', () => {
    expect(events('zsk-prepublish', 'decided', 0)).toEqual([]);
    const curious = {
      name: 'curious',
      events: ['dnssec.zsk_rotation_start', 'dnssec.zsk_rotation_complete'],
    };
    const started = events('zsk-prepublish', 'decided', 0, [WEBHOOK, curious]);
    expect(started).toMatchObject([
      { type: 'dnssec.zsk_rotation_start', payload: { ds: [] }, deliveries: [{ target: 'curious' }] },
    ]);
    const complete = events('zsk-prepublish', 'finished', -1, [curious]);
    expect(complete).toMatchObject([{ type: 'dnssec.zsk_rotation_complete' }]);
  });

  test('the swap of a key at once tells until when the zone is bogus for some, and asks for the DS at once', () => {
    const agreed = { time: NOW, until: NOW + 100, ds: [], keySets: [], data: [] };
    const swap = (name: 'zsk-swap' | 'ksk-swap', kind: Decision['kind'], step: number): unknown[] => {
      const suffix = name === 'zsk-swap' ? '-zsk' : '';
      const rollover = { name, started: NOW, old: [`old${suffix}`], new: [`new${suffix}`], step, agreed };
      const decision: Decision = { rollover, step: ROLLOVERS[name].steps.at(step)!, kind };
      const all = { name: 'all', events: ['dnssec.zsk_rotation_start', 'dnssec.rotation_start'] };
      const clock = { now: NOW, crypto: nodeCrypto };
      return eventsOf([decision], STATE, ZONE, DEFAULT_POLICY, [all], clock);
    };
    expect(swap('zsk-swap', 'decided', 0)).toMatchObject([
      { type: 'dnssec.zsk_rotation_start', payload: { keys: ['new-zsk'], brokenUntil: NOW + 100 } },
    ]);
    expect(swap('ksk-swap', 'decided', 1)).toMatchObject([
      { type: 'dnssec.rotation_start', payload: { deadline: NOW, brokenUntil: NOW + 100 } },
    ]);
  });

  test('nothing is kept where nobody listens', () => {
    expect(events('enable', 'finished', -1, [])).toEqual([]);
  });

  test('each event has an identifier of its own', () => {
    const ids = [1, 2].map(() => events('enable', 'finished', -1)[0]!.id);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
