import { readFileSync } from 'node:fs';
import { ALL, EC, EDDSA, isEddsa, isRsa, MNEMONICS, RSA, WITHOUT_EDDSA, type KeyFormatPath } from './path.ts';
import {
  generateWithJwcrypto,
  generateWithKnot,
  generateWithPowerDns,
  knotOption,
  powerDns,
  PYTHON,
  signWithJwcrypto,
} from './peers.ts';
import { expectSameKey, expectTrue, isSignature, ZONE, type KeyFormatWorld } from './world.ts';

const SIGNS = 'DNSKEY equal; dnssec-verify accepts the zone signed with it';
const SIGNS_OPENSSL = 'a signature that openssl makes is one of the DNSKEY; dnssec-verify accepts the zone';
const DATA = new TextEncoder().encode('what openssl signs');

const csk = (algorithm: number): string[] => ['--role', 'csk', '-a', String(algorithm)];

/** Options of openssl genpkey. */
function genpkey(algorithm: number): string[] {
  if (isRsa(algorithm)) return ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
  if (isEddsa(algorithm)) return ['-algorithm', MNEMONICS[algorithm]!];
  const curve = algorithm === 13 ? 'P-256' : 'P-384';
  return [
    '-algorithm',
    'EC',
    '-pkeyopt',
    `ec_paramgen_curve:${curve}`,
    '-pkeyopt',
    'ec_param_enc:named_curve',
  ];
}

/** Signs with openssl and the key that it made: that signature must be one of what we imported. */
async function checkAgainstOpenssl(algorithm: number, world: KeyFormatWorld): Promise<void> {
  world.write('data', DATA);
  const digest = isEddsa(algorithm)
    ? ['-rawin']
    : ['-rawin', '-digest', { 8: 'sha256', 13: 'sha256', 10: 'sha512', 14: 'sha384' }[algorithm]!];
  await world.peer('openssl', [
    'pkeyutl',
    '-sign',
    '-inkey',
    'key.pem',
    ...digest,
    '-in',
    'data',
    '-out',
    'signature',
  ]);
  const signature = readFileSync(world.path('signature'));
  expectTrue(isSignature(world.imported(), DATA, signature), 'the comparison with openssl');
  await world.signAndVerify('dnssec-verify');
}

/** A key that openssl makes as key.pem and turns into another form. */
function fromOpenssl(
  form: string,
  algorithms: readonly number[],
  convert: (algorithm: number) => readonly string[] | undefined,
  ...options: string[]
): KeyFormatPath {
  return {
    direction: 'import',
    form,
    peer: 'OpenSSL',
    programs: ['openssl', 'dnssec-verify'],
    proof: SIGNS_OPENSSL,
    algorithms,
    async go(algorithm, world) {
      await world.peer('openssl', ['genpkey', ...genpkey(algorithm), '-out', 'key.pem']);
      const conversion = convert(algorithm);
      if (conversion !== undefined)
        await world.peer('openssl', [...conversion, '-in', 'key.pem', '-out', 'converted']);
      world.write('passphrase', 'open sesame\n');
      const file = conversion === undefined ? 'key.pem' : 'converted';
      const more = options.map((option) => option.replace(/^@/, `${world.directory}/`));
      await world.zonewright('keygen', ZONE, '--import', world.path(file), ...csk(algorithm), ...more);
      await checkAgainstOpenssl(algorithm, world);
    },
  };
}

const PASSPHRASE = ['--plain', '--passphrase-file', '@passphrase'];
const encrypted =
  (...kdf: string[]) =>
  (): string[] => ['pkcs8', '-topk8', '-passout', 'pass:open sesame', '-v2', 'aes-256-cbc', ...kdf];

