import { withAudit } from './audit.ts';
import type { LastError, RotationState } from './state.ts';

/** The state that knows why a run failed. The audit trail tells of it once, however often it happens in a row. */
export function withFailure(state: RotationState, failure: LastError): RotationState {
  const { lastError } = state;
  const { command = 'rotate', code, message, time } = failure;
  const isKnown = lastError?.command === command && lastError.code === code && lastError.message === message;
  const entry = { time, actor: 'zonewright', what: `${command} failed: ${code}`, why: message } as const;
  return {
    ...(isKnown ? state : withAudit(state, [{ ...entry, outcome: 'failed' }])),
    lastError: failure,
  };
}

/** The state after a run that went well: why the last one of the same kind failed is history. */
export function withSuccess(state: RotationState, command: LastError['command']): RotationState {
  const failed = state.lastError?.command;
  return failed === undefined || failed === command ? { ...state, lastError: undefined } : state;
}
