import { defineType } from '../define-type.ts';
import { ipv4Address } from '../fields/address.ts';
import { hexData } from '../fields/data.ts';
import { cbheNode, eui, ilnp64 } from '../fields/identifier.ts';
import { u16 } from '../fields/integer.ts';
import { location } from '../fields/loc.ts';
import { domainName } from '../fields/name.ts';
import { atmAddress, nsapAddress, psdnAddress } from '../fields/osi.ts';
import { characterString, characterStrings, optionalCharacterString } from '../fields/text.ts';

const lowerCaseNames = true;
const obsolete = true;

/** Places, and addresses of networks other than IP. */
export const networkTypes = [
  defineType('LOC', 'RFC 1876 section 2', [location()]),
  defineType('GPOS', 'RFC 1712 section 3', ['LONGITUDE', 'LATITUDE', 'ALTITUDE'].map(characterString), {
    obsolete,
  }),
  defineType('NID', 'RFC 6742 section 2.1', [u16('Preference'), ilnp64('NodeID')]),
  defineType('L32', 'RFC 6742 section 2.2', [u16('Preference'), ipv4Address('Locator32')]),
  defineType('L64', 'RFC 6742 section 2.3', [u16('Preference'), ilnp64('Locator64')]),
  defineType('LP', 'RFC 6742 section 2.4', [u16('Preference'), domainName('FQDN')]),
  defineType('EUI48', 'RFC 7043 section 3', [eui('Address', 6)]),
  defineType('EUI64', 'RFC 7043 section 4', [eui('Address', 8)]),
  defineType('X25', 'RFC 1183 section 3.1', [psdnAddress('PSDN-address')]),
  defineType('ISDN', 'RFC 1183 section 3.2', [
    characterString('ISDN-address'),
    optionalCharacterString('sa'),
  ]),
  defineType('RT', 'RFC 1183 section 3.3', [u16('preference'), domainName('intermediate-host')], {
    lowerCaseNames,
  }),
  defineType('NSAP', 'RFC 1706 section 5', [nsapAddress('NSAP')], { obsolete }),
  defineType('NSAP_PTR', 'RFC 1348', [domainName('owner')], { obsolete }),
  defineType('ATMA', 'ATM Name System Specification 1.0 section 5', [atmAddress('address')]),
  defineType('EID', 'draft-ietf-nimrod-dns-01 section 3.1', [hexData('Endpoint Identifier')]),
  defineType('NIMLOC', 'draft-ietf-nimrod-dns-01 section 3.2', [hexData('Nimrod Locator')]),
  defineType('CLA', 'draft-johnson-dns-ipn-cla-07', [characterStrings('CLA')]),
  defineType('IPN', 'draft-johnson-dns-ipn-cla-07', [cbheNode('CBHE Node Number')]),
];
