import { inspect } from 'node:util';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  advance,
  DEFAULT_POLICY,
  dsFromKey,
  findingText,
  generateKey,
  parseZone,
  planRollovers,
  printState,
  readKey,
  readState,
  signZone,
  verifyZone,
  ZonewrightError,
} from '../../src/library/index.ts';
import { Operation } from '../cli/operation.ts';
import { SMALL_ZONE } from '../cli/working-directory.ts';

/** 2026-11-22 12:00:00 UTC */
const NOW = 1795348800;
const DAY = 86400;

describe('parseZone', () => {
  test('gives records in canonical order', () => {
    const zone = parseZone(SMALL_ZONE);
    expect(zone).toMatchObject({ name: 'example.com.', serial: 1, recordCount: 4 });
    expect([...zone.records()].map(({ name, type, ttl, data }) => [name, type, ttl, data])).toEqual([
      ['example.com.', 'NS', 3600, 'ns1.example.com.'],
      ['example.com.', 'SOA', 3600, 'ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 300'],
      ['ns1.example.com.', 'A', 3600, '192.0.2.1'],
      ['www.example.com.', 'A', 3600, '192.0.2.2'],
    ]);
    expect(parseZone(zone.toString()).toString()).toBe(zone.toString());
  });

  test('takes relative names with the name of the zone, and includes from the caller', () => {
    const text = '@ 300 SOA . . 1 2 3 4 5\n@ 300 NS ns\nns 300 A 192.0.2.1\n$INCLUDE more\n';
    const zone = parseZone(text, { zone: 'example.org', include: (name) => `ns 300 TXT ${name}\n` });
    expect([...zone.records()].at(-1)).toEqual({
      name: 'ns.example.org.',
      ttl: 300,
      type: 'TXT',
      data: '"more"',
    });
    expect(() => parseZone(text, { zone: 'example.org' })).toThrow(ZonewrightError);
  });

  test.each([
    ['no SOA', '$ORIGIN example.\nx 1 A 192.0.2.1\n', 'zone/no-soa'],
    ['no NS', '$ORIGIN example.\n@ 1 SOA . . 1 2 3 4 5\n', 'zone/no-ns'],
    ['data of others', `${SMALL_ZONE}www.example.net. A 192.0.2.1\n`, 'zone/out-of-zone'],
  ])('refuses a zone with %s', (_, text, code) => {
    expect(() => parseZone(text)).toThrow(expect.objectContaining({ code, kind: 'input' }));
  });
});

describe('keys', () => {
  test('pass through their files', async () => {
    const key = await generateKey('Example.COM', { role: 'ksk', algorithm: 'ED25519' });
    expect(key).toMatchObject({ zone: 'example.com.', role: 'ksk', algorithm: 15, hasPrivate: true });
    const again = readKey(key.publicFile(), key.privateFile());
    expect(Object.entries(again)).toEqual(Object.entries(key));
    expect(dsFromKey(again)).toEqual(dsFromKey(key));
    expect(readKey(key.publicFile()).hasPrivate).toBe(false);
    expect(() => readKey(key.publicFile()).privateFile()).toThrow('is missing');
  });

  test('keep their secret to themselves', async () => {
    const key = await generateKey('example.com', { algorithm: 13 });
    const [, secret] = /^PrivateKey: (\S+)$/m.exec(key.privateFile())!;
    for (const shown of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)])
      expect(shown).not.toContain(secret!.slice(0, 20));
  });

  test.each([
    [{ algorithm: 'RSASHA1' }, 'usage/algorithm'],
    [{ algorithm: 'RSASHA256', bits: 1024 }, 'usage/bits'],
    [{ algorithm: 'ED25519', bits: 2048 }, 'usage/bits'],
  ])('%j are refused', async (options, code) => {
    await expect(generateKey('example.com', options)).rejects.toMatchObject({ code });
  });
});

