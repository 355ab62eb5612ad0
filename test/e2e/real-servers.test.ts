import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RotateDocument } from '../cli/operation.ts';
import { describeWithPeers } from '../support/peers.ts';
import type { LiveZone, LiveZonePlan } from '../support/real-world/live-zone.ts';
import { RealWorld } from '../support/real-world/real-world.ts';

const PEERS = ['nsd', 'nsd-control', 'unbound', 'unbound-control', 'dnssec-keygen', 'dnssec-signzone'];

/** Milliseconds for a machine that does much else at the same time. */
const PATIENCE = 900_000;
/** Answers a second, at the least. */
const RATE = 20;

interface Rollover {
  readonly name: string;
  readonly policy: LiveZonePlan['policy'];
  readonly evidence: LiveZonePlan['evidence'];
  /** Another policy that begins the rollover. */
  readonly change?: LiveZonePlan['policy'];
  readonly request: readonly string[];
  /** How many keys leave the zone. */
  readonly replaced: number;
  /** How many keys are in it afterwards. */
  readonly left: number;
  /** What a resolver has to hold for long, so that haste breaks something for it. */
  readonly held: 'dnskey' | 'ds';
}

const ROLLOVERS: readonly Rollover[] = [
  {
    name: 'zsk',
    policy: {},
    evidence: 'looks',
    request: ['--start', 'zsk'],
    replaced: 1,
    left: 2,
    held: 'dnskey',
  },
  {
    name: 'double-ksk',
    policy: { denial: 'nsec3' },
    evidence: 'looks',
    request: ['--start', 'ksk'],
    replaced: 1,
    left: 2,
    held: 'ds',
  },
  {
    name: 'double-ds',
    policy: { kskRollover: 'double-ds' },
    evidence: 'word',
    request: ['--start', 'ksk'],
    replaced: 1,
    left: 2,
    held: 'ds',
  },
  {
    name: 'two-digests',
    policy: { dsDigests: ['sha256', 'sha384'], kskRollover: 'double-ds' },
    evidence: 'looks',
    request: ['--start', 'ksk'],
    replaced: 1,
    left: 2,
    held: 'ds',
  },
  {
    name: 'all-digests',
    policy: { dsDigests: ['sha256', 'sha384'] },
    evidence: 'word',
    request: ['--start', 'all'],
    replaced: 2,
    left: 2,
    held: 'ds',
  },
  {
    name: 'csk',
    policy: { keys: 'csk', denial: 'nsec3' },
    evidence: 'looks',
    request: ['--start', 'csk'],
    replaced: 1,
    left: 1,
    held: 'dnskey',
  },
  {
    name: 'algorithm',
    policy: {},
    evidence: 'looks',
    change: { algorithm: 'ED25519' },
    request: [],
    replaced: 2,
    left: 2,
    held: 'ds',
  },
  {
    name: 'disable',
    policy: {},
    evidence: 'looks',
    request: ['--disable'],
    replaced: 2,
    left: 0,
    held: 'ds',
  },
];

const publishedKeys = ({ keys }: RotateDocument): string[] =>
  (keys as readonly { readonly base: string; readonly published: boolean }[])
    .filter(({ published }) => published)
    .map(({ base }) => base);

/** Signs the zone and has its DS at the parent. Returns the keys. */
async function enable(world: RealWorld, zone: LiveZone): Promise<string[]> {
  const keys = publishedKeys(await zone.carryOut());
  await world.forgetInsecurity(zone);
  return keys;
}

async function rollOver(
  world: RealWorld,
  zone: LiveZone,
  { change, request, replaced, left }: Rollover,
): Promise<void> {
  const before = await enable(world, zone);
  const begun = world.traffic.tally(zone.name);
  if (change !== undefined) zone.configure(change);
  const after = publishedKeys(await zone.carryOut(...request));
  const ended = world.traffic.tally(zone.name);
  expect(before.filter((base) => !after.includes(base))).toHaveLength(replaced);
  expect(after).toHaveLength(left);
  expect([...world.ds(zone)].sort()).toEqual((await zone.wantedDs()).sort());
  // The resolvers did look at the signatures.
  expect(ended.secure - begun.secure).toBeGreaterThan(0);
  if (left > 0) expect(ended.insecure - begun.insecure).toBe(0);
}

