import { defineType } from '../define-type.ts';
import { u16 } from '../fields/integer.ts';
import { domainName } from '../fields/name.ts';
import { characterStrings } from '../fields/text.ts';

const lowerCaseNames = true;
const obsolete = true;

const minfo = [domainName('RMAILBX'), domainName('EMAILBX')];
const px = [u16('PREFERENCE'), domainName('MAP822'), domainName('MAPX400')];

/** Mail routing and mailboxes, before and beside MX. */
export const mailTypes = [
  defineType('MD', 'RFC 1035 section 3.3.4', [domainName('MADNAME')], { lowerCaseNames, obsolete }),
  defineType('MF', 'RFC 1035 section 3.3.5', [domainName('MADNAME')], { lowerCaseNames, obsolete }),
  defineType('MB', 'RFC 1035 section 3.3.3', [domainName('MADNAME')], { lowerCaseNames }),
  defineType('MG', 'RFC 1035 section 3.3.6', [domainName('MGMNAME')], { lowerCaseNames }),
  defineType('MR', 'RFC 1035 section 3.3.8', [domainName('NEWNAME')], { lowerCaseNames }),
  defineType('MINFO', 'RFC 1035 section 3.3.7', minfo, { lowerCaseNames }),
  defineType('RP', 'RFC 1183 section 2.2', [domainName('mbox-dname'), domainName('txt-dname')], {
    lowerCaseNames,
  }),
  defineType('PX', 'RFC 2163 section 4', px, { lowerCaseNames }),
  defineType('SPF', 'RFC 7208 section 3.1', [characterStrings('data')], { obsolete }),
];
