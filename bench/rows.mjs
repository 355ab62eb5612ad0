/**
 * What is measured: the rows, each with its input, who takes part, what their runs must have done, and what we have to reach.
 */
import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fleetSigners, readers, resigners, SIGNED, signers, starters, verifiers } from './contenders.mjs';
import {
  copy,
  demand,
  expirations,
  keyDirectory,
  makeDirectory,
  makeKeys,
  makeKnot,
  makeZone,
  originOf,
  remove,
  spoil,
  zoneFile,
} from './inputs.mjs';
import { hasRecordsOf, isRefreshed, isWellSigned, isWellSignedFleet, percent, shareDue } from './judges.mjs';
import { isInstalled, WORK, ZONEWRIGHT } from './programs.mjs';
import { asFastAs, FASTEST_PEER, LIMIT, memoryOf, memoryRatioOf, timeOf } from './targets.mjs';

const HOUR = 3600;
const DAY = 24 * HOUR;
const OPENSSL_NAMES = { p256: 'ecdsap256', ed25519: 'ed25519' };

export const rows = [
  {
    ...signing({ name: 'sign-host50k', zone: 'host50k', algorithm: 'p256', denial: 'nsec' }),
    title: 'sign host50k, P-256',
    targets: [asFastAs(FASTEST_PEER, 1.8), asFastAs('dnssec-signzone', 2), timeOf(LIMIT, 2)],
  },
  {
    ...signing({ name: 'sign-host50k-ed25519', zone: 'host50k', algorithm: 'ed25519', denial: 'nsec' }),
    title: 'sign host50k, Ed25519',
    targets: [asFastAs(FASTEST_PEER, 1.6)],
  },
  {
    ...signing({ name: 'sign-tld200k', zone: 'tld200k', algorithm: 'p256', denial: 'opt-out' }),
    title: 'sign tld200k, NSEC3 opt-out',
    targets: [asFastAs('dnssec-signzone', 3.5), memoryOf('dnssec-signzone', 2)],
  },
  verifying({ name: 'verify-host50k', zone: 'host50k', algorithm: 'p256' }),
  {
    ...resigning({ name: 'resign-host50k-nothing', jitter: 12 * HOUR, refresh: 10 * DAY }),
    title: 're-sign host50k, nothing due',
  },
  {
    // Validity ends 20 to 30 days from now, the same for each moment in between: what has less than 20.1 days left is one in a hundred.
    ...resigning({ name: 'resign-host50k-1percent', jitter: 10 * DAY, refresh: 20 * DAY + DAY / 10 }),
    title: 're-sign host50k, 1 % due',
  },
  {
    ...reading({ name: 'read-write-tld200k', zone: 'tld200k', write: true }),
    title: 'read and write tld200k',
    targets: [asFastAs('named-compilezone', 3)],
  },
  {
    ...reading({ name: 'parse-tld200k', zone: 'tld200k', write: false }),
    title: 'parse tld200k',
    targets: [],
  },
  growth(),
  {
    name: 'fleet',
    title: 'sign the fleet of 1,000 zones',
    needs: ['sign', '--all'],
    async prepare() {
      await makeZone('fleet');
      await makeKeys('fleet', 'p256');
    },
    contenders: () => fleetSigners('p256'),
    judge: isWellSignedFleet,
    targets: [asFastAs('dnssec-signzone', 2)],
  },
  {
    name: 'start-up',
    title: 'start-up: ds of a key file',
    needs: ['ds'],
    prepare: () => makeKeys('tiny', 'p256'),
    contenders: () => starters('tiny', 'p256'),
    // So short that GNU time would show, and one run says little.
    memory: false,
    repeat: 10,
    targets: [timeOf('node -e 0', 1.6)],
  },
];

function signing({ name, zone, algorithm, denial }) {
  return {
    name,
    needs: ['sign', denial === 'opt-out' ? '--nsec3-opt-out' : undefined],
    prepare: () => prepareSigning(zone, algorithm, denial),
    contenders: () => signers({ zone, algorithm, denial }),
    judge: isWellSigned,
    limit: {
      algorithm: OPENSSL_NAMES[algorithm],
      operation: 'sign',
      count: (directory) => expirations(`${directory}/${SIGNED}`).length,
    },
  };
}

async function prepareSigning(zone, algorithm, denial) {
  await makeZone(zone);
  await makeKeys(zone, algorithm);
  if (isInstalled('keymgr')) await makeKnot(zone, algorithm, denial);
}

