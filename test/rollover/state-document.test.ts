import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nameFromText } from '../../src/dns/name.ts';
import { ZonewrightError } from '../../src/errors.ts';
import { printStateDocument, readStateDocument } from '../../src/rollover/state-document.ts';
import type { RotationState } from '../../src/rollover/state.ts';
import { schemaErrors } from '../cli/schemas.ts';
import { DAY, EXAMPLE, FOREIGN, NOW, NEW_KSK, OLD_KSK, ZSK } from './example-state.ts';
import { randomState, ZONE } from './random-state.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const FILE = 'keys/example.com.state.json';
const print = (state: RotationState = EXAMPLE, simulated = false): string =>
  printStateDocument(ZONE, { state, simulated });
const read = (text: string): ReturnType<typeof readStateDocument> => readStateDocument(text, FILE, ZONE);

/** The example's document, to be changed. */
function exampleDocument(): Record<string, Json> {
  return JSON.parse(print()) as Record<string, Json>;
}

/** Why a text cannot be read; it must be an error of ours. */
function failureOf(text: string): ZonewrightError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ZonewrightError) return error;
    throw error;
  }
  throw new Error('the text was read');
}

describe('the document', () => {
  test('tells people what there is', () => {
    expect(exampleDocument()).toEqual({
      schema: 'zonewright/state/v1',
      zone: 'example.com.',
      simulated: false,
      lastError: { time: '2026-11-22T11:59:00Z', code: 'zone/no-soa', message: 'the zone has no SOA record' },
      keys: [
        {
          base: OLD_KSK.base,
          role: 'ksk',
          status: 'active',
          keyTag: OLD_KSK.keyTag,
          algorithm: 15,
          algorithmName: 'ED25519',
          created: '2026-08-14T12:00:00Z',
          activated: '2026-08-24T12:00:00Z',
          use: { published: true, signsKeys: true, signsZone: false },
          dnskey: `257 3 15 ${Buffer.alloc(32, 1).toString('base64')}`,
        },
        {
          base: NEW_KSK.base,
          role: 'ksk',
          status: 'pending',
          keyTag: NEW_KSK.keyTag,
          algorithm: 15,
          algorithmName: 'ED25519',
          created: '2026-11-21T12:00:00Z',
          use: { published: true, signsKeys: true, signsZone: false },
          dnskey: `257 3 15 ${Buffer.alloc(32, 2).toString('base64')}`,
        },
        {
          base: ZSK.base,
          role: 'zsk',
          status: 'active',
          keyTag: ZSK.keyTag,
          algorithm: 15,
          algorithmName: 'ED25519',
          created: '2026-08-14T12:00:00Z',
          activated: '2026-08-24T12:00:00Z',
          use: { published: true, signsKeys: false, signsZone: true },
          dnskey: `256 3 15 ${Buffer.alloc(32, 3).toString('base64')}`,
        },
      ],
      rollovers: [
        {
          name: 'ksk-double-ksk',
          started: '2026-11-21T12:00:00Z',
          old: [OLD_KSK.base],
          new: [NEW_KSK.base],
          step: 1,
          does: 'add the new DS at the parent',
          decided: '2026-11-22T11:00:00Z',
        },
      ],
      wantedDs: [OLD_KSK.base, NEW_KSK.base],
      parent: [
        {
          since: '2026-10-03T12:00:00Z',
          confirmed: true,
          ttl: 86400,
          propagation: 3600,
          ds: [
            { algorithm: 15, digestType: 2, key: OLD_KSK.base },
            { algorithm: 15, digestType: 2 },
          ],
        },
      ],
      publications: [
        {
          serial: 2026112201,
          digest: 'a'.repeat(64),
          since: '2026-11-21T12:00:00Z',
          established: '2026-11-21T12:01:00Z',
          dnskeyTtl: 3600,
          maxTtl: 86400,
          propagation: 7200,
          firstExpiration: '2026-12-21T12:00:00Z',
          dnskeys: [OLD_KSK.base, NEW_KSK.base, ZSK.base, FOREIGN],
          dnskeySigners: [OLD_KSK.base, NEW_KSK.base],
          signerSets: [[ZSK.base]],
        },
      ],
      outbox: [
        {
          id: '0b5e3f0c-3b7e-4f0e-9f4e-8d3c8f1c2a3b',
          type: 'dnssec.rotation_start',
          time: '2026-11-22T11:00:00Z',
          payload: {
            keys: [NEW_KSK.base],
            ds: [{ ds: `${NEW_KSK.keyTag} 15 2 00FF`, dnskey: NEW_KSK.dnskey }],
            notBefore: '2026-11-22T11:00:00Z',
          },
          deliveries: [
            {
              target: 'https://hooks.example/dnssec',
              attempts: 1,
              nextAttempt: '2026-11-22T12:00:00Z',
              error: 'no answer',
            },
          ],
        },
      ],
      audit: [
        {
          time: '2026-11-21T12:00:00Z',
          what: 'publish the new DNSKEY, both sign',
          why: 'the KSK is 83 days old',
        },
      ],
    });
  });

  test('is indented by two spaces, in an order that does not change, and ends with a line end', () => {
    const lines = print().split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '{',
      '  "schema": "zonewright/state/v1",',
      '  "zone": "example.com.",',
      '  "simulated": false,',
    ]);
    expect(lines.slice(-3)).toEqual(['  ]', '}', '']);
    const reversed = Object.fromEntries(Object.entries(EXAMPLE).reverse()) as unknown as RotationState;
    expect(print(reversed)).toBe(print());
  });

  test('has the zone in canonical form', () => {
    const text = printStateDocument(nameFromText('EXAMPLE.Com'), { state: EXAMPLE, simulated: false });
    expect(text).toBe(print());
    expect(readStateDocument(text, FILE, nameFromText('exAMPle.com')).state.keys).toHaveLength(3);
  });

  test.each<[string, Partial<RotationState>]>([
    ['an infinite time', { audit: [{ time: Infinity, what: '', why: '' }] }],
    ['a time before 1970', { audit: [{ time: -1, what: '', why: '' }] }],
    ['a fraction of a second', { audit: [{ time: 0.5, what: '', why: '' }] }],
    ['a time after 9999', { audit: [{ time: 253402300800, what: '', why: '' }] }],
    ['no number for a time', { audit: [{ time: NaN, what: '', why: '' }] }],
    [
      'an infinite TTL',
      { ledger: { publications: [], parent: [{ ...EXAMPLE.ledger.parent[0]!, ttl: Infinity }] } },
    ],
    ['two keys of one name', { keys: [OLD_KSK, OLD_KSK, NEW_KSK] }],
    ['an unknown key at the parent', { wantedDs: ['Kexample.com.+015+00001'] }],
    [
      'a key under the name of another',
      { keys: [OLD_KSK, NEW_KSK, { ...ZSK, base: 'Kexample.com.+015+00001' }] },
    ],
  ])('is not written with %s', (_, part) => {
    expect(() => print({ ...EXAMPLE, ...part })).toThrow(
      expect.objectContaining({ kind: 'internal', code: 'state/unprintable' }),
    );
  });
});

