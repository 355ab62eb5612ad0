import { describe, expect, test } from '@jest/globals';
import { rolloverOf } from '../../src/rollover/due.ts';
import type { Role } from '../../src/keys/roles.ts';
import { dsOf, servedDs, setsBetween } from '../../src/rollover/ds-sets.ts';
import { nextPublication } from '../../src/rollover/next-publication.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import type { Rollover } from '../../src/rollover/state.ts';
import type { DsRecord } from '../../src/rollover/validation.ts';
import { DAY, HOUR, MINUTE, Simulation } from './simulation.ts';

const ZONE = { maxTtl: 2 * HOUR, negativeTtl: 10 * MINUTE, propagation: 30 * MINUTE };

/** What stands still in these tests unless they say so: nothing is due by itself, margins are zero. */
const POLICY: Policy = {
  ...DEFAULT_POLICY,
  kskLifetime: 'unlimited',
  zskLifetime: 'unlimited',
  publishSafety: 0,
  retireSafety: 0,
  rotationPeriod: 0,
  dnskeyTtl: HOUR,
};

/** A zone that has been signed, with its DS at the parent, for longer than any cache remembers. */
function signedZone(policy: Partial<Policy> = {}): Simulation {
  const simulation = new Simulation({ ...POLICY, ...policy }, ZONE, { ttl: DAY, lag: HOUR });
  simulation.startUnsigned();
  turn(simulation);
  wait(simulation);
  simulation.changeDs(simulation.asked);
  confirmNew(simulation);
  turn(simulation);
  expect(simulation.state.rollovers).toEqual([]);
  simulation.time += 10 * DAY;
  turn(simulation);
  return simulation;
}

/** One run of `rotate` and `sign`, until there is nothing more to do at this moment. */
function turn(simulation: Simulation): void {
  simulation.rotate();
  while (simulation.needsSigning) {
    simulation.sign();
    simulation.rotate();
  }
}

/** Sleeps for what the first rollover waits for; returns for how long. */
function wait(simulation: Simulation): number {
  const seconds = simulation.waits[0]!.until - simulation.clock;
  simulation.time += seconds;
  turn(simulation);
  return seconds;
}

function start(simulation: Simulation, role: Role): void {
  simulation.replace(role);
  turn(simulation);
}

function confirmNew(simulation: Simulation): void {
  for (const { key } of simulation.dsAtParent) simulation.confirmPublished(key!);
}

/** The tags of the keys in the DS sets that the parent may serve, in order. */
function possibleDs({ state }: Simulation): string[] {
  return servedDs(state.ledger)
    .map((ds) =>
      ds
        .map(({ key, digestType }) => `${key?.split(' ')[3] ?? '?'}/${digestType}`)
        .sort()
        .join('+'),
    )
    .sort();
}

describe('setsBetween', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((key): DsRecord => ({ algorithm: 13, digestType: 2, key })) as [
    DsRecord,
    DsRecord,
    DsRecord,
  ];

  test('keeps what both sets have and takes any of the rest', () => {
    expect(setsBetween([a, b], [b, c])).toEqual([[b], [b, a], [b, c], [b, a, c]]);
  });

  test('is the set itself where nothing changes', () => {
    expect(setsBetween([a, b], [b, a])).toEqual([[a, b]]);
  });

  test('tells digests of one key apart', () => {
    expect(setsBetween([a], [{ ...a, digestType: 4 }])).toHaveLength(4);
  });
});

