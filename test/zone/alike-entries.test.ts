import { describe, expect, test } from '@jest/globals';
import { parseText, recordLines } from './zone-text.ts';

const label = 'l'.repeat(63);
const longest = `${label}.${label}.${label}.${'l'.repeat(61)}.`;

const entries = [
  'a IN NS b.example.',
  'a IN NS B.example.\t; comment',
  'a IN NS (b.example.\n)',
  'a IN NS\tb',
  'a IN NS .',
  'a IN NS @',
  'a IN NS "b.example."',
  'a IN NS b\\.c.example.',
  'a IN NS b..example.',
  'a IN NS .b.example.',
  'a IN NS b.example..',
  `a IN NS ${label}.`,
  `a IN NS l${label}.`,
  `a IN NS ${longest}`,
  `a IN NS l${longest}`,
  'a IN NS b.example."c"',
  'a IN NS b.example. c',
  'a IN NS',
  'a IN NS;b.example.',
  'a IN NSb.example.',
  'a IN ( NS b.example. )',
  'a ( IN\nNS b.example. )',
  '"a" IN NS b.example.',
  'a "IN" NS b.example.',
  'a IN "NS" b.example.',
  'a IN\tNS b.example.',
  ' IN NS c.example.',
  ' NS c.example.',
  'a NS b.example.',
  'a NS \\# 3 016200',
  'a 5 NS b.example.',
  'a 5 IN NS b.example.',
  'a IN 5 NS b.example.',
  'a IN NULL \\# 0',
  'a IN NULL',
  'a IN NULL 5',
  'a IN TXT b',
];

/** The records and the errors of text. */
function read(text: string): {
  readonly records: readonly string[];
  readonly errors: readonly { readonly line: number; readonly what: string }[];
} {
  const errors: { readonly line: number; readonly what: string }[] = [];
  const parsed = parseText(text, {
    onError: ({ code, location }) =>
      errors.push({ line: location?.line ?? 0, what: `${location?.column} ${code}` }),
  });
  return { records: recordLines(parsed), errors };
}

describe('an entry reads the same behind every other, whether or not that begins in the same way', () => {
  test.each(entries.map((entry) => [entry]))('%j', (entry) => {
    // An owner for entries that have none.
    const start = '$TTL 7\na TXT x\n';
    const alone = read(start + entry);
    for (const before of entries) {
      const first = read(start + before);
      const lines = before.split('\n').length;
      const both = read(`${start}${before}\n${entry}`);
      expect(both.records).toEqual([...first.records, ...alone.records.slice(1)]);
      expect(both.errors).toEqual([
        ...first.errors,
        ...alone.errors.map(({ line, what }) => ({ line: line + lines, what })),
      ]);
    }
  });
});
