import { describe, expect, test } from '@jest/globals';
import { adoptedState, type FoundKey, type FoundZone } from '../../src/rollover/adopt.ts';
import { dueRollovers, withRolloverStarted } from '../../src/rollover/due.ts';
import { advance } from '../../src/rollover/engine.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import { keyStatus } from '../../src/rollover/key-status.ts';
import { NO_FILE, type Publication } from '../../src/rollover/ledger.ts';
import type { ManagedKey, RotationState } from '../../src/rollover/state.ts';
import { flagsOfRole, type Role } from '../../src/keys/roles.ts';

const HOUR = 3600;
const DAY = 86400;
const NOW = 1_795_348_800;

function found(base: string, role: Role, change: Partial<FoundKey> = {}): FoundKey {
  return {
    base,
    keyTag: 1,
    algorithm: 13,
    role,
    dnskey: `${flagsOfRole(role)} 3 13 ${base}`,
    created: NOW - 100 * DAY,
    activated: NOW - 30 * DAY,
    isPublished: true,
    isActive: true,
    ds: role === 'zsk' ? 'unknown' : 'there',
    ...change,
  };
}

/**
 * @param signers keys that sign the zone, one list for each kind of RRset
 * @param keySigners keys that sign the DNSKEY RRset
 */
function zoneOf(
  keys: readonly FoundKey[],
  signers: readonly (readonly FoundKey[])[],
  keySigners = keys.filter(({ role }) => role === 'ksk'),
): FoundZone {
  const ids = (list: readonly FoundKey[]): string[] => list.map(({ dnskey }) => dnskey).sort();
  return {
    evidence: {
      serial: 7,
      keySet: { keys: ids(keys), signers: ids(keySigners) },
      data: { signerSets: signers.map(ids) },
      dnskeyTtl: HOUR,
      maxTtl: HOUR,
      refresh: HOUR,
      retry: HOUR,
      firstExpiration: NOW + 20 * DAY,
    },
    digest: 'ab'.repeat(32),
    propagation: HOUR,
  };
}

const KSK = found('ksk', 'ksk');

/** A signed zone that is not there. */
const UNSEEN = { serial: 7, maxTtl: 8 * DAY, propagation: HOUR };

function adopted(zsks: readonly FoundKey[], signers?: readonly (readonly FoundKey[])[]): RotationState {
  const keys = [KSK, ...zsks];
  return adoptedState(keys, signers === undefined ? UNSEEN : zoneOf(keys, signers), DEFAULT_POLICY, NOW);
}

function zsksOf(state: RotationState): Record<string, [status: string, activated: number | undefined]> {
  const zsks = state.keys.filter(({ role }) => role === 'zsk');
  return Object.fromEntries(zsks.map((key) => [key.base, [keyStatus(state, key), key.activated]]));
}

/** The rollover of the ZSK that comes next. */
function next(state: RotationState): unknown {
  const due = dueRollovers(state, DEFAULT_POLICY).find(({ name }) => name === 'zsk-prepublish');
  const old = due?.old.map(({ base }: ManagedKey) => base);
  return due && { old, stays: due.stays ?? [], makes: due.newRoles.length, at: due.at };
}

/** How a rollover goes on that began now. */
function waitOf(state: RotationState): { what: string; until: number } {
  const due = dueRollovers(state, DEFAULT_POLICY).find(({ name }) => name === 'zsk-prepublish')!;
  const { waits } = advance(withRolloverStarted(state, due, [], NOW), DEFAULT_POLICY, NOW);
  return { what: waits[0]!.step.does, until: waits[0]!.until };
}