describe('reading what was printed', () => {
  test('gives the same state', () => {
    fc.assert(
      fc.property(randomState, fc.boolean(), (state, simulated) => {
        const text = print(state, simulated);
        const found = read(text);
        expect(found).toEqual({ state, simulated });
        // The proof compares versions by their JSON.
        expect(
          JSON.stringify(found.state.ledger.publications.map(({ keySet, data }) => [keySet, data])),
        ).toBe(JSON.stringify(state.ledger.publications.map(({ keySet, data }) => [keySet, data])));
        expect(JSON.stringify(found.state.ledger.parent.map(({ ds }) => ds))).toBe(
          JSON.stringify(state.ledger.parent.map(({ ds }) => ds)),
        );
        expect(print(found.state, simulated)).toBe(text);
      }),
    );
  });

  test('follows the JSON Schema', () => {
    expect(schemaErrors(exampleDocument())).toEqual([]);
    fc.assert(
      fc.property(randomState, (state) => {
        expect(schemaErrors(JSON.parse(print(state)) as Record<string, unknown>)).toEqual([]);
      }),
    );
  });

  test('tells what somebody has agreed to break, and reads it again', () => {
    const { publications, parent } = EXAMPLE.ledger;
    const agreed = {
      time: NOW,
      until: NOW + DAY,
      ds: [[], ...parent.map(({ ds }) => ds)],
      keySets: publications.map(({ keySet }) => keySet),
      data: publications.map(({ data }) => data),
    };
    const [rollover] = EXAMPLE.rollovers;
    const state = { ...EXAMPLE, rollovers: [{ ...rollover!, name: 'ksk-swap' as const, agreed }] };
    const document = JSON.parse(print(state)) as { rollovers: [{ agreed: unknown }] };
    expect(schemaErrors(document)).toEqual([]);
    expect(document.rollovers[0].agreed).toMatchObject({
      time: '2026-11-22T12:00:00Z',
      until: '2026-11-23T12:00:00Z',
      parent: [[], [{ key: OLD_KSK.base }, {}]],
      dnskeySets: [{ dnskeySigners: [OLD_KSK.base, NEW_KSK.base] }],
      signerSets: [[[ZSK.base]]],
    });
    expect(read(print(state)).state).toEqual(state);
  });

  test('whatever follows from the rest is not read', () => {
    const text = print()
      .replaceAll('"status": "active"', '"status": "removed"')
      .replaceAll('"does": "add the new DS at the parent"', '"does": "nothing"')
      .replaceAll('"algorithmName": "ED25519"', '"algorithmName": "?"');
    expect(text).not.toBe(print());
    expect(read(text)).toEqual({ state: EXAMPLE, simulated: false });
  });
});

