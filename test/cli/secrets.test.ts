import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { fromBase64 } from '../../src/dns/encoding.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { fileStore } from '../../src/io/file-store.ts';
import { readBindPrivateKey } from '../../src/keys/bind-private-key.ts';
import { KeyDirectory } from '../../src/keys/key-directory.ts';
import { openSigner } from '../../src/keys/key-source.ts';
import { readKeyText } from '../../src/keys/key-text.ts';
import { PLAIN_KEYS_ONLY } from '../support/key-access.ts';
import { SecretSearch } from '../support/leaks/secret-search.ts';
import { runInProcess, type InProcessOptions } from './in-process.ts';
import { workIn } from './working-directory.ts';

const PASSPHRASE = 'correct horse battery staple';
const WRONG = 'incorrect donkey accumulator clip';
const ZONE = `$ORIGIN example.com.
$TTL 300
@ IN SOA ns hostmaster 1 3600 600 86400 300
@ IN NS ns
ns IN A 192.0.2.1
`;

/** The fields of `.private` files that are secret: not the public half of RSA keys. */
const isSecret = (name: string): boolean => !/^(?:Modulus|PublicExponent)$/.test(name);

/** Adds the secrets of every plain private file in a directory. */
function learnSecrets(search: SecretSearch, directory: string): void {
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.private'))) {
    const { fields } = readBindPrivateKey(readFileSync(path.join(directory, name), 'utf8'), name);
    for (const field of fields.filter((each) => isSecret(each.name))) {
      search.addOctets(`${field.name} of ${name}`, fromBase64(field.value));
    }
  }
}

/** All files but those that hold secrets by their nature. */
function otherFiles(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.private$|^secret-/.test(entry.name))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

test('no command puts a secret into output, logs, state or other files, whatever goes wrong', async () => {
  workIn({ zone: ZONE, 'secret-right': `${PASSPHRASE}\n`, 'secret-wrong': `${WRONG}\n` });
  const search = new SecretSearch();
  search.addText('the passphrase', PASSPHRASE);
  search.addText('the wrong passphrase', WRONG);
  const right = ['--passphrase-file', 'secret-right'];
  const wrong = ['--passphrase-file', 'secret-wrong'];
  let said = '';
  const zonewright = async (args: readonly string[], options: InProcessOptions = {}): Promise<number> => {
    const variables = { ZONEWRIGHT_DEBUG: '1', ...options.variables };
    const { status, stdout, stderr } = await runInProcess(args, { ...options, variables });
    said += `${stdout}\n${stderr}\n`;
    return status;
  };

  for (const algorithm of ['8', '13', '15']) {
    expect(await zonewright(['keygen', 'plain.example', '-a', algorithm, '-K', 'plain'])).toBe(0);
  }
  expect(await zonewright(['keygen', 'example.com'])).toBe(0);
  learnSecrets(search, 'plain');
  learnSecrets(search, 'keys');
  const [ksk, zsk] = readdirSync('keys').filter((name) => name.endsWith('.key'));
  const base = (name: string | undefined): string => `keys/${name!.replace('.key', '')}`;

  expect(await zonewright(['keygen', '--encrypt', base(ksk), ...right])).toBe(0);
  expect(await zonewright(['sign', 'zone', ...right])).toBe(0);
  expect(await zonewright(['sign', 'zone', '--full', '--json', ...right])).toBe(0);
  expect(await zonewright(['sign', 'zone', '--full', '--deterministic', ...right])).toBe(0);
  expect(await zonewright(['rotate', 'example.com', ...right])).toBe(0);
  expect(await zonewright(['rotate', 'example.com', '--start', 'zsk', '--json', ...right])).toBe(0);
  await zonewright(['status', 'example.com', '--json']);
  await zonewright(['status', '--history', 'example.com']);
  expect(await zonewright(['verify', 'zone.signed', '--json'])).toBe(0);
  await zonewright(['ds', base(ksk)]);

  // And now everything that can go wrong with a secret near.
  expect(await zonewright(['sign', 'zone', '--full'])).toBe(3);
  expect(await zonewright(['sign', 'zone', '--full', ...wrong])).toBe(3);
  expect(await zonewright(['sign', 'zone', '--full', '--json', ...wrong])).toBe(3);
  const failing = `sh -c 'echo ${PASSPHRASE}; exit 7'`;
  expect(await zonewright(['sign', 'zone', '--full', '--passphrase-command', failing])).toBe(4);
  expect(await zonewright(['sign', 'zone', '--full', '--passphrase-command', 'cat secret-wrong'])).toBe(3);
  expect(await zonewright(['sign', 'zone', '--full', '--passphrase-command', `false ${PASSPHRASE}`])).toBe(4);
  expect(await zonewright(['sign', 'zone', '--full'], { variables: { ZONEWRIGHT_PASSPHRASE: WRONG } })).toBe(
    3,
  );
  expect(await zonewright(['keygen', '--export', 'pem', '--encrypt', base(ksk), ...wrong])).toBe(3);
  expect(await zonewright(['keygen', '--export', 'pem', base(zsk), '-o', 'zone'])).toBe(4);
  for (const name of readdirSync('plain').filter((each) => each.endsWith('.private'))) {
    const secret = readFileSync(`plain/${name}`, 'utf8');
    mkdirSync('elsewhere', { recursive: true });
    writeFileSync('elsewhere/half.private', secret.slice(0, secret.length / 2));
    expect(await zonewright(['keygen', 'x.example', '--import', `elsewhere/half.private`])).not.toBe(0);
    expect(await zonewright(['keygen', 'y.example', '--import', `plain/${name}`])).toBe(3);
    expect(await zonewright(['keygen', '--import', `plain/${name}`, '-K', 'plain'])).toBe(3);
    expect(await zonewright(['sign', 'zone', '-k', `plain/${name}`])).not.toBe(0);
    expect(await zonewright(['verify', `plain/${name}`])).not.toBe(0);
    expect(await zonewright(['ds', `elsewhere/half.private`])).not.toBe(0);
    // Named as a zone, whole, without its first line, and included.
    const headless = 'elsewhere/secret-headless';
    const pem = `elsewhere/secret-${name}`;
    writeFileSync(headless, secret.replace(/^.*\n/, ''));
    writeFileSync('elsewhere/including', `${ZONE}$INCLUDE secret-headless\n`);
    expect(await zonewright(['keygen', '--export', 'pem', `plain/${name}`, '-o', pem])).toBe(0);
    expect(await zonewright(['verify', '-z', 'example.com', `plain/${name}`])).toBe(3);
    for (const file of [headless, pem, 'elsewhere/including']) {
      expect(await zonewright(['verify', '-z', 'example.com', file])).toBe(3);
      expect(await zonewright(['verify', 'zone.signed', '--ds', file])).toBe(3);
      expect(await zonewright(['ds', '-z', 'example.com', file])).toBe(3);
    }
    for (const file of [headless, pem]) {
      expect(await zonewright(['sign', '-z', 'example.com', file])).toBe(3);
      expect(await zonewright(['--config', file, 'status'])).toBe(2);
    }
    rmSync(headless);
    expect(await zonewright(['--config', `plain/${name}`, 'status'])).not.toBe(0);
  }

  expect(search.foundIn(Buffer.from(said))).toEqual([]);
  expect(search.foundIn(Buffer.from(otherFiles('.')))).toEqual([]);
});

