import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { Role } from '../../src/keys/roles.ts';
import { CLOCK } from './in-process.ts';
import { DAY, HOUR, Operation, SIGNED } from './operation.ts';
import { schemaErrors } from './schemas.ts';

/** SMALL_ZONE has refresh 2 h, retry 1 h and TTL 1 h; negative answers live 5 min. */
const PROPAGATION = 3 * HOUR;
const TTL = HOUR;
const PUBLISH_SAFETY = HOUR;
const RETIRE_SAFETY = HOUR;
const ROTATION_PERIOD = 7 * DAY;
const PARENT_TTL = DAY;
const PARENT_PROPAGATION = HOUR;

/** RFC 7583 section 3.2.1: Ipub = Dprp + TTLkey, and the margin. */
const IPUB = PROPAGATION + TTL + PUBLISH_SAFETY;
/** RFC 7583 section 3.3.1: Iret = DprpP + TTLds, and the margin. */
const IRET_DS = PARENT_PROPAGATION + PARENT_TTL + RETIRE_SAFETY;
/** RFC 7583 section 3.3.2: IpubP = DprpP + TTLds, and the margin. */
const IPUB_DS = PARENT_PROPAGATION + PARENT_TTL + PUBLISH_SAFETY;
/** Iret of records and of DNSKEY RRsets: Dprp + TTL, and the margin. */
const IRET = PROPAGATION + TTL + RETIRE_SAFETY;

interface Plan {
  readonly title: string;
  /** The policy of the zone before. */
  readonly from?: string;
  /** The zone is in its ordinary life before. */
  readonly isEnabled: boolean;
  /** The policy that holds from the rollover on, where it is another. */
  readonly policy?: string;
  /** What was asked for before, and is in progress for some hours. */
  readonly begun?: { readonly request: readonly string[]; readonly hours: number };
  /** Roles of the keys whose private halves are gone. */
  readonly lost?: readonly Role[];
  /** With `TAG` for the key that it is about: the first lost one, or that of the role named. */
  readonly request: readonly string[];
  readonly about?: Role;
  /** Seconds from the start to each date, as RFC 7583 has them. */
  readonly dates: readonly number[];
}

const PLANS: Readonly<Record<string, Plan>> = {
  enable: {
    title: 'enable: the DS once every cache has the signed zone',
    isEnabled: false,
    request: [],
    dates: [0, IPUB],
  },
  zsk: {
    title: 'ZSK: Ipub, then the end of the rotation period',
    isEnabled: true,
    request: ['--start', 'zsk'],
    dates: [0, IPUB, ROTATION_PERIOD],
  },
  'ksk-double-ksk': {
    title: 'KSK, double-KSK: the new DS after Ipub, in the place of the old',
    isEnabled: true,
    request: ['--start', 'ksk'],
    dates: [0, IPUB, IPUB, ROTATION_PERIOD],
  },
  'ksk-double-ds': {
    title:
      'KSK, double-DS: the new DS at once, the swap once every cache has it, the old DS when no cache needs it',
    from: 'kskRollover: double-ds',
    isEnabled: true,
    request: ['--start', 'ksk'],
    dates: [0, IPUB_DS, IPUB_DS + IRET],
  },
  csk: {
    title: 'CSK: signatures and DS after Ipub, the old key at the end of the rotation period',
    from: 'keys: csk',
    isEnabled: true,
    request: ['--start', 'csk'],
    dates: [0, IPUB, IPUB, IPUB, ROTATION_PERIOD],
  },
  algorithm: {
    title: 'algorithm: signatures, DNSKEYs, DS; then all of it backwards',
    isEnabled: true,
    policy: 'algorithm: ED25519',
    request: [],
    dates: [0, IPUB, 2 * IPUB, 2 * IPUB, 2 * IPUB + IRET_DS, 2 * IPUB + IRET_DS + IRET],
  },
  'layout-csk': {
    title: 'from KSK and ZSK to a CSK',
    isEnabled: true,
    policy: 'keys: csk',
    request: [],
    dates: [0, IPUB, IPUB, IPUB, IPUB + IRET_DS],
  },
  'layout-split': {
    title: 'from a CSK to KSK and ZSK',
    from: 'keys: csk',
    isEnabled: true,
    policy: 'keys: split',
    request: [],
    dates: [0, IPUB, IPUB, IPUB, IPUB + IRET_DS],
  },
  'algorithm-abort': {
    title: 'a change of algorithm taken back: its DNSKEYs at once, its signatures when no cache has them',
    isEnabled: true,
    begun: { request: ['--algorithm', 'ED25519'], hours: 6 },
    request: ['--abort'],
    dates: [0, IRET],
  },
  disable: {
    title: 'disable: the zone is unsigned once no cache has a DS',
    isEnabled: true,
    request: ['--disable'],
    // A validator may go on with the DNSKEY RRset for its TTL of an hour.
    dates: [0, IRET_DS + HOUR],
  },
  'lost-ksk': {
    title: 'a lost KSK: as double-DS, for nothing else can be signed by nobody',
    isEnabled: true,
    lost: ['ksk'],
    request: ['--recover', 'TAG'],
    dates: [0, IPUB_DS, IPUB_DS + IRET],
  },
  'lost-zsk': {
    title:
      'a lost ZSK: the DNSKEY under the old SOA, by forced transfers; then as pre-publication without a period',
    isEnabled: true,
    lost: ['zsk'],
    request: ['--recover', 'TAG'],
    dates: [0, 0, IPUB, IPUB + IRET],
  },
  'lost-csk': {
    title: 'a lost CSK: the DS first, then as a lost ZSK; no cache has the old DS alone any more',
    from: 'keys: csk',
    isEnabled: true,
    lost: ['csk'],
    request: ['--recover', 'TAG'],
    dates: [0, IPUB_DS, IPUB_DS, IPUB_DS + IPUB, IPUB_DS + IPUB, IPUB_DS + IPUB + IRET],
  },
  'lost-both': {
    title: 'KSK and ZSK lost together: as a lost CSK',
    isEnabled: true,
    lost: ['ksk', 'zsk'],
    request: ['--recover', 'TAG'],
    dates: [0, IPUB_DS, IPUB_DS, IPUB_DS + IPUB, IPUB_DS + IPUB, IPUB_DS + IPUB + IRET],
  },
  'emergency-zsk': {
    title: 'a compromised ZSK: Ipub, then Iret',
    isEnabled: true,
    about: 'zsk',
    request: ['--emergency', 'TAG'],
    dates: [0, IPUB, IPUB + IRET],
  },
  'emergency-ksk': {
    title: 'a compromised KSK: Ipub, the DS swapped, then Iret of the DS',
    isEnabled: true,
    about: 'ksk',
    request: ['--emergency', 'TAG'],
    dates: [0, IPUB, IPUB, IPUB + IRET_DS],
  },
  'emergency-csk': {
    title: 'a compromised CSK: as a KSK, for the DS stays in caches longer than signatures do',
    from: 'keys: csk',
    isEnabled: true,
    about: 'csk',
    request: ['--emergency', 'TAG'],
    dates: [0, IPUB, IPUB, IPUB, IPUB + IRET_DS],
  },
  'denial-nsec3': {
    title: 'from NSEC to NSEC3: at once',
    isEnabled: true,
    policy: 'denial: nsec3',
    request: [],
    dates: [0],
  },
  'denial-nsec': {
    title: 'from NSEC3 to NSEC: at once',
    from: 'denial: nsec3',
    isEnabled: true,
    policy: 'denial: nsec',
    request: [],
    dates: [0],
  },
  year: {
    title: 'a year of the default policy',
    isEnabled: true,
    request: [],
    dates: [],
  },
};