describe('reading refuses', () => {
  const HINT = `zonewright rotate example.com --adopt rebuilds it; the previous one is ${FILE}.bak`;

  /** Replaces a piece of the example's text that occurs in it. */
  function changed(from: string, to: string): string {
    const text = print();
    if (!text.includes(from)) throw new Error(`there is no ${from}`);
    return text.replace(from, to);
  }

  /** The line on which a piece of the example's text stands. */
  function lineOf(piece: string): number {
    return (
      print()
        .split('\n')
        .findIndex((line) => line.includes(piece)) + 1
    );
  }

  test.each([
    [
      'a wrong word',
      '"role": "ksk"',
      '"role": "kks"',
      'keys[0].role: this must be one of ksk, zsk, csk, not "kks"',
    ],
    ['a wrong type', '"simulated": false', '"simulated": 0', 'simulated: this must be true or false, not 0'],
    ['null', '"simulated": false', '"simulated": null', 'simulated: this must be true or false, not null'],
    [
      'a list for a mapping',
      '"use": {',
      '"use": [], "x": {',
      'keys[0].use: this must be a mapping of keys to values, not a list',
    ],
    [
      'a mapping for a list',
      '"wantedDs": [',
      '"wantedDs": {}, "x": [',
      'wantedDs: this must be a list, not a mapping of keys to values',
    ],
    [
      'a fraction',
      '"serial": 2026112201',
      '"serial": 1.5',
      'publications[0].serial: this must be a whole number, not 1.5',
    ],
    ['a negative number', '"maxTtl": 86400', '"maxTtl": -1', 'publications[0].maxTtl: -1 is less than 0'],
    [
      'too large a serial',
      '"serial": 2026112201',
      '"serial": 4294967296',
      'publications[0].serial: 4294967296 is more than 4294967295',
    ],
    [
      'an unknown key',
      '"simulated": false',
      '"simulated": false, "surprise": 1',
      'surprise: this key is unknown',
    ],
    [
      'a key twice',
      '"simulated": false',
      '"simulated": false, "simulated": false',
      'the key "simulated" is here twice',
    ],
    [
      'a day that no month has',
      '2026-11-21T12:01:00Z',
      '2026-02-30T12:01:00Z',
      'publications[0].established: this must be a time like 2026-11-22T12:00:00Z, not "2026-02-30T12:01:00Z"',
    ],
    [
      'a time without its zone',
      '2026-11-21T12:01:00Z',
      '2026-11-21T12:01:00',
      'publications[0].established: this must be a time like 2026-11-22T12:00:00Z, not "2026-11-21T12:01:00"',
    ],
    ['a step that the rollover has not', '"step": 1', '"step": 5', 'rollovers[0].step: 5 is more than 4'],
    [
      'a wrong key tag',
      `"keyTag": ${ZSK.keyTag}`,
      '"keyTag": 1',
      `keys[2].keyTag: the DNSKEY has the key tag ${ZSK.keyTag}`,
    ],
    [
      'a base name that is not that of the DNSKEY',
      `"base": "${ZSK.base}"`,
      '"base": "Kexample.com.+015+00001"',
      `keys[2].base: the DNSKEY is that of ${ZSK.base}`,
    ],
    ['base64 that is none', `"dnskey": "${ZSK.dnskey}"`, '"dnskey": "256 3 15 A"', 'keys[2].dnskey: '],
    [
      'a short digest',
      'a'.repeat(64),
      'a'.repeat(63),
      'publications[0].digest: this must be a SHA-256 digest in hexadecimal, not "aaa',
    ],
    [
      'an event without an identifier',
      '0b5e3f0c-3b7e',
      '0b5e3f0c',
      'outbox[0].id: this must be a UUID, not "0b5e3f0c-',
    ],
  ])('%s', (_, from, to, message) => {
    const error = failureOf(changed(from, to));
    expect(error).toMatchObject({
      kind: 'input',
      code: 'state/damaged',
      location: { file: FILE, line: lineOf(from) },
      hint: HINT,
    });
    expect(error.message).toContain(`this state file is damaged: ${message}`);
  });

  test('keys that the file does not have', () => {
    const unknown = 'Kexample.com.+015+00001';
    for (const change of [
      (document: Record<string, Json>) => (document['wantedDs'] = [unknown]),
      (document: Record<string, Json>) =>
        Object.assign((document['rollovers'] as object[])[0]!, { old: [unknown] }),
      (document: Record<string, Json>) =>
        Object.assign((document['publications'] as object[])[0]!, { dnskeys: [unknown] }),
    ]) {
      const document = exampleDocument();
      change(document);
      expect(failureOf(JSON.stringify(document))).toMatchObject({ code: 'state/damaged' });
    }
  });

  test('the place is exact', () => {
    const text = '{\n  "schema": "zonewright/state/v1",\n  "zone": 5\n}\n';
    expect(failureOf(text).location).toEqual({ file: FILE, line: 3, column: 11 });
  });

  test('a newer version, whatever else it has', () => {
    const error = failureOf('{"schema": "zonewright/state/v2", "news": [null]}');
    expect(error).toMatchObject({ kind: 'input', code: 'state/newer', location: { file: FILE } });
    expect(error.hint).toContain('update zonewright');
    expect(failureOf('{"schema": "zonewright/state/v0"}').code).toBe('state/damaged');
    expect(failureOf('{"schema": "zonewright/outputs/v1"}').code).toBe('state/damaged');
  });

  test('the state of another zone', () => {
    const error = failureOf(changed('"example.com."', '"example.org."'));
    expect(error).toMatchObject({ kind: 'input', code: 'state/other-zone' });
    expect(error.message).toBe('this is the state of example.org., not of example.com.');
  });
});

