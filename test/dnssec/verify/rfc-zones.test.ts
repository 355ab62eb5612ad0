import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { codesOf, verifyFile } from '../../support/verify-file.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/rfc/${name}.zone`, import.meta.url));

describe('zones in RFCs', () => {
  test('RFC 4035 appendix A: RSASHA1, NSEC', async () => {
    const report = await verifyFile(fixture('rfc4035-appendix-a'), { at: 1081539379 });
    expect(codesOf(report, 'error')).toEqual([]);
    expect(codesOf(report, 'warning')).toEqual([
      'dnskey/deprecated-algorithm',
      'dnskey/short',
      'ds/deprecated-digest',
    ]);
    expect(report).toMatchObject({ zone: 'example.', ok: true, denial: 'nsec', signaturesVerified: 27 });
    expect(report.keys.map(({ keyTag, sep }) => ({ keyTag, sep }))).toEqual([
      { keyTag: 9465, sep: true },
      { keyTag: 38519, sep: false },
    ]);
    // 2004-05-09 18:36:19
    expect(report.firstExpiry?.time).toBe(1084127779);
  });

  test('RFC 5155 appendix A: NSEC3RSASHA1, NSEC3 with 12 iterations, salt and opt-out', async () => {
    const report = await verifyFile(fixture('rfc5155-appendix-a'), { at: 1129856400 });
    expect(codesOf(report, 'error')).toEqual([]);
    expect(codesOf(report, 'warning')).toEqual([
      'dnskey/deprecated-algorithm',
      'dnskey/short',
      'ds/deprecated-digest',
      'nsec3/iterations',
      'nsec3/salt',
    ]);
    expect(report).toMatchObject({ zone: 'example.', ok: true, denial: 'nsec3' });
  });

  test.each([1, 2, 3, 5])('RFC 8976 appendix A.%i has a digest and no signatures', async (number) => {
    const origin = number === 5 ? 'root-servers.net.' : 'example.';
    const report = await verifyFile(fixture(`rfc8976-appendix-a${number}`), { origin });
    expect(report.ok).toBe(true);
    expect(codesOf(report, 'warning')).toContain('zone/digest-only');
  });

  test('RFC 8976 appendix A.4 was given its ZONEMD after it was signed', async () => {
    const report = await verifyFile(fixture('rfc8976-appendix-a4'), { origin: 'uri.arpa.', at: 1540154368 });
    expect(codesOf(report, 'error')).toEqual(['nsec/bitmap', 'rrsig/missing']);
    expect(report.findings[0]).toMatchObject({ owner: 'uri.arpa.', type: 'ZONEMD' });
  });
});
