import fc from 'fast-check';
import { DAY, signText, type SignTextOptions } from './sign-text.ts';
import { ed25519Key, newKey, type TestKey } from './test-keys.ts';
import { arbitraryDenial, arbitraryZone } from './zone-arbitrary.ts';
import { zoneToText } from './zone-text.ts';

/** The same zones on every run. */
export const SEED = 20261123;
const ED25519 = [ed25519Key('ksk', 'a KSK'), ed25519Key('zsk', 'a ZSK')];
const p256 = newKey(13, 'csk');

const keysOf = async (algorithm: number): Promise<readonly TestKey[]> =>
  algorithm === 13 ? [await p256] : ED25519;

/** A zone and how it is signed. */
export const arbitraryRun = fc.record({
  zone: arbitraryZone,
  denial: arbitraryDenial,
  algorithm: fc.constantFrom(13, 15),
  zonemd: fc.option(fc.constantFrom(1 as const, 2 as const), { nil: undefined }),
  jitter: fc.constantFrom(0, 5 * DAY),
});

export type SigningRun = typeof arbitraryRun extends fc.Arbitrary<infer T> ? T : never;

/** The signed zone as text. */
export async function signedText(
  { zone, denial, algorithm, zonemd, jitter }: SigningRun,
  options: Partial<SignTextOptions> = {},
): Promise<string> {
  const { zone: signed } = await signText(zone.text, {
    origin: zone.origin,
    keys: await keysOf(algorithm),
    denial,
    jitter,
    ...(zonemd && { zonemd }),
    serialPolicy: 'increment',
    ...options,
  });
  return zoneToText(signed);
}
