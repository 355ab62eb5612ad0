import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { CLOCK } from './in-process.ts';
import { DAY, HOUR, Operation, type OperationOptions } from './operation.ts';
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
/** Iret of records and of DNSKEY RRsets: Dprp + TTL, and the margin. */
const IRET = PROPAGATION + TTL + RETIRE_SAFETY;

interface Plan {
  readonly title: string;
  readonly options: OperationOptions;
  /** The zone is in its ordinary life before. */
  readonly isEnabled: boolean;
  /** The policy that holds from the rollover on, where it is another. */
  readonly policy?: string;
  readonly request: readonly string[];
  /** Seconds from the start to each date, as RFC 7583 has them. */
  readonly dates: readonly number[];
}

const PLANS: Readonly<Record<string, Plan>> = {
  enable: {
    title: 'enable: the DS once every cache has the signed zone',
    options: {},
    isEnabled: false,
    request: [],
    dates: [0, IPUB],
  },
  zsk: {
    title: 'ZSK: Ipub, then the end of the rotation period',
    options: {},
    isEnabled: true,
    request: ['--start', 'zsk'],
    dates: [0, IPUB, ROTATION_PERIOD],
  },
  'ksk-double-ksk': {
    title: 'KSK, double-KSK: the new DS after Ipub, in the place of the old',
    options: {},
    isEnabled: true,
    request: ['--start', 'ksk'],
    dates: [0, IPUB, IPUB, ROTATION_PERIOD],
  },
  'ksk-double-ds': {
    title:
      'KSK, double-DS: the new DS at once, the swap once every cache has it, the old DS when no cache needs it',
    options: { policy: 'kskRollover: double-ds' },
    isEnabled: true,
    request: ['--start', 'ksk'],
    dates: [
      0,
      PARENT_PROPAGATION + PARENT_TTL + PUBLISH_SAFETY,
      PARENT_PROPAGATION + PARENT_TTL + PUBLISH_SAFETY + IRET,
    ],
  },
  csk: {
    title: 'CSK: signatures and DS after Ipub, the old key at the end of the rotation period',
    options: { policy: 'keys: csk' },
    isEnabled: true,
    request: ['--start', 'csk'],
    dates: [0, IPUB, IPUB, IPUB, ROTATION_PERIOD],
  },
  algorithm: {
    title: 'algorithm: signatures, DNSKEYs, DS; then all of it backwards',
    options: {},
    isEnabled: true,
    policy: 'algorithm: ED25519',
    request: [],
    dates: [0, IPUB, 2 * IPUB, 2 * IPUB, 2 * IPUB + IRET_DS, 2 * IPUB + IRET_DS + IRET],
  },
  'layout-csk': {
    title: 'from KSK and ZSK to a CSK',
    options: {},
    isEnabled: true,
    policy: 'keys: csk',
    request: [],
    dates: [0, IPUB, IPUB, IPUB, IPUB + IRET_DS],
  },
  'layout-split': {
    title: 'from a CSK to KSK and ZSK',
    options: { policy: 'keys: csk' },
    isEnabled: true,
    policy: 'keys: split',
    request: [],
    dates: [0, IPUB, IPUB, IPUB, IPUB + IRET_DS],
  },
  disable: {
    title: 'disable: the zone is unsigned once no cache has a DS',
    options: {},
    isEnabled: true,
    request: ['--disable'],
    // A validator may go on with the DNSKEY RRset for its TTL of an hour.
    dates: [0, IRET_DS + HOUR],
  },
  year: {
    title: 'a year of the default policy',
    options: {},
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
  async ({ name, options, isEnabled, policy, request, dates }) => {
    const operation = new Operation(options);
    if (isEnabled) await operation.enable();
    // Far from any other rollover, and at the same time in every plan.
    operation.now = CLOCK + 10 * DAY;
    await (isEnabled ? operation.rotate('--sign') : undefined);
    if (policy !== undefined) operation.configure(policy);
    const before = operation.files();
    const until = name === 'year' ? '1y' : '10d';
    const text = await operation.rotate('--plan', '--until', until, ...request);
    const json = await operation.rotate('--plan', '--until', until, ...request, '--json');
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
