import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { fromBase64 } from '../../src/dns/encoding.ts';
import { keyTag } from '../../src/dnssec/key-tag.ts';
import { readBindPrivateKey, privateKeyMaterial } from '../../src/keys/bind-private-key.ts';
import { describeWithCorpora } from '../support/corpora.ts';
import { NSEC, NSEC3, OPT_OUT, signText } from '../support/sign-text.ts';
import type { TestKey } from '../support/test-keys.ts';
import { recordLines, typeOfLine, zoneToText } from '../support/zone-text.ts';

interface Entry {
  readonly file: string;
  readonly golden_for?: {
    readonly input: string;
    readonly key: string;
    readonly inception: number;
    readonly expiration: number;
    readonly denial: 'nsec' | 'nsec3' | 'nsec3-opt-out';
    readonly zonemd: string | null;
  };
}

const DENIALS = { nsec: NSEC, nsec3: NSEC3, 'nsec3-opt-out': OPT_OUT };

interface Difference {
  readonly theirs: string;
  readonly ours: string;
  readonly reason: string;
}

const LOWER_CASE_NEXT_NAME =
  'RFC 4034 section 6.2 has next names of NSEC signed in lower case, RFC 6840 section 5.1 as they stand: ' +
  'written in lower case, they are good under both';

/** Where we write another record than the golden zones have. */
const DIFFERENCES: readonly Difference[] = [
  {
    theirs: 'example. 3600 IN NSEC3PARAM 1 1 0 -',
    ours: 'example. 3600 IN NSEC3PARAM 1 0 0 -',
    reason: 'RFC 5155 section 4.1.2: the opt-out flag is not used in NSEC3PARAM and is zero',
  },
  {
    theirs: 'a.canonical-test.example. 3600 IN NSEC B.canonical-test.example. TXT RRSIG NSEC',
    ours: 'a.canonical-test.example. 3600 IN NSEC b.canonical-test.example. TXT RRSIG NSEC',
    reason: LOWER_CASE_NEXT_NAME,
  },
  {
    theirs: 'b.b.canonical-test.example. 3600 IN NSEC bB.canonical-test.example. TXT RRSIG NSEC',
    ours: 'b.b.canonical-test.example. 3600 IN NSEC bb.canonical-test.example. TXT RRSIG NSEC',
    reason: LOWER_CASE_NEXT_NAME,
  },
];

describeWithCorpora('whole signed zones that dnst made', (directory) => {
  const read = (file: string): string => readFileSync(path.join(directory, file), 'utf8');
  const { entries } = JSON.parse(read('manifest.json')) as { entries: readonly Entry[] };
  const goldens = entries.filter(({ golden_for }) => golden_for !== undefined);
  const unused = new Set(DIFFERENCES);

  test('are there', () => expect(goldens).toHaveLength(36));

  test.each(goldens.map((golden) => [path.basename(golden.file), golden] as const))(
    '%s is what we make',
    async (_, { file, golden_for }) => {
      const { input, key, inception, expiration, denial, zonemd } = golden_for!;
      const signed = await signText(read(input), {
        keys: [readKey(read(`${key}.key`), read(`${key}.private`))],
        denial: DENIALS[denial],
        ...(zonemd === null ? {} : { zonemd: 1 }),
        inception,
        expiration,
      });
      const golden = recordLines(read(file));
      const differences = DIFFERENCES.filter(({ theirs }) => golden.includes(theirs));
      for (const difference of differences) unused.delete(difference);
      const theirs = golden.map((line) => differences.find((each) => each.theirs === line)?.ours ?? line);

      // A signature over another record is another one, and so is the digest of a zone with another record in it.
      const changed = new Set(differences.map(({ ours }) => `${ownerOf(ours)} RRSIG ${typeOfLine(ours)}`));
      if (changed.size > 0) ['ZONEMD', 'RRSIG ZONEMD'].forEach((type) => changed.add(`example. ${type}`));
      const hideChanged = (line: string): string => {
        const what = `${ownerOf(line)} ${typeOfLine(line)}`;
        return changed.has(what) ? `${what} over other records` : line;
      };
      const ours = recordLines(zoneToText(signed.zone));
      expect(ours.map(hideChanged).sort()).toEqual(theirs.map(hideChanged).sort());
    },
  );

  test('have every difference that we know of', () => expect([...unused]).toEqual([]));
});

function ownerOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

/** A key that signs everything; the DNSKEY's flags say ZSK. */
function readKey(publicText: string, privateText: string): TestKey {
  const publicKey = fromBase64(publicText.trim().split(/\s+/).at(-1)!);
  const dnskeyRdata = Uint8Array.of(1, 0, 3, 15, ...publicKey);
  const privateKey = privateKeyMaterial(readBindPrivateKey(privateText, 'private'), publicKey, 'private');
  return { algorithm: 15, role: 'csk', dnskeyRdata, keyTag: keyTag(dnskeyRdata), privateKey };
}
