import { describe, expect, test } from '@jest/globals';
import type { Role } from '../../src/keys/roles.ts';
import { planRotation, type PlanEntry, type PlannedZone } from '../../src/rollover/plan.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import { replacementOf } from '../../src/rollover/replacement.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import { DAY, HOUR, Simulation } from './simulation.ts';

const TIMES = { dnskeyTtl: HOUR, maxTtl: HOUR, propagation: HOUR };
const UNLIMITED = { kskLifetime: 'unlimited', zskLifetime: 'unlimited' } as const;
/** Ipub = Dprp + TTLkey + margin, and Iret of records = Dprp + TTLsig + margin. */
const IPUB = 3 * HOUR;
/** IpubP = DprpP + TTLds + margin. */
const IPUB_DS = 26 * HOUR;

/** A zone that has been signed for days, with its DS at the parent. */
function ordinaryZone(changes: Partial<Policy> = {}): Simulation {
  const simulation = new Simulation(
    { ...DEFAULT_POLICY, ...UNLIMITED, ...changes },
    { maxTtl: HOUR, negativeTtl: HOUR, propagation: HOUR },
    { ttl: DAY, lag: HOUR },
  );
  simulation.startUnsigned();
  for (let day = 0; day < 8; day++) {
    simulation.checkParent();
    simulation.rotate();
    if (simulation.needsSigning) simulation.sign();
    if (day === 3) simulation.changeDs(simulation.asked);
    simulation.time += DAY;
  }
  expect(simulation.state.rollovers).toEqual([]);
  return simulation;
}

function planOf(
  { policy, clock }: Simulation,
  state: RotationState,
  zone: Partial<PlannedZone> = {},
  span = 30 * DAY,
): PlanEntry[] {
  return planRotation(state, policy, clock, clock + span, { ...TIMES, ...zone });
}

/** What happens when, who does it: one line an entry. */
function linesOf(entries: readonly PlanEntry[], now: number): string[] {
  return entries.map(({ time, actor, what }) => `${(time - now) / HOUR} h ${actor}: ${what}`);
}

function baseOf({ keysInUse }: Simulation, role: Role): string {
  return keysInUse.find((key) => key.role === role)!.base;
}

/** The state in which the replacement of lost keys has begun. */
function recovering(simulation: Simulation, roles: readonly Role[]): RotationState {
  const bases = roles.map((role) => baseOf(simulation, role));
  for (const base of bases) simulation.lose(base);
  simulation.replaceAtOnce(bases[0]!);
  return simulation.state;
}

describe('a plan', () => {
  test('changes nothing, and is the same for the same state', () => {
    const simulation = ordinaryZone({ zskLifetime: 90 * DAY });
    const before = JSON.stringify(simulation.state);
    const plan = planOf(simulation, simulation.state, {}, 365 * DAY);
    expect(planOf(simulation, simulation.state, {}, 365 * DAY)).toEqual(plan);
    expect(JSON.stringify(simulation.state)).toBe(before);
    expect(plan.length).toBeGreaterThan(8);
  });

  test('of years proves against what caches may hold then, and not against all that it went through', () => {
    const { state, policy, clock } = ordinaryZone({ kskLifetime: 30 * DAY, zskLifetime: 20 * DAY });
    let published = 0;
    let most = 0;
    planRotation(state, policy, clock, clock + 2 * 365 * DAY, TIMES, ({ ledger }) => {
      most = Math.max(most, ledger.publications.length + ledger.parent.length);
      published = Math.max(published, ledger.publications.at(-1)!.serial);
    });
    expect(published - state.ledger.publications.at(-1)!.serial).toBeGreaterThan(100);
    expect(most).toBeLessThan(20);
  });

  test('ends at its end, in the order of time', () => {
    const simulation = ordinaryZone({ zskLifetime: 20 * DAY, kskLifetime: 30 * DAY });
    const times = planOf(simulation, simulation.state, {}, 100 * DAY).map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(simulation.clock + 100 * DAY);
    expect(times[0]).toBeGreaterThanOrEqual(simulation.clock);
  });

  test('of unlimited keys is empty', () => {
    const simulation = ordinaryZone();
    expect(planOf(simulation, simulation.state, {}, 900 * DAY)).toEqual([]);
  });

  test('takes a spare that is there, but not one whose private half is gone', () => {
    const simulation = ordinaryZone();
    const spare = simulation.makeKey('zsk', 13);
    const state = { ...simulation.state, keys: [...simulation.state.keys, spare] };
    const keysOf = (lost: readonly string[]): readonly string[] | undefined => {
      const policy = { ...simulation.policy, zskLifetime: 20 * DAY };
      return planRotation(state, policy, simulation.clock, simulation.clock + 30 * DAY, {
        ...TIMES,
        lost: new Set(lost),
      })[0]?.keys;
    };
    expect(keysOf([])).toEqual([spare.base]);
    expect(keysOf([spare.base])).toEqual(['new ZSK 1']);
  });
});

