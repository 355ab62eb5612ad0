import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readDnskey } from '../../../src/dnssec/dnskey.ts';
import { readBindPublicKey } from '../../../src/keys/bind-public-key.ts';
import { ALL, EDDSA, isEddsa, MNEMONICS, RSA, WITHOUT_EDDSA, type KeyFormatPath } from './path.ts';
import {
  knot,
  knotOption,
  powerDns,
  preparePowerDns,
  prepareToken,
  PYTHON,
  signWithJwcrypto,
  transferFromPowerDns,
} from './peers.ts';
import { expectSameKey, expectTrue, isSignature, ZONE, type KeyFormatWorld } from './world.ts';

const DATA = new TextEncoder().encode('what they sign');
const SIGNATURE = 'it signs with it, and the signature is one of the DNSKEY';
const SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so';

/** Exports a key into the folder `theirs`, its record beside it where that is asked for. */
async function exportTo(
  world: KeyFormatWorld,
  key: string,
  format: string,
  suffix: string,
  withRecord = false,
): Promise<string> {
  mkdirSync(world.path('theirs'), { recursive: true });
  const base = world.path(`theirs/${path.basename(key)}`);
  await world.zonewright('keygen', '--export', format, key, '-o', `${base}${suffix}`);
  if (withRecord) copyFileSync(`${key}.key`, `${base}.key`);
  return base;
}

const record = (key: string): string => readFileSync(`${key}.key`, 'utf8');

function expectSignature(key: string, data: Uint8Array, signature: Uint8Array): void {
  const dnskey = readDnskey(readBindPublicKey(Buffer.from(record(key)), key).rdata);
  expectTrue(isSignature(dnskey, data, signature), 'the signature');
}

async function signWithOpenssl(
  algorithm: number,
  key: string,
  file: string,
  world: KeyFormatWorld,
): Promise<void> {
  world.write('data', DATA);
  const name = { 8: 'sha256', 13: 'sha256', 10: 'sha512', 14: 'sha384' }[algorithm];
  const digest = name === undefined ? ['-rawin'] : ['-rawin', '-digest', name];
  await world.peer('openssl', [
    'pkeyutl',
    '-sign',
    '-inkey',
    file,
    '-passin',
    'pass:open sesame',
    ...digest,
    '-in',
    'data',
    '-out',
    'signature',
  ]);
  expectSignature(key, DATA, readFileSync(world.path('signature')));
}

/** Imports PKCS #8 into SoftHSM, and signs there. */
async function signWithToken(
  algorithm: number,
  key: string,
  file: string,
  world: KeyFormatWorld,
): Promise<void> {
  await prepareToken(world);
  await world.peer('softhsm2-util', [
    '--import',
    file,
    '--token',
    'keys',
    '--label',
    'key',
    '--id',
    '01',
    '--pin',
    '1234',
  ]);
  // SoftHSM signs with ECDSA what was digested before.
  const digest = { 13: 'sha256', 14: 'sha384' }[algorithm];
  world.write('data', digest === undefined ? DATA : createHash(digest).update(DATA).digest());
  const mechanism = isEddsa(algorithm)
    ? 'EDDSA'
    : ({ 8: 'SHA256-RSA-PKCS', 10: 'SHA512-RSA-PKCS' }[algorithm] ?? 'ECDSA');
  await world.peer('pkcs11-tool', [
    '--module',
    SOFTHSM,
    '--token-label',
    'keys',
    '--pin',
    '1234',
    '--sign',
    '--mechanism',
    mechanism,
    '--id',
    '01',
    '-i',
    'data',
    '-o',
    'signature',
  ]);
  expectSignature(key, DATA, readFileSync(world.path('signature')));
}

/** Signs a zone with Knot and the keys in its keystore, and verifies it. */
async function signWithKnot(world: KeyFormatWorld): Promise<void> {
  copyFileSync(world.writeZone(), world.path('knot/zone'));
  await knot(world, 'kzonesign', '-o', world.path('signed'), ZONE);
  await world.peer('dnssec-verify', ['-o', ZONE, 'signed/zone']);
}