function verifying({ name, zone, algorithm }) {
  const prepared = `prepared/${name}`;
  const contendersOn = (file) => verifiers({ zone, algorithm, file: `${prepared}/${file}` });
  return {
    name,
    title: `verify ${zone}`,
    needs: ['verify'],
    async prepare() {
      await makeZone(zone);
      await makeKeys(zone, algorithm);
      remove(prepared);
      await makeDirectory(prepared);
      signWithBind(zone, algorithm, prepared, ['-O', 'full']);
      await spoil(`${prepared}/${SIGNED}`, `${prepared}/spoiled`);
    },
    contenders: () => contendersOn(SIGNED),
    /** Who does not refuse this has not verified every signature. */
    mustRefuse: () => contendersOn('spoiled'),
    limit: {
      algorithm: OPENSSL_NAMES[algorithm],
      operation: 'verify',
      count: () => expirations(`${prepared}/${SIGNED}`).length,
    },
    targets: [asFastAs(FASTEST_PEER, 1.8)],
  };
}

function resigning({ name, jitter, refresh }) {
  const zone = 'host50k';
  const algorithm = 'p256';
  const prepared = `prepared/${name}`;
  return {
    name,
    needs: ['sign', '--refresh'],
    async prepare() {
      await makeZone(zone);
      await makeKeys(zone, algorithm);
      remove(prepared);
      await makeDirectory(`${prepared}/dnssec-signzone`);
      signWithBind(zone, algorithm, `${prepared}/dnssec-signzone`, [
        '-e',
        `now+${30 * DAY}`,
        '-j',
        String(jitter),
      ]);
      await copy(keyDirectory(zone, algorithm), `${prepared}/zonewright/keys`);
      demand('node', [
        ...[ZONEWRIGHT, 'sign', zoneFile(zone), '--zone', originOf(zone)],
        ...['-K', `${prepared}/zonewright/keys`, '-o', `${prepared}/zonewright/${SIGNED}`],
        ...['--validity', String(30 * DAY), '--jitter', String(jitter)],
      ]);
      return Object.fromEntries(
        ['zonewright', 'dnssec-signzone'].map((who) => [
          who,
          `${percent(shareDue(`${prepared}/${who}/${SIGNED}`, refresh))} of the signatures due`,
        ]),
      );
    },
    contenders: () => resigners({ zone, algorithm, prepared, refresh }),
    judge: isRefreshed(refresh),
    targets: [asFastAs('dnssec-signzone', 10)],
  };
}

function signWithBind(zone, algorithm, directory, options) {
  demand('dnssec-signzone', [
    ...['-q', '-S', '-x', '-P', '-K', keyDirectory(zone, algorithm), '-d', directory, ...options],
    ...['-o', originOf(zone), '-f', `${directory}/${SIGNED}`, zoneFile(zone)],
  ]);
}

function reading({ name, zone, write }) {
  const bundle = 'read-write/read-write.js';
  const source = (name) => fileURLToPath(new URL(name, import.meta.url));
  return {
    name,
    async prepare() {
      await makeZone(zone);
      await build({
        entryPoints: [source('read-write.ts'), source('../src/io/pool-worker.ts')],
        entryNames: '[name]',
        outdir: path.dirname(path.join(WORK, bundle)),
        bundle: true,
        // As dist/ is built: what is loaded lazily is no part of the start-up.
        splitting: true,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        logLevel: 'warning',
      });
    },
    contenders: () => readers({ zone, bundle, write }),
    judge: hasRecordsOf(zoneFile(zone), originOf(zone)),
  };
}

/** tld2m beside tld200k, in the same rounds. */
function growth() {
  const algorithm = 'p256';
  const denial = 'opt-out';
  const pair = (zone) =>
    signers({ zone, algorithm, denial }).filter(({ name }) =>
      ['zonewright', 'dnssec-signzone'].includes(name),
    );
  const smaller = (name) => `${name} on tld200k`;
  return {
    name: 'sign-tld2m',
    title: 'sign tld2m, NSEC3 opt-out',
    needs: ['sign', '--nsec3-opt-out'],
    large: true,
    async prepare() {
      for (const zone of ['tld200k', 'tld2m']) {
        await makeZone(zone);
        await makeKeys(zone, algorithm);
      }
    },
    contenders: () => [
      ...pair('tld2m'),
      ...pair('tld200k').map(({ ours: _, ...each }) => ({ ...each, name: smaller(each.name), aside: true })),
    ],
    judge: isWellSigned,
    targets: [
      timeOf(smaller('zonewright'), 11),
      memoryOf('dnssec-signzone', 2),
      memoryRatioOf('dnssec-signzone', [smaller('zonewright'), smaller('dnssec-signzone')]),
    ],
  };
}