describe('a zone that is taken over in the middle of a ZSK rollover', () => {
  const old = found('old', 'zsk', { activated: NOW - 95 * DAY });
  const fresh = found('new', 'zsk', { activated: undefined, created: NOW - HOUR, isActive: false });

  test('goes on with the key that is published ahead, once every cache can know it', () => {
    const state = adopted([old, fresh], [[old]]);
    expect(zsksOf(state)).toEqual({ old: ['active', old.activated], new: ['pending', undefined] });
    expect(next(state)).toEqual({ old: ['old'], stays: ['new'], makes: 0, at: old.activated! + 83 * DAY });
    const { what, until } = waitOf(state);
    expect(what).toBe('sign with the new key instead of the old');
    expect(until).toBeGreaterThanOrEqual(NOW + 7 * DAY);
  });

  test('does not take a key for worn out that is to sign and does not yet', () => {
    const late = { ...fresh, activated: NOW - HOUR, isActive: true };
    expect(zsksOf(adopted([old, late], [[old]]))).toEqual({
      old: ['active', old.activated],
      new: ['pending', undefined],
    });
  });

  test('lets the key that signs no more leave at once, but not before its signatures have left all caches', () => {
    const retired = { ...old, isActive: false };
    const signing = { ...fresh, activated: NOW - DAY, isActive: true };
    const state = adopted([retired, signing], [[signing]]);
    expect(zsksOf(state)).toEqual({ old: ['retired', old.activated], new: ['active', signing.activated] });
    expect(next(state)).toEqual({ old: ['old'], stays: ['new'], makes: 0, at: -Infinity });
    const { what, until } = waitOf(state);
    expect(what).toBe('remove the old DNSKEY');
    expect(until).toBeGreaterThanOrEqual(NOW + 7 * DAY);
  });

  test('counts the age of each key where both still sign', () => {
    const signing = { ...fresh, activated: NOW - DAY, isActive: true };
    const state = adopted([old, signing], [[old], [signing]]);
    expect(zsksOf(state)).toEqual({ old: ['active', old.activated], new: ['active', signing.activated] });
    expect(next(state)).toEqual({ old: ['old'], stays: ['new'], makes: 0, at: old.activated! + 83 * DAY });
  });

  test('knows the key at work where ZSKs sign the DNSKEY RRset, too, as dnssec-signzone has them', () => {
    const keys = [KSK, old, fresh];
    const state = adoptedState(keys, zoneOf(keys, [[old]], [KSK, old]), DEFAULT_POLICY, NOW);
    expect(next(state)).toEqual({ old: ['old'], stays: ['new'], makes: 0, at: old.activated! + 83 * DAY });
  });

  test('lets a key leave without having one sign that is published ahead for later', () => {
    const retired = found('retired', 'zsk', { activated: NOW - 150 * DAY, isActive: false });
    const state = adopted([retired, found('zsk', 'zsk'), fresh], [[found('zsk', 'zsk')]]);
    expect(next(state)).toEqual({ old: ['retired'], stays: ['zsk'], makes: 0, at: -Infinity });
  });

  test('goes by the times of the keys where there is no signed zone', () => {
    const state = adopted([
      { ...old, isActive: false },
      { ...fresh, activated: NOW - DAY, isActive: true },
    ]);
    expect(zsksOf(state)).toEqual({ old: ['retired', old.activated], new: ['active', NOW - DAY] });
  });
});

describe('a zone that is taken over in the middle of a change of all its keys', () => {
  const zsk = found('zsk', 'zsk');
  const ED25519 = { algorithm: 15, activated: NOW - DAY };
  const newKsk = found('new-ksk', 'ksk', { ...ED25519, dnskey: '257 3 15 new-ksk', ds: 'unknown' });
  const newZsk = found('new-zsk', 'zsk', { ...ED25519, dnskey: '256 3 15 new-zsk' });
  const csk = found('csk', 'csk', { activated: NOW - DAY, ds: 'unknown' });

  function changeOf(keys: readonly FoundKey[], policy: Partial<Policy>): unknown {
    const signers = keys.filter(({ role, isActive }) => role !== 'ksk' && isActive);
    const zone = zoneOf(
      keys,
      [signers],
      keys.filter(({ role }) => role !== 'zsk'),
    );
    const changed = { ...DEFAULT_POLICY, ...policy };
    const [due] = dueRollovers(adoptedState(keys, zone, changed, NOW), changed);
    return due && [due.name, due.old.map(({ base }) => base), due.stays ?? [], due.newRoles];
  }

  test('of algorithm goes on with the new keys that are there', () => {
    expect(changeOf([KSK, zsk, newKsk, newZsk], { algorithm: 15 })).toEqual([
      'algorithm',
      ['ksk', 'zsk'],
      ['new-ksk', 'new-zsk'],
      [],
    ]);
    expect(changeOf([KSK, zsk, newZsk], { algorithm: 15 })).toEqual([
      'algorithm',
      ['ksk', 'zsk'],
      ['new-zsk'],
      ['ksk'],
    ]);
  });

  test('to a CSK goes on with that', () => {
    expect(changeOf([KSK, zsk, csk], { keys: 'csk' })).toEqual(['layout', ['ksk', 'zsk'], ['csk'], []]);
  });

  test('from a CSK goes on with the KSK and the ZSK', () => {
    expect(changeOf([csk, KSK, zsk], {})).toEqual(['layout', ['csk'], ['ksk', 'zsk'], []]);
  });
});

