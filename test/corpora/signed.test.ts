import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { FindingCode } from '../../src/dnssec/verify/findings.ts';
import { describeWithCorpora } from '../support/corpora.ts';
import { codesOf, verifyFile } from '../support/verify-file.ts';

interface Entry {
  readonly file: string;
  readonly origin: string;
  readonly expect: string;
  readonly time: number | null;
  /** What the expectation is about, where that is not the whole zone. */
  readonly expect_is_about?: string;
}

/** The finding that each bad zone is bad for: every error of the report must be one of these. */
const FAULTS: readonly (readonly [pattern: RegExp, codes: readonly FindingCode[]])[] = [
  [/dnskeyonly/, ['rrsig/missing', 'dnskey/not-self-signed', 'denial/none']],
  [/unsigned\.bad/, ['zone/unsigned']],
  [/[.-]expired/, ['rrsig/expired', 'dnskey/not-self-signed']],
  [/bad-bitmap/, ['nsec/bitmap']],
  [/below-(bottom-of-zone|dname)-nsec/, ['nsec/occluded', 'rrsig/over-occluded']],
  [/broken-chain/, ['nsec/next']],
  [/out-of-zone-nsec/, ['nsec/out-of-zone']],
  [/extra-nsec3/, ['nsec3/orphan', 'nsec3/next']],
  [/missing-empty/, ['nsec3/missing']],
  [/missing-nsec3-at-insecure-delegation/, ['nsec3/missing']],
  [/bitmap\.nsec\./, ['nsec/bitmap', 'rrsig/invalid']],
  [/bitmap\.nsec3/, ['nsec3/bitmap', 'rrsig/invalid']],
  [/chain\.nsec\./, ['nsec/next', 'rrsig/invalid']],
  [/chain\.nsec3/, ['nsec3/next', 'rrsig/invalid']],
  [/missing\.nsec\./, ['nsec/missing']],
  [/missing\.nsec3/, ['nsec3/missing', 'nsec3/next']],
  [/optout\.ent/, ['nsec3/missing']],
  [/rrsig\.(a|nsec|nsec3)\.zone/, ['rrsig/invalid']],
  [/repeated-/, ['zonemd/duplicate']],
  [/unknown-(hash-algorithm|scheme)/, ['zonemd/unverifiable']],
  [/wrong-serial/, ['zonemd/serial', 'zonemd/digest']],
  [/mixed-ttls/, ['zonemd/digest']],
];

/** Bad zones that are no zones: reading them fails. */
const UNREADABLE: Readonly<Record<string, string>> = {
  '31-too-small-digest': 'Digest must have 12 octets',
  '32-truncated-digest': 'this digest algorithm makes 48 octets',
  '80-mixed-classes': 'a record of class HS in a zone of class IN',
};

describeWithCorpora('signed zones of other projects', (directory) => {
  const { entries } = JSON.parse(readFileSync(path.join(directory, 'manifest.json'), 'utf8')) as {
    entries: Entry[];
  };
  const verifyEntry = ({ file, origin, time }: Entry): ReturnType<typeof verifyFile> =>
    verifyFile(path.join(directory, file), { origin, at: time ?? 1767225600 });
  const of = (folder: string, about: string | undefined): Entry[] =>
    entries.filter((entry) => entry.file.startsWith(folder) && entry.expect_is_about === about);
  const isUnreadable = ({ file }: Entry): boolean =>
    Object.keys(UNREADABLE).some((name) => file.includes(`/${name}/`));

  test.each(of('signed-good/', undefined))('$file is good', async (entry) => {
    const report = await verifyEntry(entry);
    expect(codesOf(report, 'error')).toEqual([]);
    expect(report.signaturesVerified).toBeGreaterThan(0);
  });

  test.each(of('signed-good/', 'ZONEMD digest'))('$file has a good digest', async (entry) => {
    const report = await verifyEntry(entry);
    expect(codesOf(report, 'error').filter((code) => code.startsWith('zonemd/'))).toEqual([]);
    const isUnsigned = report.keys.length === 0;
    expect(report.findings.some(({ code }) => code === 'zone/digest-only')).toBe(isUnsigned);
    if (isUnsigned) expect(report.ok).toBe(true);
  });

  const bad = [...of('signed-bad/', undefined), ...of('signed-bad/', 'ZONEMD digest')];
  test.each(bad.filter((entry) => !isUnreadable(entry)))('$file is bad', async (entry) => {
    const report = await verifyEntry(entry);
    const codes = FAULTS.find(([pattern]) => pattern.test(entry.file))?.[1];
    expect(codes).toBeDefined();
    const found = codesOf(report, 'error');
    expect(codes).toEqual(expect.arrayContaining([...found]));
    expect(found).toContain(codes![0]);
    expect(report.ok).toBe(false);
  });

  test.each(bad.filter(isUnreadable))('$file cannot be read', async (entry) => {
    const reason = Object.entries(UNREADABLE).find(([name]) => entry.file.includes(`/${name}/`))![1];
    await expect(verifyEntry(entry)).rejects.toThrow(reason);
  });

  const entryOf = (file: string): Entry => entries.find((entry) => entry.file.endsWith(file))!;

  test('an invalid signature beside a valid one does no harm (RFC 4035 section 5.3.3)', async () => {
    const report = await verifyEntry(entryOf('redundant.invalid.rrsig.zone.2'));
    expect(codesOf(report, 'error')).toEqual([]);
    expect(codesOf(report, 'warning')).toContain('rrsig/redundant');
  });

  test('a ZONEMD made after a draft of RFC 8976 is wrong', async () => {
    const report = await verifyEntry(entryOf('root-zone-demo-root.zone.signed'));
    expect(codesOf(report, 'error')).toEqual(['zonemd/digest']);
  });

  test('the root zone verifies, its digest and both its trust anchors included', async () => {
    const entry = entryOf('real/root-2026010500.zone');
    const report = await verifyFile(path.join(directory, entry.file), {
      at: entry.time!,
      // https://data.iana.org/root-anchors/root-anchors.xml
      ds: [
        '20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D',
        '38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16',
      ],
    });
    expect(codesOf(report, 'error')).toEqual([]);
    expect(report.denial).toBe('nsec');
    expect(report.keys.filter(({ sep }) => sep).map(({ keyTag }) => keyTag)).toEqual([20326, 38696]);
  });
});