/** A golden file. Written where it is missing, for somebody to check by hand. */
function golden(name: string, text: string): string {
  const file = fileURLToPath(new URL(`../../fixtures/plans/${name}`, import.meta.url));
  if (!existsSync(file) && process.env['CI'] !== 'true') writeFileSync(file, text);
  return readFileSync(file, 'utf8');
}

test.each(Object.entries(PLANS).map(([name, plan]) => ({ name, ...plan })))(
  'the plan of $name: $title',
  async ({ name, from = '', isEnabled, policy, begun, lost = [], request, about = lost[0], dates }) => {
    const operation = isEnabled ? await Operation.enabled(from) : new Operation({ policy: from });
    // Far from any other rollover, and at the same time in every plan.
    operation.now = CLOCK + 10 * DAY;
    await (isEnabled ? operation.rotate('--sign') : undefined);
    if (policy !== undefined) operation.configure(policy);
    if (begun !== undefined) {
      await operation.rotate(...begun.request, '--sign');
      await operation.pass(begun.hours * HOUR, HOUR);
    }
    for (const key of lost.flatMap((role) => operation.keys(role))) rmSync(`keys/${key.base}.private`);
    const tag = about === undefined ? '' : String(operation.keys(about)[0]!.keyTag);
    const args = request.map((arg) => (arg === 'TAG' ? tag : arg));
    const before = operation.files();
    const until = name === 'year' ? '1y' : '10d';
    const text = await operation.rotate('--plan', '--until', until, ...args);
    const json = await operation.rotate('--plan', '--until', until, ...args, '--json');
    expect(operation.files()).toEqual(before);

    const document = JSON.parse(json) as { schema: string; plan: { time: string }[] };
    expect(schemaErrors(document)).toEqual([]);
    if (dates.length > 0) {
      const offsets = document.plan.map(({ time }) => Date.parse(time) / 1000 - operation.now);
      expect(offsets).toEqual(dates);
    }
    // Keys that exist have another tag in every run.
    const keys = isEnabled ? operation.state().keys : [];
    const masked = (output: string): string =>
      keys.reduce((result, { base, role, keyTag }) => {
        const tag = { ksk: 11111, zsk: 22222, csk: 33333 }[role];
        return result
          .replaceAll(base, base.replace(/\d+$/, String(tag)))
          .replaceAll(`: ${keyTag},`, `: ${tag},`);
      }, output);
    expect(masked(text)).toBe(golden(`${name}.txt`, masked(text)));
    expect(masked(json)).toBe(golden(`${name}.json`, masked(json)));
  },
);

test.each([
  ['nsec', 'nsec3'],
  ['nsec3', 'nsec'],
])(
  'the change of denial from %s to %s is safe at once: both versions go together in caches',
  async (from, to) => {
    const operation = await Operation.enabled(`denial: ${from}`);
    const before = operation.signed();
    operation.configure(`denial: ${to}`);
    operation.now += HOUR;
    await operation.rotate('--sign');
    expect([operation.count('NSEC3PARAM'), operation.signed() === before]).toEqual([
      to === 'nsec3' ? 1 : 0,
      false,
    ]);
    writeFileSync('before.zone', before);
    const keys = operation.keys('ksk').map(({ base }) => `keys/${base}.key`);
    writeFileSync('ds', await operation.succeed('ds', ...keys));
    await operation.succeed('verify', 'before.zone', '--previous', SIGNED, '--ds', 'ds');
    await operation.succeed('verify', SIGNED, '--previous', 'before.zone', '--ds', 'ds');
    expect(await operation.rotate('--plan', '--until', '10d')).not.toContain('denial');
  },
);
