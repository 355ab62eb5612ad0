import { toHex } from '../dns/encoding.ts';
import type { SignedZone } from '../dnssec/sign-request.ts';
import { printZone } from '../zone/print-zone.ts';
import type { Zone } from '../zone/zone.ts';
import type { Environment } from './environment.ts';
import type { PublicationRecord } from './publication-record.ts';
import { zoneText } from './zone-text.ts';

/** Puts the zone in place of the output; the rotation state knows of it before anybody can read it. */
export async function putInPlace(
  signed: SignedZone,
  output: string,
  record: PublicationRecord | undefined,
  remember: (digest: string) => Promise<void>,
  environment: Environment,
): Promise<void> {
  if (output === '-') {
    await record?.intend(digestOf(signed.zone, environment));
    await record?.written('standard output');
    return;
  }
  await remember(toHex(await writeZone(signed, output, record, environment)));
  await record?.written(output);
}

function digestOf(zone: Zone, { crypto }: Environment): Uint8Array {
  const digest = crypto.createDigest('sha256');
  for (const block of printZone(zone)) digest.update(block);
  return digest.finish();
}

/** Puts the zone in place of the output, and returns the SHA-256 digest of the file. */
async function writeZone(
  { zone, known }: SignedZone,
  output: string,
  record: PublicationRecord | undefined,
  { files, crypto, pool }: Environment,
): Promise<Uint8Array> {
  const digest = crypto.createDigest('sha256');
  const file = await files.openAtomic(output);
  try {
    for await (const block of zoneText(zone, pool, { known })) {
      const writing = file.write(block);
      digest.update(block);
      await writing;
    }
    const result = digest.finish();
    await record?.intend(result);
    await file.commit();
    return result;
  } finally {
    await file.discard();
  }
}