describe('hostile input', () => {
  test('every beginning of a document is damaged, and the place is where it ends', () => {
    const text = print();
    for (let end = 0; end < text.length - 2; end++) {
      const cut = text.slice(0, end);
      const { code, location } = failureOf(cut);
      expect(code).toBe('state/damaged');
      expect(location!.line).toBe(cut.split('\n').length);
    }
  });

  test('random text gives an error of ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(failureOf(text).code).toBe('state/damaged');
      }),
    );
  });

  test('random damage gives an error of ours or a state that can be printed', () => {
    const text = print();
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.nat({ max: 20 }),
        fc.oneof(
          fc.string({ maxLength: 8 }),
          fc.constantFrom('0', '1e999', '""', 'null', '[', '}', '\u0000'),
        ),
        (at, length, put) => {
          const damaged = text.slice(0, at) + put + text.slice(at + length);
          let document;
          try {
            document = read(damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(ZonewrightError);
            return;
          }
          expect(read(printStateDocument(ZONE, document))).toEqual(document);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('what the schema refuses is not read', () => {
    let refused = 0;
    fc.assert(
      fc.property(randomState, fc.nat(), fc.jsonValue(), (state, choice, value) => {
        const document = JSON.parse(print(state)) as Json;
        const places = placesOf(document);
        const { holder, key } = places[choice % places.length]!;
        if (value === null) Reflect.deleteProperty(holder, key);
        else (holder as Record<string | number, Json>)[key] = value as Json;
        const text = JSON.stringify(document);
        if (schemaErrors(JSON.parse(text) as Record<string, unknown>).length === 0) return;
        refused++;
        expect(['state/damaged', 'state/other-zone']).toContain(failureOf(text).code);
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(250);
  });

  test('deep nesting, long texts and unclosed quotes end at once', () => {
    for (const text of [
      '['.repeat(1e6),
      '{"a":'.repeat(1e5),
      `"${'\\"'.repeat(1e6)}`,
      `{"${'a'.repeat(1e6)}`,
    ]) {
      const start = performance.now();
      expect(failureOf(text).code).toBe('state/damaged');
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });
});

/** Every place of a document where a value stands. */
function placesOf(value: Json): { holder: object; key: string | number }[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, Json][] = Array.isArray(value)
    ? value.map((item, i) => [i, item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) => [{ holder: value, key }, ...placesOf(item)]);
}