describe('the parent', () => {
  test('whose TTL rises is taken to serve what it serves with the new TTL', () => {
    const simulation = signedZone();
    simulation.policy = { ...simulation.policy, parentDsTtl: 2 * DAY };
    simulation.parent = { ...simulation.parent, ttl: 2 * DAY };
    simulation.changeDs(simulation.dsAtParent);
    simulation.time += 10 * DAY;
    start(simulation, 'ksk');
    wait(simulation);
    simulation.changeDs(simulation.asked.slice(1));
    confirmNew(simulation);
    turn(simulation);
    simulation.confirmWithdrawn(simulation.state.keys[0]!.dnskey);
    turn(simulation);
    expect(wait(simulation)).toBe(2 * DAY + HOUR);
    expect(simulation.violations).toEqual([]);
  });

  test('that was seen to serve the old set still may take up what was offered', () => {
    const simulation = signedZone();
    start(simulation, 'ksk');
    wait(simulation);
    simulation.checkParent();
    turn(simulation);
    expect(possibleDs(simulation)).toEqual(['', 'ksk1/2', 'ksk1/2+ksk3/2', 'ksk3/2']);
  });

  test('may keep DS of keys that nobody knows, which stand beside a good one all the time', () => {
    const simulation = signedZone();
    simulation.changeDs([...simulation.dsAtParent, { algorithm: 13, digestType: 2, key: undefined }]);
    simulation.time += HOUR;
    simulation.checkParent();
    start(simulation, 'ksk');
    expect(wait(simulation)).toBe(30 * MINUTE + HOUR);
    expect(possibleDs(simulation)).toEqual(['?/2+ksk1/2', '?/2+ksk1/2+ksk3/2', '?/2+ksk3/2']);
  });
});

describe('where old and new DS would have different digests', () => {
  test('a KSK goes by double-KSK, because with double-DS one of them would match nothing', () => {
    const { state, policy } = signedZone({ kskRollover: 'double-ds', dsDigests: ['sha256', 'sha384'] });
    const nameWith = (dsDigests: Policy['dsDigests']): string =>
      rolloverOf('ksk', { ...policy, dsDigests }, state);
    expect(nameWith(['sha256', 'sha384'])).toBe('ksk-double-ds');
    expect(nameWith(['sha384'])).toBe('ksk-double-ksk');
    expect(nameWith(['sha256', 'sha384', 'sha1'])).toBe('ksk-double-ksk');
  });

  test('the policy is for DS that are asked for later', () => {
    const simulation = signedZone({ kskRollover: 'double-ds' });
    start(simulation, 'ksk');
    simulation.policy = { ...simulation.policy, dsDigests: ['sha384'] };
    const { state, policy } = simulation;
    expect(dsOf(state, state.wantedDs, policy).map(({ digestType }) => digestType)).toEqual([2, 2]);
    simulation.changeDs(simulation.asked);
    confirmNew(simulation);
    turn(simulation);
    wait(simulation);
    wait(simulation);
    simulation.changeDs(simulation.dsAtParent.slice(1));
    simulation.confirmWithdrawn(simulation.state.keys[0]!.dnskey);
    turn(simulation);
    expect(simulation.state.rollovers).toEqual([]);
    expect(simulation.violations).toEqual([]);
    start(simulation, 'ksk');
    wait(simulation);
    expect(simulation.asked.map(({ digestType }) => digestType)).toEqual([2, 4]);
  });
});

describe('a double-DS rollover that had begun before the policy got other digests', () => {
  test('asks for the digests of the old DS', () => {
    const simulation = signedZone({ kskRollover: 'double-ds' });
    simulation.replace('ksk');
    simulation.policy = { ...simulation.policy, dsDigests: ['sha256', 'sha384'] };
    turn(simulation);
    expect(simulation.asked.map(({ digestType }) => digestType)).toEqual([2, 2]);
  });
});

describe('a clock that goes back behind what was recorded', () => {
  test('stops removals, and says until when', () => {
    const simulation = signedZone();
    start(simulation, 'zsk');
    wait(simulation);
    simulation.time += 10 * DAY;
    const shown = simulation.clock;
    simulation.clockOffset -= 20 * DAY;
    simulation.rotate();
    const latest = Math.max(...simulation.state.ledger.publications.map(({ since }) => since));
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'clock' }, until: latest }]);
    simulation.clockOffset = 0;
    expect(simulation.clock).toBe(shown);
    turn(simulation);
    expect(simulation.state.rollovers).toEqual([]);
  });

  test('does not stop what is signed once more with the same keys', () => {
    const simulation = signedZone({ retireSafety: HOUR });
    simulation.policy = { ...simulation.policy, publishedWhen: 'served' };
    simulation.replace('zsk');
    simulation.rotate();
    simulation.sign();
    simulation.establish(simulation.loaded);
    simulation.rotate();
    simulation.time = simulation.waits[0]!.until;
    simulation.rotate();
    simulation.sign();
    simulation.clockOffset -= DAY;
    simulation.sign();
    expect(simulation.refused).toBe(0);
  });

  test('makes a version that is written meanwhile count only from when the clock is right again', () => {
    const simulation = signedZone();
    simulation.replace('zsk');
    simulation.clockOffset -= 30 * DAY;
    simulation.rotate();
    simulation.sign();
    simulation.rotate();
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'clock' } }]);
    simulation.time += MINUTE;
    simulation.clockOffset = 0;
    simulation.rotate();
    expect(simulation.waits).toMatchObject([
      { reason: { kind: 'proof' }, until: simulation.time + 30 * MINUTE + HOUR },
    ]);
  });
});

