import { describe, expect, test } from '@jest/globals';
import { dueRollovers, enabling, spareKeys, withRolloverStarted, type Due } from '../../src/rollover/due.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import { UNUSED, type ManagedKey, type RotationState } from '../../src/rollover/state.ts';
import { flagsOfRole, signsKeys, signsZone, type Role } from '../../src/keys/roles.ts';

const DAY = 86400;

function key(base: string, role: Role, change: Partial<ManagedKey> = {}): ManagedKey {
  return {
    base,
    keyTag: 1,
    algorithm: 13,
    role,
    dnskey: `${flagsOfRole(role)} 3 13 ${base}`,
    created: 0,
    activated: 10 * DAY,
    use: { published: true, signsKeys: signsKeys(role), signsZone: signsZone(role) },
    ...change,
  };
}

function stateOf(...keys: readonly ManagedKey[]): RotationState {
  return {
    keys,
    ledger: { publications: [], parent: [] },
    rollovers: [],
    wantedDs: [],
    audit: [],
    outbox: [],
  };
}

function summary(state: RotationState, policy: Partial<Policy> = {}): unknown[] {
  const bases = (due: Due): string => due.old.map(({ base }) => base).join();
  return dueRollovers(state, { ...DEFAULT_POLICY, ...policy }).map((due) => [
    due.name,
    bases(due),
    due.newRoles.join(),
    due.at,
  ]);
}

const SPLIT = stateOf(key('ksk', 'ksk'), key('zsk', 'zsk'));

describe('what is due', () => {
  test('is the first signing where there are no keys', () => {
    expect(dueRollovers(stateOf(), DEFAULT_POLICY)).toEqual([enabling(DEFAULT_POLICY)]);
    expect(summary(stateOf(), { keys: 'csk' })).toEqual([['enable', '', 'csk', -Infinity]]);
    const spare = key('spare', 'ksk', { use: UNUSED, activated: undefined });
    expect(summary(stateOf(spare))).toEqual([['enable', '', 'ksk,zsk', -Infinity]]);
  });

  test('is nothing in a zone whose keys were removed', () => {
    expect(summary(stateOf(key('ksk', 'ksk', { use: UNUSED, removed: 50 * DAY })))).toEqual([]);
  });

  test('is each role a rotation period before the end of its lifetime, the earliest first', () => {
    expect(summary(SPLIT, { zskLifetime: 30 * DAY })).toEqual([
      ['zsk-prepublish', 'zsk', 'zsk', (10 + 30 - 7) * DAY],
      ['ksk-double-ksk', 'ksk', 'ksk', (10 + 90 - 7) * DAY],
    ]);
  });

  test('counts a lifetime from creation where a key has not taken up its work', () => {
    const state = stateOf(key('csk', 'csk', { created: 5 * DAY, activated: undefined }));
    expect(summary(state, { keys: 'csk' })).toEqual([['csk', 'csk', 'csk', (5 + 90 - 7) * DAY]]);
  });

  test('is never a key that lives for ever', () => {
    expect(summary(SPLIT, { kskLifetime: 'unlimited', zskLifetime: 'unlimited' })).toEqual([]);
  });

  test('is a change of algorithm, or of the kinds of keys, at once', () => {
    expect(summary(SPLIT, { algorithm: 15 })).toEqual([['algorithm', 'ksk,zsk', 'ksk,zsk', -Infinity]]);
    expect(summary(SPLIT, { keys: 'csk' })).toEqual([['layout', 'ksk,zsk', 'csk', -Infinity]]);
    expect(summary(SPLIT, { algorithm: 15, keys: 'csk' })).toEqual([
      ['algorithm', 'ksk,zsk', 'csk', -Infinity],
    ]);
    expect(summary(stateOf(key('csk', 'csk')))).toEqual([['layout', 'csk', 'ksk,zsk', -Infinity]]);
  });
});

describe('a rollover in progress', () => {
  const begun = (name: string, policy: Partial<Policy> = {}): RotationState => {
    const due = dueRollovers(SPLIT, { ...DEFAULT_POLICY, ...policy }).find((other) => other.name === name)!;
    const fresh = due.newRoles.map((role) => key(`new-${role}`, role, { use: UNUSED, activated: undefined }));
    return withRolloverStarted({ ...SPLIT, keys: [...SPLIT.keys, ...fresh] }, due, fresh, 77);
  };

  test('names its keys, its beginning and its first step', () => {
    expect(begun('zsk-prepublish').rollovers).toEqual([
      { name: 'zsk-prepublish', started: 77, old: ['zsk'], new: ['new-zsk'], step: 0 },
    ]);
  });

  test('of one role lets the other role begin, but not its own again', () => {
    expect(dueRollovers(begun('zsk-prepublish'), DEFAULT_POLICY).map(({ name }) => name)).toEqual([
      'ksk-double-ksk',
    ]);
    expect(dueRollovers(begun('ksk-double-ksk'), DEFAULT_POLICY).map(({ name }) => name)).toEqual([
      'zsk-prepublish',
    ]);
  });

  test('that runs alone lets nothing begin', () => {
    expect(summary(begun('layout', { keys: 'csk' }))).toEqual([]);
  });

  test('holds back a change of algorithm', () => {
    expect(summary(begun('zsk-prepublish'), { algorithm: 15 })).toEqual([]);
  });
});

describe('spare keys', () => {
  const unused = { use: UNUSED, activated: undefined };

  test('are of the role and algorithm that is wanted, and were never used', () => {
    const state = stateOf(
      key('spare', 'zsk', unused),
      key('ksk', 'ksk', unused),
      key('rsa', 'zsk', { ...unused, algorithm: 8 }),
      key('used', 'zsk', { use: UNUSED }),
      key('active', 'zsk', { activated: undefined }),
      key('removed', 'zsk', { ...unused, removed: 5 }),
    );
    expect(spareKeys(state, 'zsk', 13).map(({ base }) => base)).toEqual(['spare']);
  });

  test('are not those that a rollover has taken', () => {
    const state = stateOf(key('spare', 'zsk', unused));
    const rollover = { name: 'zsk-prepublish', started: 0, old: [], new: ['spare'], step: 0 } as const;
    expect(spareKeys({ ...state, rollovers: [rollover] }, 'zsk', 13)).toEqual([]);
  });
});
