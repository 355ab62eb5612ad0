import { addToSerial, serialGreater } from '../dns/serial.ts';
import { inputError } from '../errors.ts';

/** How the serial of a signed zone comes about. */
export type SerialPolicy = 'keep' | 'increment' | 'unixtime' | 'date';

/**
 * The serial for a zone whose content or signatures changed: greater (RFC 1982) than that of the input and than every serial that was
 * published. Where the policy's own number would not exceed them, it is the highest of them plus one.
 *
 * @param input the serial in the input
 * @param published serials that secondaries may hold
 * @param now epoch seconds
 * @throws ZonewrightError `sign/serial-kept` where the policy is `keep` and the input's serial does not exceed the published ones
 */
export function nextSerial(
  policy: SerialPolicy,
  input: number,
  published: readonly number[],
  now: number,
): number {
  if (policy === 'keep') {
    const above = published.find((serial) => !serialGreater(input, serial));
    if (above === undefined) return input;
    throw inputError(
      'sign/serial-kept',
      `the zone changes, but its serial ${input} does not exceed the published ${above}: secondaries would not fetch it`,
      { hint: 'raise the serial in the zone file, or sign with --serial increment, unixtime or date' },
    );
  }
  // Serials half the circle apart have no order: then those that secondaries hold decide.
  const highest = [...published, input].reduce((a, b) => (serialGreater(b, a) ? b : a));
  const wanted = policy === 'unixtime' ? now >>> 0 : policy === 'date' ? dateSerial(now) : highest;
  return serialGreater(wanted, highest) ? wanted : addToSerial(highest, 1);
}

/** `YYYYMMDD00` of the UTC day (RFC 1912 section 2.2). */
function dateSerial(now: number): number {
  const day = new Date(now * 1000);
  return ((day.getUTCFullYear() * 100 + day.getUTCMonth() + 1) * 100 + day.getUTCDate()) * 100;
}