describe('what the parent was asked for', () => {
  test('and has not done comes first, and is in no plan once it is done', () => {
    const simulation = ordinaryZone({ kskRollover: 'double-ds' });
    const [old] = simulation.keysInUse.filter(({ role }) => role === 'ksk');
    simulation.replace('ksk');
    simulation.rotate();
    const fresh = simulation.state.keys.find(({ role, base }) => role === 'ksk' && base !== old!.base)!;
    simulation.time += DAY;
    const [first, ...rest] = planOf(simulation, simulation.state);
    expect(first).toEqual({
      time: simulation.clock,
      rollover: 'KSK rollover (double-DS)',
      what: 'add the new DS at the parent',
      actor: 'operator',
      keys: [fresh.base],
    });
    expect(rest.map(({ what }) => what)).not.toContain(first!.what);
    simulation.changeDs(simulation.asked);
    simulation.time += DAY;
    simulation.checkParent();
    simulation.rotate();
    const whats = planOf(simulation, simulation.state).map(({ what }) => what);
    expect(whats).not.toContain(first!.what);
    expect(whats).toContain('remove the old DS at the parent');
  });
});

describe('with a lost key', () => {
  test('the plan begins no rollover that takes it away: the operator says when', () => {
    const simulation = ordinaryZone({ zskLifetime: 20 * DAY });
    const lost = new Set([baseOf(simulation, 'zsk')]);
    expect(planOf(simulation, simulation.state)).not.toEqual([]);
    expect(planOf(simulation, simulation.state, { lost })).toEqual([]);
  });

  test('a ZSK is replaced under the old SOA; the transfers are the work of the operator', () => {
    const simulation = ordinaryZone();
    const state = recovering(simulation, ['zsk']);
    const entries = planOf(simulation, state, { lost: simulation.lost });
    expect(linesOf(entries, simulation.clock)).toEqual([
      '0 h zonewright: publish the new DNSKEY under the old SOA and signatures',
      '0 h operator: force the transfers to all servers, and say so with --served',
      `${IPUB / HOUR} h zonewright: sign with the new key instead of the old`,
      `${(2 * IPUB) / HOUR} h zonewright: remove the old DNSKEY`,
    ]);
    expect(linesOf(planOf(simulation, state), simulation.clock)).not.toContain(
      '0 h operator: force the transfers to all servers, and say so with --served',
    );
  });

  test('KSK and ZSK are replaced together, the DS first', () => {
    const simulation = ordinaryZone();
    const state = recovering(simulation, ['ksk', 'zsk']);
    const entries = planOf(simulation, state, { lost: simulation.lost });
    const dates = [0, IPUB_DS, IPUB_DS, IPUB_DS + IPUB, IPUB_DS + IPUB, IPUB_DS + 2 * IPUB];
    expect(entries.map(({ time }) => time - simulation.clock)).toEqual(dates);
  });

  test('a rollover that needs it stops where it does', () => {
    const simulation = ordinaryZone();
    simulation.replace('zsk');
    const lost = new Set([baseOf(simulation, 'ksk')]);
    expect(planOf(simulation, simulation.state, { lost })).toEqual([]);
  });
});

test('an emergency does not wait for the end of the rotation period', () => {
  const simulation = ordinaryZone();
  const key = simulation.keysInUse.find(({ role }) => role === 'zsk')!;
  const { begins } = replacementOf(simulation.state, key, simulation.policy, simulation.clock, new Set());
  simulation.begin(begins!);
  const times = planOf(simulation, simulation.state).map(({ time }) => time - simulation.clock);
  expect(times).toEqual([0, IPUB, 2 * IPUB]);
});

describe('a change of denial', () => {
  const changing = (zone: Partial<PlannedZone>, lose: readonly Role[] = []): string[] => {
    const simulation = ordinaryZone({ denial: 'nsec3' });
    const lost = new Set(lose.map((role) => baseOf(simulation, role)));
    return linesOf(planOf(simulation, simulation.state, { ...zone, lost }), simulation.clock);
  };

  test('takes place with the next version', () => {
    expect(changing({ denial: 'nsec' })).toEqual([
      '0 h zonewright: publish the zone with NSEC3 in the place of NSEC',
    ]);
  });

  test('is none where the zone denies so already, or is not signed', () => {
    expect(changing({ denial: 'nsec3' })).toEqual([]);
    expect(changing({})).toEqual([]);
  });

  test('does not take place while nobody can sign it', () => {
    expect(changing({ denial: 'nsec' }, ['zsk'])).toEqual([]);
    expect(changing({ denial: 'nsec' }, ['ksk'])).toHaveLength(1);
  });
});