/** Every way out. */
export const EXPORTS: readonly KeyFormatPath[] = [
  {
    direction: 'export',
    form: 'BIND v1.3',
    peer: 'BIND',
    programs: ['dnssec-signzone', 'dnssec-verify'],
    proof: 'dnssec-signzone signs with it, dnssec-verify accepts',
    algorithms: ALL,
    async go(algorithm, world) {
      for (const key of await world.makePair(algorithm)) await exportTo(world, key, 'bind', '.private', true);
      world.writeZone();
      await world.peer('dnssec-signzone', ['-S', '-K', 'theirs', '-o', ZONE, '-f', 'zone.signed', 'zone']);
      await world.peer('dnssec-verify', ['-o', ZONE, 'zone.signed']);
    },
  },
  {
    direction: 'export',
    form: 'BIND v1.3',
    peer: 'ldns',
    programs: ['ldns-signzone', 'ldns-verify-zone'],
    proof: 'ldns-signzone signs with it, ldns-verify-zone accepts',
    algorithms: ALL,
    async go(algorithm, world) {
      const keys: string[] = [];
      for (const key of await world.makePair(algorithm))
        keys.push(await exportTo(world, key, 'bind', '.private', true));
      world.writeZone();
      await world.peer('ldns-signzone', ['-o', ZONE, '-f', 'zone.signed', 'zone', ...keys]);
      await world.peer('ldns-verify-zone', ['zone.signed']);
    },
  },
  {
    direction: 'export',
    form: 'BIND v1.3',
    peer: 'Knot keymgr import-bind',
    programs: ['keymgr', 'kzonesign', 'dnssec-verify'],
    proof: 'kzonesign signs with it, dnssec-verify accepts',
    algorithms: ALL,
    async go(algorithm, world) {
      for (const key of await world.makePair(algorithm)) {
        const file = await exportTo(world, key, 'bind', '.private', true);
        await knot(world, 'keymgr', ZONE, 'import-bind', `${file}.key`);
      }
      await signWithKnot(world);
    },
  },
  {
    direction: 'export',
    form: 'PKCS #8 PEM',
    peer: 'Knot keymgr import-pem',
    programs: ['keymgr', 'kzonesign', 'dnssec-verify'],
    proof: 'kzonesign signs with it, dnssec-verify accepts',
    algorithms: ALL,
    async go(algorithm, world) {
      const [ksk, zsk] = await world.makePair(algorithm);
      for (const [key, role] of [
        [ksk, 'ksk'],
        [zsk, 'zsk'],
      ] as const) {
        const file = await exportTo(world, key, 'pem', '.pem');
        await knot(
          world,
          'keymgr',
          ZONE,
          'import-pem',
          `${file}.pem`,
          `algorithm=${MNEMONICS[algorithm]!}`,
          ...knotOption(role),
        );
      }
      await signWithKnot(world);
    },
  },
  ...(['import-zone-key', 'import-zone-key-pem'] as const).map((command): KeyFormatPath => ({
    direction: 'export',
    form: command === 'import-zone-key' ? 'BIND v1.3' : 'PKCS #8 PEM',
    peer: `PowerDNS pdnsutil ${command}`,
    programs: ['pdnsutil', 'pdns_server', 'dig', 'dnssec-verify'],
    proof:
      'it prints the same DNSKEY; pdns_server signs with it, dnssec-verify accepts the zone that it hands out',
    algorithms: ALL,
    async go(algorithm, world) {
      await preparePowerDns(world);
      const isPem = command === 'import-zone-key-pem';
      for (const [index, key] of (await world.makePair(algorithm)).entries()) {
        const role = index === 0 ? 'ksk' : 'zsk';
        const file = await exportTo(world, key, isPem ? 'pem' : 'bind', '.exported');
        const more = isPem ? [String(algorithm), role] : ['active', role];
        const id = (await powerDns(world, command, ZONE, `${file}.exported`, ...more)).trim();
        const printed = await powerDns(world, 'export-zone-dnskey', ZONE, id);
        expectSameKey(readDnskey(readBindPublicKey(Buffer.from(record(key)), key).rdata), printed);
      }
      world.write('zone.powerdns', await transferFromPowerDns(world));
      await world.peer('dnssec-verify', ['-o', ZONE, 'zone.powerdns']);
    },
  })),
  {
    direction: 'export',
    form: 'PKCS #8 PEM',
    peer: 'OpenSSL',
    programs: ['openssl'],
    proof: SIGNATURE,
    algorithms: ALL,
    async go(algorithm, world) {
      const [key] = await world.makePair(algorithm);
      await signWithOpenssl(algorithm, key, `${await exportTo(world, key, 'pem', '.pem')}.pem`, world);
    },
  },
  {
    direction: 'export',
    form: 'encrypted PKCS #8 PEM',
    peer: 'OpenSSL',
    programs: ['openssl'],
    proof: SIGNATURE,
    algorithms: ALL,
    async go(algorithm, world) {
      const [key] = await world.makePair(algorithm);
      const passphrase = world.write('passphrase', 'open sesame\n');
      const file = world.path('key.pem');
      await world.zonewright(
        'keygen',
        '--export',
        'pem',
        '--encrypt',
        '--passphrase-file',
        passphrase,
        key,
        '-o',
        file,
      );
      await signWithOpenssl(algorithm, key, file, world);
    },
  },
  {
    direction: 'export',
    form: 'encrypted private file of the key directory',
    peer: 'OpenSSL',
    programs: ['openssl'],
    proof: `openssl pkcs8 decrypts it as it lies there; ${SIGNATURE}`,
    algorithms: ALL,
    async go(algorithm, world) {
      const [key] = await world.makePair(algorithm);
      const passphrase = world.write('passphrase', 'open sesame\n');
      await world.zonewright('keygen', '--encrypt', '--passphrase-file', passphrase, key);
      await world.peer('openssl', [
        'pkcs8',
        '-in',
        `${key}.private`,
        '-passin',
        'pass:open sesame',
        '-out',
        'key.pem',
      ]);
      await signWithOpenssl(algorithm, key, world.path('key.pem'), world);
    },
  },
  {
    direction: 'export',
    form: 'PKCS #8 PEM',
    peer: 'SoftHSM softhsm2-util --import',
    programs: ['softhsm2-util', 'pkcs11-tool'],
    proof: `pkcs11-tool: ${SIGNATURE}`,
    algorithms: ALL,
    async go(algorithm, world) {
      const [key] = await world.makePair(algorithm);
      await signWithToken(algorithm, key, `${await exportTo(world, key, 'pem', '.pem')}.pem`, world);
    },
  },
  {
    direction: 'export',
    form: 'BIND v1.3',
    peer: 'SoftHSM softhsm2-keyconv, softhsm2-util --import',
    programs: ['softhsm2-keyconv', 'softhsm2-util', 'pkcs11-tool'],
    proof: `pkcs11-tool: ${SIGNATURE}`,
    algorithms: RSA,
    async go(algorithm, world) {
      const [key] = await world.makePair(algorithm);
      const file = await exportTo(world, key, 'bind', '.private');
      await world.peer('softhsm2-keyconv', ['--in', `${file}.private`, '--out', world.path('key.pem')]);
      await signWithToken(algorithm, key, world.path('key.pem'), world);
    },
  },
  {
    direction: 'export',
    form: 'JWK',
    peer: 'José jose jws',
    programs: ['jose'],
    proof: SIGNATURE,
    algorithms: WITHOUT_EDDSA,
    async go(algorithm, world) {
      const [key] = await world.makePair(algorithm);
      const file = `${await exportTo(world, key, 'jwk', '.jwk')}.jwk`;
      const compact = await world.peer('jose', ['jws', 'sig', '-I', '-', '-k', file, '-c'], 'data');
      const [header, payload, signature] = compact.trim().split('.');
      const signed = new TextEncoder().encode(`${header!}.${payload!}`);
      expectSignature(key, signed, Buffer.from(signature!, 'base64url'));
    },
  },
  {
    direction: 'export',
    form: 'JWK',
    peer: 'JWCrypto',
    programs: [PYTHON],
    proof: SIGNATURE,
    algorithms: EDDSA,
    async go(algorithm, world) {
      const [key] = await world.makePair(algorithm);
      const file = `${await exportTo(world, key, 'jwk', '.jwk')}.jwk`;
      const { data, signature } = await signWithJwcrypto(world, file);
      expectSignature(key, data, signature);
    },
  },
];
