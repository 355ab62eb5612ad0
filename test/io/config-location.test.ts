import { expect, test } from '@jest/globals';
import { locateKey } from '../../src/io/config-location.ts';

const YAML = `# file: not this
keyDirectory: keys
zones:
  a.example:
    file: a
  "b.example": {file: b, "policy": x}
notify:
  - type: email
`;

test.each([
  [['keyDirectory'], { line: 2, column: 1 }],
  [['zones', 'a.example', 'file'], { line: 5, column: 5 }],
  [['zones', 'b.example'], { line: 6, column: 3 }],
  [['zones', 'b.example', 'file'], { line: 6, column: 17 }],
  [['zones', 'b.example', 'policy'], { line: 6, column: 26 }],
  [['notify', 0, 'type'], { line: 8, column: 5 }],
  [['notify', 0, 'absent'], { line: 7, column: 1 }],
  [['a+b'], {}],
  [[], {}],
])('%j', (keys, place) => {
  expect(locateKey(YAML, keys)).toEqual(place);
});

test('in JSON', () => {
  expect(locateKey('{\n  "zones": {\n    "x": {"file": 1}\n  }\n}', ['zones', 'x', 'file'])).toEqual({
    line: 3,
    column: 11,
  });
});
