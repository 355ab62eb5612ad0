import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { SecretSearch } from '../support/leaks/secret-search.ts';
import { runProcess } from '../support/run-process.ts';

const PASSPHRASE = 'correct horse battery staple';

describe('the search for secrets', () => {
  const secret = Buffer.from('fb02030405060708090a0b0c0d0e0f10fbff1314151617182021222324252627', 'hex');
  const search = new SecretSearch();
  search.addOctets('d', secret);
  search.addText('a passphrase', PASSPHRASE);
  search.addText('a PIN', '73194628');

  test.each([
    ['hexadecimal', secret.toString('hex'), 'd in hexadecimal'],
    ['capital hexadecimal', secret.toString('hex').toUpperCase(), 'd in hexadecimal'],
    ['half of it', secret.toString('hex').slice(32), 'd in hexadecimal'],
    ['base64', secret.toString('base64'), 'd in base64'],
    ['base64url', secret.toString('base64url'), 'd in base64'],
    ['base64 behind one octet', Buffer.concat([Buffer.of(4), secret]).toString('base64'), 'd in base64'],
    ['base64 behind two octets', Buffer.concat([Buffer.of(4, 32), secret]).toString('base64'), 'd in base64'],
    ['a Buffer that is shown', inspect({ d: secret }), 'd as it is'],
    ['octets that are shown', inspect(new Uint8Array(secret)), 'd as it is'],
    ['JSON', JSON.stringify([...secret]), 'd as it is'],
    ['octets with colons', secret.toString('hex').replaceAll(/(..)/g, '$1:'), 'd as it is'],
    ['much of a passphrase', 'the word correct horse batt...', 'a passphrase'],
    ['a passphrase in base64', Buffer.from(PASSPHRASE).toString('base64'), 'a passphrase in base64'],
    ['a PIN', 'login with 73194628 failed', 'a PIN'],
  ])('finds %s', (_, text, name) => {
    expect(search.foundIn(Buffer.from(`key: ${text} and so on`))).toContain(name);
  });

  test('finds nothing where nothing is', () => {
    const text = `nothing of it: ${Buffer.alloc(40, 7).toString('base64')} ${'1, 2, 3, 4, '.repeat(20)} correct horse`;
    expect(search.foundIn(Buffer.from(text))).toEqual([]);
  });
});

test('a run of tests fails where something that it leaves behind has a secret of it', async () => {
  const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--maxWorkers=1'];
  const { status, stdout } = await runProcess(process.execPath, [
    ...args,
    '--testMatch',
    '<rootDir>/test/support/leaks/planted/*.planted.ts',
  ]);
  const leaks = stdout.match(/(?<=^LEAKED ).*/gm) ?? [];
  const places = new Set(leaks.map((leak) => leak.replace(/.* in leaks\.planted\.ts: /, '')));
  expect([...places].sort()).toEqual([
    'a passphrase',
    'a state file',
    'an error',
    'output in this process',
    'output of a process',
  ]);
  expect(stdout).toMatch(/^zonewright: 6 passed, 6 failed$/m);
  expect(status).toBe(1);
});