const plans = (ttls: (rollover: Rollover) => LiveZonePlan['ttls']): LiveZonePlan[] =>
  ROLLOVERS.map((rollover) => ({
    name: `${rollover.name}.example`,
    ttls: ttls(rollover),
    policy: rollover.policy,
    evidence: rollover.evidence,
  }));

describeWithPeers(PEERS, 'validating resolvers that are asked all the time', () => {
  let world: RealWorld;

  beforeAll(async () => {
    world = await RealWorld.start(
      // unbound goes on with a DNSKEY RRset that it validated for its TTL, though the DS may be gone: before going insecure that counts.
      plans(({ name }) => ({ zone: 1, dnskey: name === 'disable' ? 10 : 2, ds: 2 })),
      { racingClock: false },
    );
  }, PATIENCE);

  afterAll(() => world.stop(), PATIENCE);

  test(
    'never fail to answer during whole rollovers, with the cache warm and flushed at random',
    async () => {
      const { traffic } = world;
      await world.eachZone((zone, index) => rollOver(world, zone, ROLLOVERS[index]!));
      const seconds = traffic.elapsed;
      const { secure, insecure, servfail, wrong, unanswered } = traffic.total();
      const kinds = Array.from(traffic.answersByKind, ([kind, count]) => `${kind} ${count}`).join(', ');
      process.stderr.write(
        `real servers: ${secure + insecure} answers in ${seconds.toFixed(0)} s (${kinds}); ` +
          `${secure} secure, ${insecure} insecure, ${unanswered} not in time, ${servfail} SERVFAIL\n`,
      );
      expect({ servfail, wrong, report: servfail + wrong === 0 ? '' : world.report() }).toEqual({
        servfail: 0,
        wrong: 0,
        report: '',
      });
      expect((secure + insecure) / seconds).toBeGreaterThanOrEqual(RATE);
      expect([...traffic.answersByKind.keys()].sort()).toEqual([
        'NODATA',
        'NXDOMAIN',
        'positive',
        'wildcard',
        'wildcard NODATA',
      ]);
    },
    PATIENCE,
  );
});

describeWithPeers(PEERS, 'the same with the proof switched off', () => {
  /** Two keys and two digest types at the parent, where the strongest alone counts (RFC 4509 section 3). */
  const STRONGEST: LiveZonePlan = {
    name: 'strongest.example',
    ttls: { zone: 1, dnskey: 1, ds: 1 },
    policy: {},
    evidence: 'looks',
  };
  let world: RealWorld;

  beforeAll(async () => {
    const long = (isHeld: boolean): number => (isHeld ? 1800 : 1);
    const held = plans((rollover) => ({
      zone: 1,
      dnskey: long(rollover.held === 'dnskey'),
      ds: long(rollover.held === 'ds'),
    }));
    world = await RealWorld.start([...held, STRONGEST], { racingClock: true });
  }, PATIENCE);

  afterAll(() => world.stop(), PATIENCE);

  /** A DS of each digest type, and the stronger is of a key that is not in the zone. */
  async function splitDigests(zone: LiveZone): Promise<void> {
    const [spare] = (await zone.run('keygen', zone.name, '--role', 'ksk')).trim().split('\n');
    const stronger = await zone.run('ds', `keys/${spare}.key`, '--digest', 'sha384');
    await world.setDs(zone, [...world.ds(zone), stronger.trim().split(' ').slice(3).join(' ')]);
  }

  test(
    'shows SERVFAIL in every rollover',
    async () => {
      const { traffic } = world;
      await world.eachZone(async (zone, index) => {
        await enable(world, zone);
        const begun = traffic.tally(zone.name);
        expect(begun.servfail).toBe(0);
        const rollover = ROLLOVERS[index];
        if (rollover?.change !== undefined) zone.configure(rollover.change);
        if (rollover === undefined) await splitDigests(zone);
        else await zone.carryOut(...rollover.request);
        await until(() => traffic.tally(zone.name).servfail > 0, `SERVFAIL for ${zone.name}`);
      });
      expect(traffic.total().wrong).toBe(0);
    },
    PATIENCE,
  );
});

/** Waits for what questions that are asked all the time must show soon. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; !holds();) {
    if (Date.now() > end) throw new Error(`no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
