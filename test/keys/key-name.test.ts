import { describe, expect, test } from '@jest/globals';
import { nameFromText } from '../../src/dns/name.ts';
import {
  keyBaseName,
  readKeyBaseName,
  splitKeyPath,
  zoneFileText,
  zoneLabel,
} from '../../src/keys/key-name.ts';
import { flagsOfRole, roleOfFlags, roleOfKey, signsKeys, signsZone } from '../../src/keys/roles.ts';

describe('names of key files', () => {
  test.each([
    ['Example.COM.', 'example.com.'],
    ['.', '.'],
    ['_dmarc.a-b.', '_dmarc.a-b.'],
    ['0/25.2.0.192.in-addr.arpa.', '0%2F25.2.0.192.in-addr.arpa.'],
    ['a\\.b.\\000.', 'a%2Eb.%00.'],
  ])('%s', (name, text) => {
    expect(zoneFileText(nameFromText(name))).toBe(text);
  });

  test('are made and read', () => {
    expect(keyBaseName(nameFromText('example.'), 8, 42)).toBe('Kexample.+008+00042');
    expect(readKeyBaseName('Kexample.+008+00042')).toEqual({
      zoneText: 'example.',
      algorithm: 8,
      keyTag: 42,
    });
    for (const text of ['example.', 'Kexample.+8+42', 'Kexample.+008+00042.key', '']) {
      expect(readKeyBaseName(text)).toBeUndefined();
    }
  });

  test.each([
    ['keys/Kexample.+008+00042.key', 'keys', 'Kexample.+008+00042'],
    ['Kexample.+008+00042.private', undefined, 'Kexample.+008+00042'],
    ['/Kexample.+008+00042.state', '/', 'Kexample.+008+00042'],
    ['a/b/Kexample.+008+00042', 'a/b', 'Kexample.+008+00042'],
    ['Kexample.+008+00042.', undefined, 'Kexample.+008+00042'],
  ])('%s is taken apart', (path, directory, base) => {
    expect(splitKeyPath(path)).toEqual({ directory, base });
  });

  test('zones are named without the last dot', () => {
    expect(zoneLabel(nameFromText('example.com.'))).toBe('example.com');
    expect(zoneLabel(nameFromText('.'))).toBe('.');
  });
});

describe('roles', () => {
  test('come from the flags, and from the .state file where there is one', () => {
    expect(roleOfFlags(256)).toBe('zsk');
    expect(roleOfFlags(257)).toBe('ksk');
    expect(roleOfKey(257)).toBe('ksk');
    expect(roleOfKey(257, { ksk: true, zsk: true })).toBe('csk');
    expect(roleOfKey(257, { zsk: true })).toBe('csk');
    expect(roleOfKey(257, { ksk: true, zsk: false })).toBe('ksk');
    expect(roleOfKey(257, { ksk: false, zsk: true })).toBe('zsk');
    expect(roleOfKey(256, { ksk: false, zsk: false })).toBe('zsk');
  });

  test('have flags and duties', () => {
    expect((['ksk', 'zsk', 'csk'] as const).map(flagsOfRole)).toEqual([257, 256, 257]);
    expect((['ksk', 'zsk', 'csk'] as const).map(signsKeys)).toEqual([true, false, true]);
    expect((['ksk', 'zsk', 'csk'] as const).map(signsZone)).toEqual([false, true, true]);
  });
});
