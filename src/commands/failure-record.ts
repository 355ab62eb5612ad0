import { printLocation, ZonewrightError } from '../errors.ts';
import { withFailure } from '../rollover/failures.ts';
import type { LastError } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import { hasState } from './state-file.ts';
import { readState, withStateLock, writeState } from './state-store.ts';

/**
 * Puts into the rotation state of a zone why a run failed, for `status` and monitoring. Mistakes on the command line and a lock that another run
 * holds are no news, and a run under `--now` says nothing of a real state. Whatever goes wrong here is not told: it must not hide `error`.
 */
export async function recordFailure(
  command: NonNullable<LastError['command']>,
  keyDirectory: string,
  zone: Uint8Array,
  error: unknown,
  environment: Environment,
): Promise<void> {
  const { code, message } = describe(error);
  if (code === 'state/locked' || (error instanceof ZonewrightError && error.kind === 'usage')) return;
  try {
    if (!(await hasState(keyDirectory, zone, environment))) return;
    await withStateLock(keyDirectory, zone, `zonewright ${command}`, environment, async () => {
      const stored = await readState(keyDirectory, zone, environment);
      if (stored === undefined || stored.simulated !== environment.simulated) return;
      const state = withFailure(stored.state, { time: environment.now, command, code, message });
      await writeState(keyDirectory, zone, state, environment);
    });
  } catch {
    // The error itself is told; that it could not be kept follows from it more often than not.
  }
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof ZonewrightError)) return { code: 'internal/unexpected', message: String(error) };
  const { code, message, location } = error;
  return { code, message: location === undefined ? message : `${printLocation(location)}: ${message}` };
}
