/**
 * How we and the peers are called for the same work.
 *
 * A contender has a name, the programs that must be installed, what a run finds in its fresh directory (`fill`), the command, and the file that it
 * leaves there (`output`), of the zone `origin`. `ours` marks us; `aside` marks who is shown but is not one of the peers to beat.
 */
import {
  copy,
  CORES,
  fleetFile,
  fleetOrigins,
  keyBases,
  keyDirectory,
  knotDirectory,
  makeDirectory,
  originOf,
  write,
  zoneFile,
} from './inputs.mjs';
import { ZONEWRIGHT } from './programs.mjs';

export const SIGNED = 'signed';

const zonewright = (...args) => ({ program: 'node', args: [ZONEWRIGHT, ...args] });

/** Signs a zone; `denial` is `nsec` or `opt-out`. */
export function signers({ zone, algorithm, denial }) {
  const origin = originOf(zone);
  const optOut = denial === 'opt-out';
  const dnssecSignzone = (...options) => ({
    programs: ['dnssec-signzone'],
    origin,
    output: SIGNED,
    command: (directory) => ({
      program: 'dnssec-signzone',
      args: [
        ...bindSigning(keyDirectory(zone, algorithm), directory),
        ...options,
        ...(optOut ? ['-3', '-', '-A'] : []),
        ...['-o', origin, '-f', `${directory}/${SIGNED}`, zoneFile(zone)],
      ],
    }),
  });
  return [
    {
      name: 'zonewright',
      ours: true,
      programs: ['node'],
      origin,
      output: SIGNED,
      // A key directory of its own: records about published zones are kept beside the keys.
      fill: (directory) => copy(keyDirectory(zone, algorithm), `${directory}/keys`),
      command: (directory) =>
        zonewright(
          ...['sign', zoneFile(zone), '--zone', origin, '-K', `${directory}/keys`],
          ...(optOut ? ['--nsec3', '--nsec3-opt-out'] : []),
          ...['-o', `${directory}/${SIGNED}`],
        ),
    },
    { name: 'dnssec-signzone', ...dnssecSignzone('-P') },
    { name: 'dnssec-signzone with its own check', aside: true, ...dnssecSignzone() },
    {
      name: 'ldns-signzone',
      programs: ['ldns-signzone'],
      origin,
      output: SIGNED,
      command: (directory) => ({
        program: 'ldns-signzone',
        args: [
          ...(optOut ? ['-n', '-p', '-t', '0'] : []),
          ...['-o', origin, '-f', `${directory}/${SIGNED}`, zoneFile(zone)],
          ...keyBases(zone, algorithm),
        ],
      }),
    },
    {
      name: 'kzonesign',
      programs: ['kzonesign', 'keymgr'],
      origin,
      output: zone,
      fill: (directory) => copy(knotDirectory(zone, algorithm), `${directory}/knot`),
      command: (directory) => ({
        program: 'kzonesign',
        args: ['-c', `${directory}/knot/knot.conf`, '-o', directory, origin],
      }),
    },
  ];
}

/** Keys by their times, the KSK for DNSKEY alone, and the dsset file out of the way. */
const bindSigning = (keys, directory) => ['-q', '-S', '-x', '-K', keys, '-d', directory];

/** Signs a zone again; `prepared` has a directory for each with what it made the first time. */
export function resigners({ zone, algorithm, prepared, refresh }) {
  const origin = originOf(zone);
  return [
    {
      name: 'zonewright',
      ours: true,
      programs: ['node'],
      origin,
      output: SIGNED,
      fill: (directory) => copy(`${prepared}/zonewright`, directory),
      command: (directory) =>
        zonewright(
          ...['sign', zoneFile(zone), '--zone', origin, '-K', `${directory}/keys`],
          ...['--refresh', String(refresh), '-o', `${directory}/${SIGNED}`],
        ),
    },
    {
      name: 'dnssec-signzone',
      programs: ['dnssec-signzone'],
      origin,
      output: SIGNED,
      command: (directory) => ({
        program: 'dnssec-signzone',
        args: [
          ...bindSigning(keyDirectory(zone, algorithm), directory),
          ...['-P', '-i', String(refresh), '-o', origin, '-f', `${directory}/${SIGNED}`],
          `${prepared}/dnssec-signzone/${SIGNED}`,
        ],
      }),
    },
  ];
}