describe('dsFromKey', () => {
  test('makes the DS of RFC 8080 section 6.1', () => {
    const dnskey = '257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=';
    expect(dsFromKey({ zone: 'example.com', dnskey }).data).toBe(
      '3613 15 2 3AA5AB37EFCE57F737FC1627013FEE07BDF241BD10F3B1964AB55C78E79A304B',
    );
  });

  test('makes none of a ZSK, and none with SHA-512', async () => {
    const zsk = await generateKey('example.com', { role: 'zsk' });
    expect(() => dsFromKey(zsk)).toThrow('is a ZSK');
    expect(() => dsFromKey({ zone: 'example.com', dnskey: zsk.dnskey }, 'sha512')).toThrow(
      'no sha512 digest',
    );
  });
});

describe('signZone and verifyZone', () => {
  test.each(['nsec', 'nsec3'] as const)(
    'a zone signed with %s is valid with the DS of its KSK',
    async (denial) => {
      const ksk = await generateKey('example.com', { role: 'ksk' });
      const zsk = await generateKey('example.com', { role: 'zsk' });
      const signed = await signZone(parseZone(SMALL_ZONE), [ksk, zsk], {
        now: NOW,
        denial,
        zonemd: 'sha384',
      });
      expect(signed).toMatchObject({ unchanged: false, signaturesKept: 0 });
      const options = { at: NOW, ds: [dsFromKey(ksk).data] };
      const { ok, signaturesVerified, firstExpiration } = await verifyZone(signed.zone, options);
      expect({ ok, signaturesVerified }).toEqual({ ok: true, signaturesVerified: signed.signaturesMade });
      expect(firstExpiration).toBe(signed.firstExpiration);
      expect((await verifyZone(signed.zone, { at: NOW + 31 * DAY })).ok).toBe(false);
      const other = { at: NOW, ds: [dsFromKey(await generateKey('example.com')).data] };
      const { ok: isOther, findings } = await verifyZone(signed.zone, other);
      expect(isOther).toBe(false);
      expect(findings.map(findingText).join('\n')).toMatch(/DS/);
    },
  );

  test('what is signed again keeps signatures, and stays as it is without a change', async () => {
    const key = await generateKey('example.com');
    const first = await signZone(parseZone(SMALL_ZONE), [key], { now: NOW });
    const same = await signZone(parseZone(SMALL_ZONE), [key], { now: NOW + DAY, previous: first.zone });
    expect(same).toMatchObject({ unchanged: true, signaturesMade: 0 });
    expect(same.zone).toBe(first.zone);
    const edited = parseZone(`${SMALL_ZONE}new A 192.0.2.3\n`);
    const next = await signZone(edited, [key], { now: NOW + DAY, previous: first.zone });
    expect(next.unchanged).toBe(false);
    expect(next.signaturesKept).toBeGreaterThan(4);
    expect(next.zone.serial).toBe(NOW + DAY);
    // The output can be signed as well, and what was read is not touched by signing.
    expect((await signZone(next.zone, [key], { now: NOW + 2 * DAY })).zone.serial).toBe(NOW + 2 * DAY);
    expect(edited.recordCount).toBe(5);
  });

  test('keys of another zone, a missing role and a missing secret are refused', async () => {
    const zone = parseZone(SMALL_ZONE);
    const key = await generateKey('example.com', { role: 'ksk' });
    const foreign = await generateKey('example.org');
    await expect(signZone(zone, [foreign])).rejects.toMatchObject({ code: 'usage/other-zone' });
    await expect(signZone(zone, [key])).rejects.toMatchObject({ code: 'sign/role-missing' });
    const open = readKey(key.publicFile());
    await expect(signZone(zone, [open])).rejects.toMatchObject({ code: 'key/no-private' });
    await expect(signZone(zone, [key], { validity: 60 })).rejects.toMatchObject({ code: 'usage/times' });
  });
});

test('the rollover engine reads a state file, says what it would do, and plans', async () => {
  const operation = new Operation();
  await operation.enable();
  const text = readFileSync('keys/example.com.state.json', 'utf8');
  const state = readState(text, 'example.com');
  expect(readState(printState(state, 'example.com'), 'example.com')).toEqual(state);
  expect(advance(state, DEFAULT_POLICY, operation.now)).toMatchObject({ decisions: [], waits: [] });
  const plan = planRollovers(state, { now: operation.now, span: 100 * DAY });
  expect(plan.map(({ actor }) => actor)).toContain('operator');
  expect(plan.every(({ time }) => time >= operation.now && time <= operation.now + 100 * DAY)).toBe(true);
});
