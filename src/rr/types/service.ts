import { defineType } from '../define-type.ts';
import { amtRelay } from '../fields/gateway.ts';
import { u16, u8 } from '../fields/integer.ts';
import { wordU8, type Words } from '../fields/mnemonic.ts';
import { domainName } from '../fields/name.ts';
import { checkSvcb, svcParams } from '../fields/svcb.ts';
import { characterString, characterStrings, longText } from '../fields/text.ts';
import { typeCode } from '../fields/type.ts';
import { portBitmap, protocol } from '../fields/wks.ts';
import { ipv4Address } from '../fields/address.ts';

const lowerCaseNames = true;

const srv = [u16('Priority'), u16('Weight'), u16('Port'), domainName('Target')];

const naptr = [
  u16('ORDER'),
  u16('PREFERENCE'),
  characterString('FLAGS'),
  characterString('SERVICES'),
  characterString('REGEXP'),
  domainName('REPLACEMENT'),
];

const svcb = [u16('SvcPriority'), domainName('TargetName'), svcParams('SvcParams')];

/** RFC 9859 section 2.1. */
const SCHEMES: Words = [['NOTIFY', 1]];
const dsync = [typeCode('RRtype'), wordU8('Scheme', SCHEMES), u16('Port'), domainName('Target')];

/** Where services are. */
export const serviceTypes = [
  defineType('SRV', 'RFC 2782', srv, { lowerCaseNames }),
  defineType('NAPTR', 'RFC 3403 section 4.1', naptr, { lowerCaseNames }),
  defineType('URI', 'RFC 7553 section 4', [u16('Priority'), u16('Weight'), longText('Target')]),
  defineType('SVCB', 'RFC 9460 section 2', svcb, { check: checkSvcb }),
  defineType('HTTPS', 'RFC 9460 section 9', svcb, { check: checkSvcb }),
  defineType('DSYNC', 'RFC 9859 section 2', dsync),
  defineType('AMTRELAY', 'RFC 8777 section 4', [u8('precedence'), amtRelay()]),
  defineType('AFSDB', 'RFC 1183 section 1', [u16('SUBTYPE'), domainName('HOSTNAME')], { lowerCaseNames }),
  defineType('RESINFO', 'RFC 9606 section 4', [characterStrings('resolver information')]),
  defineType('WALLET', 'IANA registration of type 262', [characterStrings('wallet')]),
  defineType('AVC', 'IANA registration of type 258', [characterStrings('AVC-DATA')]),
  defineType('WKS', 'RFC 1035 section 3.4.2', [
    ipv4Address('ADDRESS'),
    protocol('PROTOCOL'),
    portBitmap('BIT MAP'),
  ]),
];