// Dprp = 30 min, TTLkey = 1 h, TTLsig = 2 h at the child; DprpP = 1 h, TTLds = 1 d at the parent. Times after the equations of RFC 7583, with Dsgn = 0,
// for everything is signed at once.
describe('the steps of a rollover come when RFC 7583 allows them:', () => {
  const publication = 30 * MINUTE + HOUR;
  const retirement = 30 * MINUTE + 2 * HOUR;
  const registration = HOUR + DAY;

  /** What stands in the zone: DNSKEYs, their signers, the signers of the rest. */
  function zone({ state }: Simulation): string {
    const { keySet, data } = nextPublication(state);
    const names = (keys: readonly string[]): string =>
      keys
        .map((key) => key.split(' ')[3])
        .sort()
        .join('+');
    return [names(keySet.keys), names(keySet.signers), ...data.signerSets.map(names)].join(' / ');
  }

  test('ZSK, pre-publication (section 3.2.1)', () => {
    const simulation = signedZone();
    start(simulation, 'zsk');
    expect(zone(simulation)).toBe('ksk1+zsk2+zsk3 / ksk1 / zsk2');
    // Ipub = Dprp + TTLkey
    expect(wait(simulation)).toBe(publication);
    expect(zone(simulation)).toBe('ksk1+zsk2+zsk3 / ksk1 / zsk3');
    // Iret = Dsgn + Dprp + TTLsig
    expect(wait(simulation)).toBe(retirement);
    expect(zone(simulation)).toBe('ksk1+zsk3 / ksk1 / zsk3');
    finished(simulation);
  });

  test('KSK, double-KSK (section 3.3.1)', () => {
    const simulation = signedZone();
    start(simulation, 'ksk');
    expect(zone(simulation)).toBe('ksk1+ksk3+zsk2 / ksk1+ksk3 / zsk2');
    // IpubC = DprpC + TTLkey
    expect(wait(simulation)).toBe(publication);
    expect(possibleDs(simulation)).toEqual(['', 'ksk1/2', 'ksk1/2+ksk3/2', 'ksk3/2']);
    addDs(simulation);
    expect(possibleDs(simulation)).toEqual(['ksk1/2+ksk3/2', 'ksk3/2']);
    removeDs(simulation);
    expect(zone(simulation)).toBe('ksk1+ksk3+zsk2 / ksk1+ksk3 / zsk2');
    // Iret = DprpP + TTLds
    expect(wait(simulation)).toBe(registration);
    expect(zone(simulation)).toBe('ksk3+zsk2 / ksk3 / zsk2');
    finished(simulation);
  });

  test('KSK, double-KSK, with the DS replaced at once', () => {
    const simulation = signedZone();
    start(simulation, 'ksk');
    wait(simulation);
    simulation.changeDs(simulation.asked.slice(1));
    simulation.time += HOUR;
    simulation.checkParent();
    turn(simulation);
    expect(wait(simulation)).toBe(registration);
    expect(zone(simulation)).toBe('ksk3+zsk2 / ksk3 / zsk2');
    finished(simulation);
  });

  test('KSK, double-DS (section 3.3.2)', () => {
    const simulation = signedZone({ kskRollover: 'double-ds' });
    start(simulation, 'ksk');
    expect(zone(simulation)).toBe('ksk1+zsk2 / ksk1 / zsk2');
    expect(possibleDs(simulation)).toEqual(['ksk1/2', 'ksk1/2+ksk3/2']);
    addDs(simulation);
    // IpubP = DprpP + TTLds
    expect(wait(simulation)).toBe(registration);
    expect(zone(simulation)).toBe('ksk3+zsk2 / ksk3 / zsk2');
    // Iret = DprpC + TTLkey
    expect(wait(simulation)).toBe(publication);
    removeDs(simulation);
    finished(simulation);
  });

  test('CSK (RFC 6781 section 4.1.3)', () => {
    const simulation = signedZone({ keys: 'csk' });
    start(simulation, 'csk');
    expect(zone(simulation)).toBe('csk1+csk2 / csk1+csk2 / csk1');
    expect(wait(simulation)).toBe(publication);
    expect(zone(simulation)).toBe('csk1+csk2 / csk1+csk2 / csk2');
    addDs(simulation);
    removeDs(simulation);
    // Both the old signatures and the old DS must be gone; the DS last longer.
    expect(wait(simulation)).toBe(registration);
    expect(zone(simulation)).toBe('csk2 / csk2 / csk2');
    finished(simulation);
  });

  test('algorithm, the conservative way (RFC 6781 section 4.1.4)', () => {
    const simulation = signedZone();
    simulation.policy = { ...simulation.policy, algorithm: 15 };
    turn(simulation);
    expect(zone(simulation)).toBe('ksk1+zsk2 / ksk1 / zsk2+zsk4');
    // Signatures come first: in every cache after Dprp + TTLsig.
    expect(wait(simulation)).toBe(retirement);
    expect(zone(simulation)).toBe('ksk1+ksk3+zsk2+zsk4 / ksk1+ksk3 / zsk2+zsk4');
    expect(wait(simulation)).toBe(publication);
    addDs(simulation);
    removeDs(simulation);
    expect(wait(simulation)).toBe(registration);
    expect(zone(simulation)).toBe('ksk3+zsk4 / ksk3 / zsk2+zsk4');
    // The old DNSKEYs, while they are cached, call for their signatures.
    expect(wait(simulation)).toBe(publication);
    expect(zone(simulation)).toBe('ksk3+zsk4 / ksk3 / zsk4');
    finished(simulation);
  });

  test('from KSK and ZSK to one CSK', () => {
    const simulation = signedZone();
    simulation.policy = { ...simulation.policy, keys: 'csk' };
    turn(simulation);
    expect(zone(simulation)).toBe('csk3+ksk1+zsk2 / csk3+ksk1 / zsk2');
    expect(wait(simulation)).toBe(publication);
    expect(zone(simulation)).toBe('csk3+ksk1+zsk2 / csk3+ksk1 / csk3');
    addDs(simulation);
    removeDs(simulation);
    expect(wait(simulation)).toBe(registration);
    expect(zone(simulation)).toBe('csk3 / csk3 / csk3');
    finished(simulation);
  });

  test('from one CSK to KSK and ZSK', () => {
    const simulation = signedZone({ keys: 'csk' });
    simulation.policy = { ...simulation.policy, keys: 'split' };
    turn(simulation);
    expect(wait(simulation)).toBe(publication);
    expect(zone(simulation)).toBe('csk1+ksk2+zsk3 / csk1+ksk2 / zsk3');
    addDs(simulation);
    removeDs(simulation);
    expect(wait(simulation)).toBe(registration);
    expect(zone(simulation)).toBe('ksk2+zsk3 / ksk2 / zsk3');
    finished(simulation);
  });

  test('enable: no DS before the signed zone is in every cache', () => {
    const simulation = new Simulation(POLICY, ZONE, { ttl: DAY, lag: HOUR });
    simulation.startUnsigned();
    turn(simulation);
    expect(zone(simulation)).toBe('ksk1+zsk2 / ksk1 / zsk2');
    // What an unsigned answer says lives for the largest TTL of the zone.
    expect(wait(simulation)).toBe(retirement);
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'parent', keyTags: [1] } }]);
  });

  test('disable: unsigned only when no cache has a DS', () => {
    const simulation = signedZone();
    simulation.disable();
    turn(simulation);
    expect(zone(simulation)).toBe('ksk1+zsk2 / ksk1 / zsk2');
    removeDs(simulation);
    // Validators keep a DNSKEY RRset for its TTL, though the DS by which they trust it may go meanwhile.
    expect(wait(simulation)).toBe(registration + HOUR);
    expect(zone(simulation)).toBe(' /  / ');
    finished(simulation);
    expect(simulation.state.keys.map(({ removed }) => removed)).toEqual([simulation.time, simulation.time]);
  });

  test('disable: a DNSKEY RRset with a long TTL is waited for', () => {
    const simulation = signedZone({ dnskeyTtl: 3 * DAY });
    simulation.disable();
    turn(simulation);
    removeDs(simulation);
    expect(wait(simulation)).toBe(registration + 3 * DAY);
    expect(zone(simulation)).toBe(' /  / ');
  });

  function addDs(simulation: Simulation): void {
    simulation.changeDs(simulation.asked);
    confirmNew(simulation);
    turn(simulation);
  }

  function removeDs(simulation: Simulation): void {
    const kept = simulation.asked.map(({ key }) => key);
    const gone = simulation.dsAtParent.filter(({ key }) => !kept.includes(key));
    simulation.changeDs(simulation.asked);
    for (const { key } of gone) simulation.confirmWithdrawn(key!);
    turn(simulation);
  }

  function finished({ state, violations, causedByUs, refused }: Simulation): void {
    expect(state.rollovers).toEqual([]);
    expect([violations, causedByUs, refused]).toEqual([[], [], 0]);
  }
});

