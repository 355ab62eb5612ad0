import { SIGN_AGAIN, type FindingKinds } from './kind.ts';

/** About the zone, the rotation state and the key directory together. */
export const STATE_FINDINGS = {
  'state/unrecorded': {
    severity: 'warning',
    reference: 'the rotation state',
    meaning: 'the zone is none of the versions that the rotation state has recorded',
    cure: 'sign with zonewright sign, or take the zone over with zonewright rotate --adopt',
  },
  'state/key-not-published': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'the rotation state publishes a key that is not in the zone',
    cure: SIGN_AGAIN,
  },
  'state/key-published': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'a key is in the zone that is pending or removed by the rotation state',
    cure: SIGN_AGAIN,
  },
  'state/foreign-key': {
    severity: 'note',
    reference: 'RFC 8901 section 2',
    meaning: 'a key in the zone is not known to the rotation state: it is left alone',
    cure: 'nothing, if another signer has it; else remove it from the input',
  },
  'state/key-does-not-sign': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'a key does not sign what it should by the rotation state',
    cure: SIGN_AGAIN,
  },
  'state/retired-key-signs': {
    severity: 'warning',
    reference: 'the rotation state',
    meaning: 'the zone has signatures by a key that no longer signs by the rotation state',
    cure: SIGN_AGAIN,
  },
  'state/outlives-plan': {
    severity: 'note',
    reference: 'RFC 6781 section 4.1',
    meaning: 'signatures are valid for longer than their key is planned to stay',
    cure: 'nothing, while the zone is signed again in time',
  },
  'state/no-private-key': {
    severity: 'error',
    reference: 'the rotation state',
    meaning: 'the private key of a key that signs is not in the key directory',
    cure: 'bring the key file back from a backup, or start zonewright rotate --recover',
  },
  'state/spare-key': {
    severity: 'note',
    reference: 'the rotation state',
    meaning: 'the key directory has a key that the rotation state does not know yet',
    cure: 'nothing: the next run of zonewright rotate takes it as a spare',
  },
} as const satisfies FindingKinds;
