import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { ipv4Address, ipv6Address } from './address.ts';
import { base64Data } from './data.ts';
import { u8 } from './integer.ts';
import { domainName } from './name.ts';

const SPACE = 32;
const DOT = 46;
const DISCOVERY_BIT = 0x80;
const MAX_TYPE = 3;

/** `Gateway Type`, `Algorithm`, `Gateway` and `Public Key` of IPSECKEY (RFC 4025 section 2). */
export function ipsecGateway(): Field {
  const algorithm = u8('Algorithm');
  const key = base64Data('Public Key');
  const noKey = base64Data('Public Key', { minimum: 0 });
  // Algorithm 0 says that there is no key (RFC 4025 section 2.4).
  const keyOf = (algorithmNumber: number): Field => (algorithmNumber === 0 ? noKey : key);
  return {
    name: 'Gateway',
    parse(tokens, out) {
      const type = tokens.integer('Gateway Type', MAX_TYPE);
      out.u8(type);
      algorithm.parse(tokens, out);
      const algorithmNumber = out.bytes[out.length - 1]!;
      gatewayOfType(type).parse(tokens, out);
      const keyStart = out.length;
      keyOf(algorithmNumber).parse(tokens, out);
      if (algorithmNumber === 0 && out.length > keyStart) throw keyWithoutAlgorithm();
    },
    print(rdata, out) {
      const type = rdata.u8();
      const algorithmNumber = rdata.u8();
      out.decimal(type);
      out.u8(SPACE);
      out.decimal(algorithmNumber);
      out.u8(SPACE);
      gatewayOfType(type).print(rdata, out);
      if (algorithmNumber === 0) return;
      out.u8(SPACE);
      key.print(rdata, out);
    },
    skip(rdata) {
      const type = rdata.u8();
      const algorithmNumber = rdata.u8();
      gatewayOfType(type).skip(rdata);
      if (algorithmNumber !== 0) key.skip(rdata);
      else if (rdata.remaining > 0) throw keyWithoutAlgorithm();
    },
  };
}

/** `D`, `type` and `relay` of AMTRELAY (RFC 8777 section 4.2). Relays of types to come are opaque. */
export function amtRelay(): Field {
  return {
    name: 'relay',
    parse(tokens, out) {
      const discovery = tokens.integer('D', 1);
      const type = tokens.integer('type', MAX_TYPE);
      out.u8((discovery === 1 ? DISCOVERY_BIT : 0) | type);
      gatewayOfType(type).parse(tokens, out);
    },
    print(rdata, out) {
      const octet = rdata.u8();
      out.decimal(octet >>> 7);
      out.u8(SPACE);
      out.decimal(octet & ~DISCOVERY_BIT);
      out.u8(SPACE);
      gatewayOfType(octet & ~DISCOVERY_BIT).print(rdata, out);
    },
    skip(rdata) {
      const type = rdata.u8() & ~DISCOVERY_BIT;
      if (type > MAX_TYPE) rdata.skip(rdata.remaining);
      else gatewayOfType(type).skip(rdata);
    },
  };
}

/** No gateway at all, written as a lone dot. */
const noGateway: Field = {
  name: 'Gateway',
  parse(tokens: Tokenizer) {
    tokens.need('Gateway');
    if (tokens.end - tokens.start !== 1 || tokens.bytes[tokens.start] !== DOT) {
      throw tokens.error('syntax/gateway', `no gateway is written ".", not "${tokens.text()}"`);
    }
  },
  print: (_rdata: Cursor, out: ByteBuffer) => out.u8(DOT),
  skip() {
    // Takes no octets.
  },
};

const GATEWAYS = [noGateway, ipv4Address('Gateway'), ipv6Address('Gateway'), domainName('Gateway')];

function gatewayOfType(type: number): Field {
  const gateway = GATEWAYS[type];
  if (gateway === undefined) throw inputError('wire/gateway', `gateway type ${type} is unknown`);
  return gateway;
}

function keyWithoutAlgorithm(): Error {
  return inputError('syntax/gateway', 'algorithm 0 means that there is no public key (RFC 4025 section 2.4)');
}
