import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { noteSecretWord } from '../support/leaks/record.ts';
import { atTerminal, type Typed } from './at-terminal.ts';
import { SMALL_ZONE, workIn } from './working-directory.ts';

const FIRST = 'open sesame twice';
const SECOND = 'another word for it';
for (const word of [FIRST, SECOND]) noteSecretWord(word);
const current = (line: string): Typed => ({ prompt: /Passphrase of the private keys: $/, line });
const renewed = (line: string): Typed => ({ prompt: /New passphrase of the private keys: $/, line });
const again = (line: string): Typed => ({ prompt: /The same again: $/, line });

test('a new passphrase is typed twice at the terminal, which does not show it, and changed in the same way', async () => {
  workIn({ 'example.com.zone': SMALL_ZONE });
  const made = await atTerminal(
    ['keygen', 'example.com', '--role', 'csk', '--encrypt'],
    [renewed(FIRST), again(FIRST)],
  );
  expect(made.status).toBe(0);
  const base = /Kexample\.com\.\+013\+\d{5}/.exec(made.shown)![0];
  const file = `keys/${base}.private`;
  const before = readFileSync(file, 'utf8');
  expect(before).toContain('ENCRYPTED PRIVATE KEY');

  const mistyped = await atTerminal(
    ['keygen', '--encrypt', file],
    [current(FIRST), renewed(SECOND), again(FIRST)],
  );
  expect(mistyped).toMatchObject({ status: 2, shown: expect.stringContaining('not the same') });
  expect(readFileSync(file, 'utf8')).toBe(before);

  const changed = await atTerminal(
    ['keygen', '--encrypt', file],
    [current(FIRST), renewed(SECOND), again(SECOND)],
  );
  expect(changed.status).toBe(0);
  expect(readFileSync(file, 'utf8')).not.toBe(before);

  const old = await atTerminal(['sign', 'example.com.zone'], [current(FIRST)]);
  expect(old).toMatchObject({ status: 3, shown: expect.stringContaining('does not open this private key') });
  const signed = await atTerminal(['sign', 'example.com.zone'], [current(SECOND)]);
  expect(signed.status).toBe(0);
  for (const { shown } of [made, mistyped, changed, old, signed]) {
    expect(shown).not.toContain(FIRST);
    expect(shown).not.toContain(SECOND);
  }
});