test('what ends with the rotation period waits for that, whatever is over before', () => {
  const simulation = signedZone({ rotationPeriod: 7 * DAY });
  start(simulation, 'zsk');
  wait(simulation);
  const [{ started }] = simulation.state.rollovers as [Rollover];
  expect(simulation.waits).toMatchObject([{ reason: { kind: 'period' }, until: started + 7 * DAY }]);
  wait(simulation);
  expect(simulation.waits).toEqual([]);
});

describe('the margins', () => {
  const margins = { publishSafety: 20 * MINUTE, retireSafety: 40 * MINUTE };

  test('come on top: one before new keys are relied on, one before old keys leave', () => {
    const simulation = signedZone(margins);
    start(simulation, 'zsk');
    expect(wait(simulation)).toBe(30 * MINUTE + HOUR + 20 * MINUTE);
    expect(wait(simulation)).toBe(30 * MINUTE + 2 * HOUR + 40 * MINUTE);
    expect(simulation.state.rollovers).toEqual([]);
  });

  test('do not count before a new key is published', () => {
    const simulation = signedZone(margins);
    start(simulation, 'zsk');
    start(simulation, 'ksk');
    expect(simulation.state.keys.every(({ use }) => use.published)).toBe(true);
  });
});

describe('rollovers side by side', () => {
  test('go on each in its own time', () => {
    const simulation = signedZone();
    start(simulation, 'zsk');
    simulation.time += HOUR;
    start(simulation, 'ksk');
    wait(simulation);
    simulation.changeDs(simulation.asked);
    wait(simulation);
    wait(simulation);
    expect(simulation.state.rollovers.map(({ name, step }) => [name, step])).toEqual([['ksk-double-ksk', 1]]);
    expect(simulation.waits).toMatchObject([{ reason: { kind: 'parent' } }]);
    expect(simulation.violations).toEqual([]);
  });

  test('do nothing more when asked a second time', () => {
    const simulation = signedZone();
    start(simulation, 'zsk');
    start(simulation, 'ksk');
    const { state } = simulation;
    const { decisions } = simulation.rotate();
    expect(decisions).toEqual([]);
    expect(simulation.state).toEqual(state);
  });
});

describe('a version that is not known to be served', () => {
  test('holds up what comes after it, until it is', () => {
    const simulation = signedZone();
    simulation.policy = { ...simulation.policy, publishedWhen: 'served' };
    simulation.replace('zsk');
    simulation.rotate();
    simulation.sign();
    simulation.time += 100 * DAY;
    simulation.rotate();
    expect(simulation.waits).toMatchObject([
      { reason: { kind: 'served', serial: simulation.serial, isTransferForced: false }, until: Infinity },
    ]);
    simulation.establish(simulation.loaded);
    simulation.rotate();
    expect(simulation.waits[0]!.until).toBe(simulation.time + 30 * MINUTE + HOUR);
  });

  test('that was never written is forgotten', () => {
    const simulation = signedZone();
    simulation.replace('zsk');
    simulation.rotate();
    const before = simulation.state.ledger.publications;
    simulation.sign('before');
    expect(simulation.state.ledger.publications).toHaveLength(before.length + 1);
    simulation.rotate();
    expect(simulation.state.ledger.publications).toEqual(before);
  });
});
