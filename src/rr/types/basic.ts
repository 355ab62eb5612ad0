import { defineType } from '../define-type.ts';
import { addressSuffix, checkA6, prefixName } from '../fields/a6.ts';
import { ipv4Address, ipv6Address } from '../fields/address.ts';
import { addressPrefixes } from '../fields/apl.ts';
import { seconds, u16, u32 } from '../fields/integer.ts';
import { domainName } from '../fields/name.ts';
import { characterString, characterStrings } from '../fields/text.ts';

const lowerCaseNames = true;
const singleton = true;

const soa = [
  domainName('MNAME'),
  domainName('RNAME'),
  u32('SERIAL'),
  seconds('REFRESH'),
  seconds('RETRY'),
  seconds('EXPIRE'),
  seconds('MINIMUM'),
];

const a6 = [addressSuffix('Address suffix'), prefixName('Prefix name')];

/** Zones, hosts, aliases and what says something of a host. */
export const basicTypes = [
  defineType('A', 'RFC 1035 section 3.4.1', [ipv4Address('ADDRESS')]),
  defineType('AAAA', 'RFC 3596 section 2.2', [ipv6Address('ADDRESS')]),
  defineType('NS', 'RFC 1035 section 3.3.11', [domainName('NSDNAME')], { lowerCaseNames }),
  defineType('SOA', 'RFC 1035 section 3.3.13', soa, { lowerCaseNames, singleton }),
  defineType('CNAME', 'RFC 1035 section 3.3.1', [domainName('CNAME')], { lowerCaseNames, singleton }),
  defineType('DNAME', 'RFC 6672 section 2.1', [domainName('target')], { lowerCaseNames, singleton }),
  defineType('PTR', 'RFC 1035 section 3.3.12', [domainName('PTRDNAME')], { lowerCaseNames }),
  defineType('MX', 'RFC 1035 section 3.3.9', [u16('PREFERENCE'), domainName('EXCHANGE')], { lowerCaseNames }),
  defineType('TXT', 'RFC 1035 section 3.3.14', [characterStrings('TXT-DATA')]),
  defineType('HINFO', 'RFC 1035 section 3.3.2', [characterString('CPU'), characterString('OS')]),
  defineType('APL', 'RFC 3123 section 4', [addressPrefixes('apitem')]),
  defineType('A6', 'RFC 2874 section 3.1', a6, { lowerCaseNames, check: checkA6, obsolete: true }),
];
