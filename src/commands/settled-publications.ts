import { toHex } from '../dns/encoding.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { keepsSerial } from '../rollover/kept-serial.ts';
import {
  withDigestEstablished,
  withoutPublication,
  withPublication,
  withWritten,
} from '../rollover/facts.ts';
import { currentPublication, isClockBehind } from '../rollover/ledger.ts';
import type { RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import { findZone } from './found-zone.ts';
import type { RotateOptions } from './rotation-options.ts';
import type { Noted } from './rotation-result.ts';

/**
 * Finds out what became of versions that somebody set out to write, and of versions that somebody else wrote. By a clock that is behind the ledger
 * nothing is found out: it cannot say since when.
 */
export async function withPublicationsSettled(
  state: RotationState,
  options: RotateOptions,
  environment: Environment,
): Promise<Noted> {
  const { policy, signedZone } = options;
  const { now } = environment;
  const unchanged = { state, done: [] };
  if (isClockBehind(state.ledger, now)) return unchanged;
  const digest = await digestOf(signedZone, environment);
  if (digest === undefined) return unchanged;
  const { publications } = state.ledger;
  const known = publications.findLast((publication) => publication.digest === digest);
  // An old version that stands there again was not put there by this tool either.
  const isPutBack = known?.established !== undefined && known !== currentPublication(state.ledger);
  if (known === undefined || isPutBack)
    return (await withForeignPublication(state, options, environment)) ?? unchanged;

  let settled =
    known.written === undefined && known.established === undefined ? withWritten(state, digest, now) : state;
  if (known.established === undefined && policy.publishedWhen === 'written' && !keepsSerial(state.ledger))
    settled = withDigestEstablished(settled, digest, now);
  // Runs follow one another, so the order of the list is that of their intents, whatever clocks said. What a run set out to write after this one, and
  // nobody saw in place, died with it.
  for (const { digest: later, written, established, elsewhere } of publications.slice(
    publications.indexOf(known) + 1,
  )) {
    if (written === undefined && established === undefined && elsewhere !== true)
      settled = withoutPublication(settled, later);
  }
  return { state: settled, done: [] };
}

/** The state that knows of the version in the served file; undefined where that is no zone of this name. */
async function withForeignPublication(
  state: RotationState,
  { zone, policy, signedZone, keyDirectory }: RotateOptions,
  environment: Environment,
): Promise<Noted | undefined> {
  const { now, files } = environment;
  const keys = await new KeyDirectory(keyDirectory, files).listKeys(zone);
  const rdatas = keys.map(({ dnskeyRdata }) => dnskeyRdata);
  const found = await findZone(signedZone, zone, rdatas, policy, environment);
  if (found === undefined) return undefined;
  const { serial, keySet, data, dnskeyTtl, maxTtl, firstExpiration } = found.evidence;
  const publication = {
    serial,
    digest: found.digest,
    since: now,
    written: now,
    established: policy.publishedWhen === 'written' ? now : undefined,
    keySet,
    data,
    dnskeyTtl,
    maxTtl,
    propagation: found.propagation,
    firstExpiration,
  };
  return {
    state: withPublication(state, publication),
    done: [
      {
        rollover: 'publication',
        what: `found serial ${serial} in ${signedZone ?? ''}, which this tool did not write`,
        audit: {
          actor: 'zonewright',
          why: 'its digest is that of no recorded version',
          outcome: 'done',
          serial,
        },
      },
    ],
  };
}

async function digestOf(
  file: string | undefined,
  { files, crypto }: Environment,
): Promise<string | undefined> {
  if (file === undefined || (await files.status(file)) === undefined) return undefined;
  return toHex(crypto.digest('sha256', await files.read(file)));
}
