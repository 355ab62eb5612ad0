import { expect, test } from '@jest/globals';
import { readSoa, setSoaSerial, soaSerialOffset } from '../../src/dnssec/soa.ts';
import { rdataFromText, rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';

const rdata = (): Uint8Array =>
  rdataFromText(Type.SOA, 'ns.example. hostmaster.example. 4294967295 7200 3600 1209600 300');

test('the numbers of an SOA', () => {
  expect(readSoa(rdata())).toEqual({
    serial: 4294967295,
    refresh: 7200,
    retry: 3600,
    expire: 1209600,
    minimum: 300,
  });
});

test('are found inside of other octets', () => {
  const octets = Uint8Array.of(1, 2, 3, ...rdata(), 4, 5);
  expect(readSoa(octets.subarray(3, octets.length - 2)).minimum).toBe(300);
});

test('the serial stands behind both names', () => {
  expect(soaSerialOffset(rdata())).toBe('ns.example.'.length + 1 + 'hostmaster.example.'.length + 1);
  expect(soaSerialOffset(rdataFromText(Type.SOA, '. . 1 2 3 4 5'))).toBe(2);
});

test('another serial leaves the rest as it is', () => {
  const changed = rdata();
  setSoaSerial(changed, 0x80000001);
  expect(rdataToText(Type.SOA, changed)).toBe(
    'ns.example. hostmaster.example. 2147483649 7200 3600 1209600 300',
  );
});