/** Every way in. */
export const IMPORTS: readonly KeyFormatPath[] = [
  {
    direction: 'import',
    form: 'BIND v1.3',
    peer: 'BIND dnssec-keygen',
    programs: ['dnssec-keygen', 'dnssec-verify'],
    proof: SIGNS,
    algorithms: ALL,
    async go(algorithm, world) {
      const bits = isRsa(algorithm) ? ['-b', '2048'] : [];
      await world.peer(
        'dnssec-keygen',
        ['-q', '-f', 'KSK', '-a', MNEMONICS[algorithm]!, ...bits, '-K', '.', ZONE],
        '',
        'theirs',
      );
      const file = world.only('theirs', '.private');
      await world.zonewright('keygen', '--import', file, '--role', 'csk');
      expectSameKey(world.imported(), readFileSync(file.replace(/private$/, 'key'), 'utf8'));
      await world.signAndVerify('dnssec-verify');
    },
  },
  {
    direction: 'import',
    form: 'BIND v1.2',
    peer: 'ldns-keygen',
    programs: ['ldns-keygen', 'ldns-verify-zone'],
    proof: 'DNSKEY equal; ldns-verify-zone accepts the zone signed with it',
    algorithms: ALL,
    async go(algorithm, world) {
      const bits = isRsa(algorithm) ? ['-b', '2048'] : [];
      await world.peer('ldns-keygen', ['-k', '-a', MNEMONICS[algorithm]!, ...bits, ZONE], '', 'theirs');
      const file = world.only('theirs', '.private');
      await world.zonewright('keygen', ZONE, '--import', file, '--role', 'csk');
      expectSameKey(world.imported(), readFileSync(file.replace(/private$/, 'key'), 'utf8'));
      await world.signAndVerify('ldns-verify-zone');
    },
  },
  {
    direction: 'import',
    form: 'PKCS #8 PEM',
    peer: 'Knot keymgr, PEM keystore',
    programs: ['keymgr', 'dnssec-verify'],
    proof: SIGNS,
    algorithms: ALL,
    async go(algorithm, world) {
      const record = await generateWithKnot(algorithm, world);
      const file = world.only('knot/keys/keys', '.pem');
      await world.zonewright('keygen', ZONE, '--import', file, ...csk(algorithm));
      expectSameKey(world.imported(), record);
      await world.signAndVerify('dnssec-verify');
    },
  },
  ...(['export-zone-key', 'export-zone-key-pem'] as const).map((command): KeyFormatPath => ({
    direction: 'import',
    form: command === 'export-zone-key' ? 'BIND v1.2, private part alone' : 'PKCS #8 or PKCS #1 PEM',
    peer: `PowerDNS pdnsutil ${command}`,
    programs: ['pdnsutil', 'dnssec-verify'],
    proof: SIGNS,
    algorithms: ALL,
    async go(algorithm, world) {
      const id = await generateWithPowerDns(algorithm, world);
      const file = world.write('exported', await powerDns(world, command, ZONE, id));
      await world.zonewright('keygen', ZONE, '--import', file, ...csk(algorithm));
      expectSameKey(world.imported(), await powerDns(world, 'export-zone-dnskey', ZONE, id));
      await world.signAndVerify('dnssec-verify');
    },
  })),
  {
    direction: 'import',
    form: 'PKCS #8 PEM',
    peer: 'SoftHSM softhsm2-keyconv, from a key of BIND',
    programs: ['softhsm2-keyconv', 'dnssec-keygen', 'dnssec-verify'],
    proof: SIGNS,
    algorithms: RSA,
    async go(algorithm, world) {
      const bits = isRsa(algorithm) ? ['-b', '2048'] : [];
      await world.peer(
        'dnssec-keygen',
        ['-q', '-f', 'KSK', '-a', MNEMONICS[algorithm]!, ...bits, '-K', '.', ZONE],
        '',
        'theirs',
      );
      const file = world.only('theirs', '.private');
      await world.peer('softhsm2-keyconv', ['--in', file, '--out', world.path('converted')]);
      await world.zonewright('keygen', ZONE, '--import', world.path('converted'), ...csk(algorithm));
      expectSameKey(world.imported(), readFileSync(file.replace(/private$/, 'key'), 'utf8'));
      await world.signAndVerify('dnssec-verify');
    },
  },
  fromOpenssl('PKCS #8 PEM', ALL, () => undefined),
  fromOpenssl('PKCS #8 DER', ALL, () => ['pkcs8', '-topk8', '-nocrypt', '-outform', 'DER']),
  fromOpenssl('SEC 1 PEM', EC, () => ['ec']),
  fromOpenssl('SEC 1 DER', EC, () => ['ec', '-outform', 'DER']),
  fromOpenssl('PKCS #1 PEM', RSA, () => ['rsa', '-traditional']),
  fromOpenssl('PKCS #1 DER', RSA, () => ['rsa', '-traditional', '-outform', 'DER']),
  fromOpenssl('encrypted PKCS #8 PEM, PBKDF2', ALL, encrypted('-v2prf', 'hmacWithSHA256'), ...PASSPHRASE),
  fromOpenssl('encrypted PKCS #8 PEM, scrypt', ALL, encrypted('-scrypt'), ...PASSPHRASE),
  fromOpenssl(
    'encrypted PKCS #8 DER',
    ALL,
    (): string[] => [...encrypted()(), '-outform', 'DER'],
    ...PASSPHRASE,
  ),
  {
    direction: 'import',
    form: 'JWK',
    peer: 'José jose jwk gen',
    programs: ['jose', 'dnssec-verify'],
    proof:
      'a JWS that jose makes is a signature of the DNSKEY; dnssec-verify accepts the zone signed with it',
    algorithms: WITHOUT_EDDSA,
    async go(algorithm, world) {
      const alg = { 8: 'RS256', 10: 'RS512', 13: 'ES256', 14: 'ES384' }[algorithm]!;
      const jwk = await world.peer('jose', ['jwk', 'gen', '-i', JSON.stringify({ alg })]);
      const file = world.write('key.jwk', jwk);
      await world.zonewright('keygen', ZONE, '--import', file, '--role', 'csk');
      const compact = await world.peer('jose', ['jws', 'sig', '-I', '-', '-k', file, '-c'], 'data');
      const [header, payload, signature] = compact.trim().split('.');
      const signed = new TextEncoder().encode(`${header!}.${payload!}`);
      expectTrue(isSignature(world.imported(), signed, Buffer.from(signature!, 'base64url')), 'the JWS');
      await world.signAndVerify('dnssec-verify');
    },
  },
  {
    direction: 'import',
    form: 'JWK',
    peer: 'JWCrypto',
    programs: [PYTHON, 'dnssec-verify'],
    proof:
      'a JWS that JWCrypto makes is a signature of the DNSKEY; dnssec-verify accepts the zone signed with it',
    algorithms: EDDSA,
    async go(algorithm, world) {
      const curve = algorithm === 15 ? 'Ed25519' : 'Ed448';
      const file = world.write('key.jwk', await generateWithJwcrypto(world, curve));
      await world.zonewright('keygen', ZONE, '--import', file, '--role', 'csk');
      const { data, signature } = await signWithJwcrypto(world, file);
      expectTrue(isSignature(world.imported(), data, signature), 'the JWS');
      await world.signAndVerify('dnssec-verify');
    },
  },
  ...(['BIND', 'Knot', 'PowerDNS'] as const).map((peer): KeyFormatPath => ({
    direction: 'import',
    form: 'DNSKEY record, public part alone',
    peer: {
      BIND: 'BIND dnssec-keygen',
      Knot: 'Knot keymgr dnskey',
      PowerDNS: 'PowerDNS pdnsutil export-zone-dnskey',
    }[peer],
    programs: [{ BIND: 'dnssec-keygen', Knot: 'keymgr', PowerDNS: 'pdnsutil' }[peer], 'dnssec-verify'],
    proof: 'the zone that our keys sign publishes it, and dnssec-verify accepts that (RFC 8901)',
    algorithms: ALL,
    go: (algorithm, world) => publishForeign(peer, algorithm, world),
  })),
];

