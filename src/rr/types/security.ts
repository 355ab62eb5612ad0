import type { Cursor } from '../../dns/cursor.ts';
import { inputError } from '../../errors.ts';
import { defineType } from '../define-type.ts';
import { certificateAlgorithm } from '../fields/algorithm.ts';
import { propertyTag } from '../fields/caa.ts';
import { base64Data, hexData } from '../fields/data.ts';
import { ipsecGateway } from '../fields/gateway.ts';
import { hostIdentity } from '../fields/hip.ts';
import { u16, u8 } from '../fields/integer.ts';
import { wordU16, type Words } from '../fields/mnemonic.ts';
import { domainName } from '../fields/name.ts';
import { longText } from '../fields/text.ts';

/** RFC 4398 section 2.1. */
const CERTIFICATE_TYPES: Words = [
  ['PKIX', 1],
  ['SPKI', 2],
  ['PGP', 3],
  ['IPKIX', 4],
  ['ISPKI', 5],
  ['IPGP', 6],
  ['ACPKIX', 7],
  ['IACPKIX', 8],
  ['URI', 253],
  ['OID', 254],
];

const cert = [
  wordU16('type', CERTIFICATE_TYPES),
  u16('key tag'),
  certificateAlgorithm('algorithm'),
  base64Data('certificate or CRL'),
];

const tlsa = [
  u8('Certificate Usage'),
  u8('Selector'),
  u8('Matching Type'),
  hexData('Certificate Association Data'),
];
const sshfp = [u8('algorithm'), u8('fp type'), hexData('fingerprint', { minimum: 0 })];

/** Keys, certificates and fingerprints of other protocols. */
export const securityTypes = [
  defineType('CERT', 'RFC 4398 section 2', cert),
  defineType('SSHFP', 'RFC 4255 section 3', sshfp, { check: checkSshfp }),
  defineType('IPSECKEY', 'RFC 4025 section 2', [u8('Precedence'), ipsecGateway()]),
  defineType('TLSA', 'RFC 6698 section 2', tlsa),
  defineType('SMIMEA', 'RFC 8162 section 2', tlsa),
  defineType('HIP', 'RFC 8005 section 5', [hostIdentity()]),
  defineType('OPENPGPKEY', 'RFC 7929 section 2', [base64Data('OpenPGP Transferable Public Key')]),
  defineType('CAA', 'RFC 8659 section 4', [u8('Flags'), propertyTag('Tag'), longText('Value')]),
  defineType('DHCID', 'RFC 4701 section 3', [base64Data('DHCID')]),
  defineType('KX', 'RFC 2230 section 3', [u16('PREFERENCE'), domainName('EXCHANGER')], {
    lowerCaseNames: true,
  }),
  defineType('HHIT', 'RFC 9886 section 5.1', [base64Data('HHIT RDATA')]),
  defineType('BRID', 'RFC 9886 section 5.2', [base64Data('BRID RDATA')]),
];

/** Octets of a fingerprint by its type: SHA-1 (RFC 4255), SHA-256 (RFC 6594). */
const FINGERPRINT_LENGTHS: readonly (number | undefined)[] = [undefined, 20, 32];

function checkSshfp(rdata: Cursor): void {
  rdata.skip(1);
  const length = FINGERPRINT_LENGTHS[rdata.u8()];
  if (length !== undefined && rdata.remaining !== length) {
    throw inputError(
      'rdata/digest-length',
      `a fingerprint of this type has ${length} octets, but ${rdata.remaining} are given`,
    );
  }
}
