import { MnemonicTable } from '../../dns/mnemonic-table.ts';
import type { Field } from '../field.ts';
import { printBits, setBit } from './bitmap.ts';
import { mnemonicU8, numberOrMnemonic, type Words } from './mnemonic.ts';

/** Protocols that WKS records name (RFC 1010, as RFC 1035 section 3.4.2 has it). */
const PROTOCOLS: Words = [
  ['ICMP', 1],
  ['IGMP', 2],
  ['GGP', 3],
  ['ST', 5],
  ['TCP', 6],
  ['EGP', 8],
  ['UDP', 17],
];

/** Services with a well-known port below 1024 that master files name. */
const SERVICES = new MnemonicTable([
  ['tcpmux', 1],
  ['rje', 5],
  ['echo', 7],
  ['discard', 9],
  ['systat', 11],
  ['users', 11],
  ['daytime', 13],
  ['netstat', 15],
  ['qotd', 17],
  ['quote', 17],
  ['chargen', 19],
  ['ftp-data', 20],
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['time', 37],
  ['rlp', 39],
  ['nameserver', 42],
  ['nicname', 43],
  ['whois', 43],
  ['domain', 53],
  ['bootps', 67],
  ['bootpc', 68],
  ['tftp', 69],
  ['gopher', 70],
  ['finger', 79],
  ['http', 80],
  ['www', 80],
  ['link', 87],
  ['kerberos', 88],
  ['supdup', 95],
  ['hostnames', 101],
  ['iso-tsap', 102],
  ['csnet-ns', 105],
  ['pop2', 109],
  ['pop3', 110],
  ['sunrpc', 111],
  ['auth', 113],
  ['sftp', 115],
  ['uucp-path', 117],
  ['nntp', 119],
  ['ntp', 123],
  ['netbios-ns', 137],
  ['netbios-dgm', 138],
  ['netbios-ssn', 139],
  ['imap', 143],
  ['imap2', 143],
  ['snmp', 161],
  ['snmptrap', 162],
  ['bgp', 179],
  ['irc', 194],
  ['ldap', 389],
  ['https', 443],
  ['submission', 587],
  ['ldaps', 636],
  ['imaps', 993],
  ['pop3s', 995],
]);

/** The protocol of WKS. */
export function protocol(name: string): Field {
  return mnemonicU8(name, PROTOCOLS);
}

/** A set of ports as a bit map, to the end of the RDATA (RFC 1035 section 3.4.2). */
export function portBitmap(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      const start = out.length;
      while (tokens.next()) setBit(out, start, numberOrMnemonic(name, tokens, SERVICES, 0xffff));
    },
    print: (rdata, out) => printBits(rdata, out, (port) => out.decimal(port)),
    skip: (rdata) => rdata.skip(rdata.remaining),
  };
}
