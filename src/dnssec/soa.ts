import { nameLength } from '../dns/name.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';

/** The numbers of an SOA record (RFC 1035 section 3.3.13). Times are in seconds. */
export interface SoaNumbers {
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** Where the serial starts in SOA RDATA: behind MNAME and RNAME. */
export function soaSerialOffset(rdata: Uint8Array): number {
  const mname = nameLength(rdata);
  return mname + nameLength(rdata, mname);
}

/** Reads the numbers of SOA RDATA. */
export function readSoa(rdata: Uint8Array): SoaNumbers {
  const view = new DataView(rdata.buffer, rdata.byteOffset + soaSerialOffset(rdata));
  return {
    serial: view.getUint32(0),
    refresh: view.getUint32(4),
    retry: view.getUint32(8),
    expire: view.getUint32(12),
    minimum: view.getUint32(16),
  };
}

/** Writes another serial into SOA RDATA. */
export function setSoaSerial(rdata: Uint8Array, serial: number): void {
  new DataView(rdata.buffer, rdata.byteOffset).setUint32(soaSerialOffset(rdata), serial);
}

/** The serial of a zone that has an SOA. */
export function apexSerial(zone: Zone): number {
  return readSoa(zone.rdatasOf(zone.apexRrset(Type.SOA))[0]!).serial;
}