describe('the age of a key', () => {
  test('is that since its creation where nobody knows when it began to sign', () => {
    const key = found('zsk', 'zsk', { activated: undefined });
    expect(zsksOf(adopted([key], [[key]]))).toEqual({ zsk: ['active', key.created] });
  });

  test('is its whole life where nobody knows anything', () => {
    const key = found('zsk', 'zsk', { activated: undefined, created: undefined });
    const state = adopted([key], [[key]]);
    expect(zsksOf(state)).toEqual({ zsk: ['active', NOW - 90 * DAY] });
    const policy = { ...DEFAULT_POLICY, zskLifetime: 'unlimited' as const };
    expect(zsksOf(adoptedState([KSK, key], zoneOf([KSK, key], [[key]]), policy, NOW))).toEqual({
      zsk: ['active', NOW],
    });
  });
});

describe('what may have been there before', () => {
  const zsk = found('zsk', 'zsk');
  const before = (keys: readonly FoundKey[]): Publication[] =>
    adoptedState(
      keys,
      zoneOf(keys, [keys.filter(({ role }) => role === 'zsk')]),
      DEFAULT_POLICY,
      NOW,
    ).ledger.publications.slice(0, -1);

  test('is nothing where each key is alone in its role', () => {
    expect(before([KSK, zsk])).toEqual([]);
  });

  test('is the unsigned zone where no key has signed for long, and nothing says that the parent has a DS', () => {
    const late = { activated: NOW - DAY, ds: 'unknown' } as const;
    const unsigned = { keySet: { keys: [], signers: [] }, data: { signerSets: [[]] } };
    expect(
      before([
        { ...KSK, ...late },
        { ...zsk, ...late },
      ]),
    ).toMatchObject([unsigned]);
    expect(
      before([
        { ...KSK, ...late, ds: 'there' },
        { ...zsk, ...late },
      ]),
    ).toEqual([]);
    expect(before([{ ...KSK, ...late }, zsk])).toEqual([]);
  });

  test('is, where the signed zone is not to be found, what the times of the keys say: nobody has seen it replaced', () => {
    const unused = found('unused', 'zsk', { activated: undefined, isActive: false, isPublished: false });
    const { ledger } = adoptedState([KSK, zsk, unused], UNSEEN, DEFAULT_POLICY, NOW);
    expect(ledger.publications).toEqual([
      {
        keySet: { keys: [zsk.dnskey, KSK.dnskey], signers: [KSK.dnskey] },
        data: { signerSets: [[zsk.dnskey]] },
        serial: 7,
        digest: NO_FILE,
        since: NOW,
        dnskeyTtl: 8 * DAY,
        maxTtl: 8 * DAY,
        propagation: HOUR,
      },
    ]);
    const spares = adoptedState([unused], UNSEEN, DEFAULT_POLICY, NOW);
    expect(spares.ledger.publications).toEqual([]);
    const late = { activated: NOW - HOUR, ds: 'unknown' } as const;
    const keys = [
      { ...KSK, ...late },
      { ...zsk, ...late },
    ];
    expect(adoptedState(keys, UNSEEN, DEFAULT_POLICY, NOW).ledger.publications).toMatchObject([
      { keySet: { keys: [] }, maxTtl: 8 * DAY },
      { keySet: { signers: [KSK.dnskey] } },
    ]);
  });

  test('is the zone without each of several algorithms', () => {
    const newKsk = found('new-ksk', 'ksk', { algorithm: 15, dnskey: '257 3 15 new-ksk' });
    const newZsk = found('new-zsk', 'zsk', { algorithm: 15, dnskey: '256 3 15 new-zsk' });
    const without = (ksk: FoundKey, other: FoundKey): unknown => ({
      keySet: { keys: [other.dnskey, ksk.dnskey], signers: [ksk.dnskey] },
      data: { signerSets: [[other.dnskey]] },
    });
    expect(before([KSK, zsk, newKsk, newZsk])).toMatchObject([without(newKsk, newZsk), without(KSK, zsk)]);
  });
});