async function publishForeign(
  peer: 'BIND' | 'Knot' | 'PowerDNS',
  algorithm: number,
  world: KeyFormatWorld,
): Promise<void> {
  const record = await foreignRecord(peer, algorithm, world);
  const file = world.write('foreign', record.replace(/\s+$/, '\n'));
  await world.zonewright('keygen', '--import', file);
  expectSameKey(world.imported(), record);
  const base64 = Buffer.from(world.imported().publicKey).toString('base64');
  await world.makePair(algorithm);
  await world.zonewright('sign', world.writeZone());
  expectTrue(world.read('zone.signed').includes(base64), 'publication');
  await world.peer('dnssec-verify', ['-o', ZONE, 'zone.signed']);
}

async function foreignRecord(peer: string, algorithm: number, world: KeyFormatWorld): Promise<string> {
  if (peer === 'Knot') return generateWithKnot(algorithm, world, knotOption('ksk'));
  if (peer === 'PowerDNS') {
    return powerDns(world, 'export-zone-dnskey', ZONE, await generateWithPowerDns(algorithm, world));
  }
  const bits = isRsa(algorithm) ? ['-b', '2048'] : [];
  await world.peer(
    'dnssec-keygen',
    ['-q', '-f', 'KSK', '-a', MNEMONICS[algorithm]!, ...bits, '-K', '.', ZONE],
    '',
    'theirs',
  );
  return readFileSync(world.only('theirs', '.key'), 'utf8');
}
