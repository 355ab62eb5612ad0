import { parseTtl } from '../../dns/ttl.ts';
import type { Field } from '../field.ts';

/** An unsigned 8 bit integer. */
export function u8(name: string): Field {
  return {
    name,
    parse: (tokens, out) => out.u8(tokens.integer(name, 0xff)),
    print: (rdata, out) => out.decimal(rdata.u8()),
    skip: (rdata) => rdata.skip(1),
  };
}

/** An unsigned 16 bit integer. */
export function u16(name: string): Field {
  return {
    name,
    parse: (tokens, out) => out.u16(tokens.integer(name, 0xffff)),
    print: (rdata, out) => out.decimal(rdata.u16()),
    skip: (rdata) => rdata.skip(2),
  };
}

/** An unsigned 32 bit integer. */
export function u32(name: string): Field {
  return {
    name,
    parse: (tokens, out) => out.u32(tokens.integer(name, 0xffffffff)),
    print: (rdata, out) => out.decimal(rdata.u32()),
    skip: (rdata) => rdata.skip(4),
  };
}

/** A 32 bit count of seconds, which text may also give with units (`1h30m`). */
export function seconds(name: string): Field {
  return {
    ...u32(name),
    parse(tokens, out) {
      tokens.need(name);
      const value = parseTtl(tokens.bytes, tokens.start, tokens.end);
      if (value < 0)
        throw tokens.error('syntax/number', `${name} must be a number of seconds, not "${tokens.text()}"`);
      if (value > 0xffffffff)
        throw tokens.error('syntax/number', `${name} is ${tokens.text()}, more than 32 bits hold`);
      out.u32(value);
    },
  };
}