test('no error about a damaged private key has any of it, at whatever depth', async () => {
  workIn();
  const search = new SecretSearch();
  for (const algorithm of ['8', '13', '15']) {
    await runInProcess(['keygen', 'example.com', '--role', 'zsk', '-a', algorithm]);
  }
  learnSecrets(search, 'keys');
  let errors = 0;
  const noteError = (error: unknown): void => {
    errors++;
    expect(search.foundIn(Buffer.from(inspect(error, { depth: Infinity, showHidden: true })))).toEqual([]);
  };
  for (const name of readdirSync('keys').filter((each) => each.endsWith('.private'))) {
    const text = readFileSync(`keys/${name}`, 'utf8');
    const directory = new KeyDirectory('keys', fileStore);
    const base = name.replace('.private', '');
    const key = await directory.findKey(base);
    for (const damage of damages(text)) {
      writeFileSync(`keys/${name}`, damage);
      try {
        await openSigner(directory, key, { crypto: nodeCrypto, keyAccess: PLAIN_KEYS_ONLY });
      } catch (error) {
        noteError(error);
      }
      for (const form of [damage, `${damage}-----BEGIN PRIVATE KEY-----`, `{"d":"${damage}`]) {
        try {
          readKeyText(Buffer.from(form), 'file');
        } catch (error) {
          noteError(error);
        }
      }
    }
  }
  expect(errors).toBeGreaterThan(100);
});

/** A private file with each line cut, doubled, taken away, or with a wrong character in its middle. */
function damages(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const middle = line.length >> 1;
    const variants = [
      [line.slice(0, middle)],
      [line, line],
      [],
      [`${line.slice(0, middle)}!${line.slice(middle)}`],
      [`${line.slice(0, middle)}A${line.slice(middle + 1)}`],
      [line.replace(':', '')],
    ];
    return variants.map((variant) => [...lines.slice(0, at), ...variant, ...lines.slice(at + 1)].join('\n'));
  });
}
