import { defineType } from '../define-type.ts';
import { dashableBase64 } from '../fields/doa.ts';
import { base64Data } from '../fields/data.ts';
import { u32, u8 } from '../fields/integer.ts';
import { domainName } from '../fields/name.ts';
import { oldTypeBitmap } from '../fields/nxt.ts';
import { characterString, characterStrings } from '../fields/text.ts';

const obsolete = true;

const sink = [u8('meaning'), u8('coding'), u8('subcoding'), base64Data('data', { minimum: 0 })];

const doa = [
  u32('DOA-ENTERPRISE'),
  u32('DOA-TYPE'),
  u8('DOA-LOCATION'),
  characterString('DOA-MEDIA-TYPE'),
  dashableBase64('DOA-DATA'),
];

const nxt = [domainName('next domain name'), oldTypeBitmap('type bit map')];

/** What was given up, or never became a standard. */
export const obsoleteTypes = [
  defineType('NULL', 'RFC 1035 section 3.3.10'),
  defineType('NXT', 'RFC 2535 section 5', nxt, { lowerCaseNames: true, obsolete }),
  defineType('NINFO', 'draft-reid-dnsext-zs-01', [characterStrings('ZS-DATA')], { obsolete }),
  defineType('SINK', 'draft-ietf-dnsind-kitchen-sink-02', sink, { obsolete }),
  defineType('DOA', 'draft-durand-doa-over-dns-03', doa, { obsolete }),
];