/** Verifies a signed zone. */
export function verifiers({ zone, algorithm, file }) {
  const origin = originOf(zone);
  const peers = {
    'dnssec-verify': () => ['-q', '-o', origin, file],
    // Without -k it would ask the trust anchor of the root.
    'ldns-verify-zone': () => ['-V', '1', '-k', `${keyBases(zone, algorithm)[0]}.key`, file],
    kzonecheck: () => ['-d', 'on', '-o', origin, file],
    validns: () => ['-n', String(CORES), '-z', origin, file],
  };
  return [
    {
      name: 'zonewright',
      ours: true,
      programs: ['node'],
      command: () => zonewright('verify', file),
    },
    ...Object.entries(peers).map(([program, args]) => ({
      name: program,
      programs: [program],
      command: () => ({ program, args: args() }),
    })),
  ];
}

/** Reads a zone and, unless it is only to be parsed, writes it in canonical order. `bundle` is ours. */
export function readers({ zone, bundle, write: writes }) {
  const origin = originOf(zone);
  const file = zoneFile(zone);
  const checks = ['-k', 'ignore', '-i', 'none'];
  const ours = {
    name: 'zonewright',
    ours: true,
    programs: ['node'],
    ...(writes && { output: 'zone' }),
    command: (directory) => ({
      program: 'node',
      args: [bundle, origin, file, ...(writes ? [`${directory}/zone`] : [])],
    }),
  };
  if (!writes) {
    const args = ['-q', ...checks, origin, file];
    return [
      ours,
      {
        name: 'named-checkzone',
        programs: ['named-checkzone'],
        command: () => ({ program: 'named-checkzone', args }),
      },
    ];
  }
  return [
    ours,
    {
      name: 'named-compilezone',
      programs: ['named-compilezone'],
      output: 'zone',
      command: (directory) => ({
        program: 'named-compilezone',
        args: ['-q', ...checks, '-o', `${directory}/zone`, origin, file],
      }),
    },
    {
      // It does not sort.
      name: 'ldns-read-zone',
      programs: ['ldns-read-zone'],
      output: 'stdout',
      command: () => ({ program: 'ldns-read-zone', args: [file] }),
    },
  ];
}

/** Signs the fleet: we in one process, the peer in one for each zone, as many at a time as there are cores. */
export function fleetSigners(algorithm) {
  const keys = keyDirectory('fleet', algorithm);
  return [
    {
      name: 'zonewright',
      ours: true,
      programs: ['node'],
      async fill(directory) {
        const zones = fleetOrigins.map((origin) => [
          origin,
          { file: `../../../${fleetFile(origin)}`, output: `${SIGNED}/${origin}` },
        ]);
        await makeDirectory(`${directory}/${SIGNED}`);
        await copy(keys, `${directory}/keys`);
        await write(
          `${directory}/config.json`,
          JSON.stringify({ keyDirectory: 'keys', zones: Object.fromEntries(zones) }),
        );
      },
      command: (directory) => zonewright('sign', '--all', '--config', `${directory}/config.json`),
    },
    {
      name: 'dnssec-signzone',
      programs: ['xargs', 'dnssec-signzone'],
      async fill(directory) {
        await makeDirectory(`${directory}/${SIGNED}`);
        await write(
          `${directory}/list`,
          fleetOrigins
            .map((origin) => `-o ${origin} -f ${directory}/${SIGNED}/${origin} ${fleetFile(origin)}\n`)
            .join(''),
        );
      },
      command: (directory) =>
        eachLine(`${directory}/list`, 'dnssec-signzone', ...bindSigning(keys, directory), '-P'),
    },
  ];
}

/** A command for each line of a file, which has its last arguments. */
export const eachLine = (file, program, ...args) => ({
  program: 'xargs',
  args: ['-a', file, '-P', String(CORES), '-L', '1', program, ...args],
});

/** Starts, does next to nothing, and ends. */
export function starters(zone, algorithm) {
  return [
    {
      name: 'zonewright ds',
      ours: true,
      programs: ['node'],
      command: () => zonewright('ds', `${keyBases(zone, algorithm)[0]}.key`),
    },
    { name: 'node -e 0', programs: ['node'], command: () => ({ program: 'node', args: ['-e', '0'] }) },
  ];
}
