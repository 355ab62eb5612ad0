import { nameFromText } from '../../../src/dns/name.ts';
import type { Denial } from '../../../src/dnssec/denial.ts';
import { REVOKE_FLAG } from '../../../src/dnssec/dnskey.ts';
import { makeDs } from '../../../src/dnssec/ds.ts';
import { keyTag } from '../../../src/dnssec/key-tag.ts';
import { nodeCrypto } from '../../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../../src/rr/rdata.ts';
import { Type } from '../../../src/rr/registry.ts';
import { SignedZoneText, type RrsigFields } from '../signed-zone-text.ts';
import { signText, type SignTextOptions } from '../sign-text.ts';
import { newKey, type TestKey } from '../test-keys.ts';
import { zoneToText } from '../zone-text.ts';

/** The keys and the time of a zone that is damaged. */
export interface MutantWorld {
  readonly ksk: TestKey;
  readonly zsk: TestKey;
  /** A key that the zone does not have. */
  readonly stranger: TestKey;
  /** Keys beside the usual two. */
  readonly more: readonly TestKey[];
  readonly now: number;
  /** The RDATA of a DS, of the KSK by default. */
  readonly dsText: (digestType: number, key?: TestKey) => string;
  readonly dnskeyText: (key: TestKey) => string;
}

/** One way to damage a signed zone. */
export interface Mutant {
  readonly name: string;
  readonly damage: (zone: SignedZoneText, world: MutantWorld) => void | Promise<void>;
  /** All findings that there must be beside those of the undamaged zone. */
  readonly codes: readonly string[];
  /** What all errors must be put down to, where that is none of their own codes. */
  readonly cause?: string;
}

/** The codes of a damage, its cause first where there is one. */
export function codesShown({ codes, cause }: Mutant): readonly string[] {
  return cause === undefined ? codes : [cause, ...codes];
}

/** Ways to damage zones of some kinds. */
export interface MutantGroup {
  readonly title: string;
  readonly mutants: readonly Mutant[];
  readonly denials: readonly (readonly [name: string, denial: Denial])[];
  readonly zonemd?: 1;
  /** What is signed; `plainContent` by default. */
  readonly content?: (world: MutantWorld) => string;
  /** The one algorithm of zones that it makes sense with. */
  readonly algorithm?: number;
  /** An algorithm that signs beside the zone's own. */
  readonly second?: number;
}

/** Keys of an algorithm, none of which has the tag of another, revoked or not. */
export async function mutantWorld(algorithm: number, now: number, second?: number): Promise<MutantWorld> {
  const more = second === undefined ? [] : [await newKey(second, 'ksk'), await newKey(second, 'zsk')];
  for (;;) {
    const [ksk, zsk, stranger] = [
      await newKey(algorithm, 'ksk'),
      await newKey(algorithm, 'zsk'),
      await newKey(algorithm, 'zsk'),
    ];
    const all = [ksk, zsk, stranger, ...more];
    const tags = all.flatMap((key) => [key.keyTag, revoked(key).keyTag]);
    if (new Set(tags).size < tags.length) continue;
    return {
      ksk,
      zsk,
      stranger,
      more,
      now,
      dsText: (digestType, { dnskeyRdata } = ksk) =>
        rdataToText(Type.DS, makeDs(nameFromText('example.'), dnskeyRdata, digestType, nodeCrypto)),
      dnskeyText: (key) => rdataToText(Type.DNSKEY, key.dnskeyRdata),
    };
  }
}

/** A key with some of its flags changed, and the key tag that it has then. */
export function withFlags(key: TestKey, change: (flags: number) => number): TestKey {
  const dnskeyRdata = Uint8Array.from(key.dnskeyRdata);
  const flags = change((dnskeyRdata[0]! << 8) | dnskeyRdata[1]!);
  dnskeyRdata.set([flags >> 8, flags & 255]);
  return { ...key, dnskeyRdata, keyTag: keyTag(dnskeyRdata) };
}

/** A key under the number of another algorithm. */
export function withAlgorithm(key: TestKey, algorithm: number): TestKey {
  const dnskeyRdata = Uint8Array.from(key.dnskeyRdata);
  dnskeyRdata[3] = algorithm;
  return { ...key, algorithm, dnskeyRdata, keyTag: keyTag(dnskeyRdata) };
}

/** A key as it is after its revocation. */
export const revoked = (key: TestKey): TestKey => withFlags(key, (flags) => flags | REVOKE_FLAG);

/** The zone has all that there is to damage: wildcards, empty non-terminals, delegations of both kinds, glue, a DNAME. */
export const plainContent = (): string => `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
example. 3600 IN NS ns2.example.
ns1.example. 3600 IN A 192.0.2.1
ns2.example. 3600 IN A 192.0.2.2
text.example. 3600 IN TXT "one"
text.example. 3600 IN TXT "two"
*.wild.example. 3600 IN TXT "wild"
a.b.ent.example. 3600 IN A 192.0.2.3
dname.example. 3600 IN DNAME target.example.
secure.example. 3600 IN NS ns1.example.
secure.example. 3600 IN NS ns.secure.example.
secure.example. 3600 IN DS 12345 13 2 ${'AB'.repeat(32)}
ns.secure.example. 3600 IN A 192.0.2.4
insecure.example. 3600 IN NS ns1.example.
insecure.example. 3600 IN NS ns.insecure.example.
ns.insecure.example. 3600 IN A 192.0.2.5
deleg.ent2.example. 3600 IN NS ns1.example.
deleg.ent2.example. 3600 IN NS ns2.example.
`;

/** The same with what asks the parent for a DS: a group of its own, because validns knows neither type. */
export const contentWithRequests = (w: MutantWorld): string => `${plainContent()}
example. 3600 IN CDS ${w.dsText(2)}
example. 3600 IN CDNSKEY ${w.dnskeyText(w.ksk)}
`;

/** The text of a zone, signed in the world. */
export async function signIn(
  world: MutantWorld,
  content: string,
  options: Partial<SignTextOptions> = {},
): Promise<string> {
  const keys = [world.ksk, world.zsk, ...world.more];
  return zoneToText((await signText(content, { keys, now: world.now, ...options })).zone);
}

/** Signs the zone otherwise, in place of a damage. */
export async function signOtherwise(
  zone: SignedZoneText,
  world: MutantWorld,
  content: string,
  options: Partial<SignTextOptions> = {},
): Promise<void> {
  zone.lines = new SignedZoneText(await signIn(world, content, options)).lines;
}

/** Makes every signature anew, with other fields. */
export function signAgain(zone: SignedZoneText, { ksk, zsk }: MutantWorld, fields: RrsigFields): void {
  for (const line of zone.lines.filter((one) => one.includes(' IN RRSIG '))) {
    const [owner, , , , covered] = line.split(' ');
    zone.sign(owner!, covered!, covered === 'DNSKEY' ? ksk : zsk, fields);
  }
}

/** The undamaged zone of a group. */
export function signUndamaged(
  world: MutantWorld,
  { content = plainContent, zonemd }: MutantGroup,
  denial: Denial,
): Promise<string> {
  return signIn(world, content(world), { denial, ...(zonemd && { zonemd }) });
}

/** The zone with a damage. */
export async function damaged(signed: string, { damage }: Mutant, world: MutantWorld): Promise<string> {
  const zone = new SignedZoneText(signed, world.now);
  await damage(zone, world);
  return zone.toString();
}
