/** What the options of BIND's `dnssec-*` programs are here, for those who type them out of habit: by command, then by option. */
const COUNTERPARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  keygen: {
    '-n': 'leave it out: every key is one of a zone',
    '-3': 'leave it out: every algorithm goes with NSEC3',
    '-q': 'leave it out: the names of the keys are all that is printed',
    '-r': 'leave it out: the random numbers are those of the system',
    '-T': 'leave it out: DNSKEY records alone are made',
    '-E': 'keys in an HSM are made with --pkcs11 URI',
    '-k': 'the policies of zones are in the configuration',
    '-l': 'the policies of zones are in the configuration',
  },
  sign: {
    '-S': 'leave it out: the times in the key files always decide which keys sign',
    '-f': 'the output is -o FILE',
    '-e': 'when validity ends is --expiration TIME, or --validity DURATION',
    '-s': 'when validity begins is --inception TIME',
    '-i': 'the renewal of signatures is --refresh DURATION',
    '-j': 'it is --jitter DURATION',
    '-N': 'it is --serial POLICY; unixtime is the default',
    '-3': 'NSEC3 is --nsec3, with --nsec3-salt HEX for a salt',
    '-H': 'it is --nsec3-iterations N; 0 is the default, and best',
    '-A': 'it is --nsec3-opt-out',
    '-n': 'the number of threads is --jobs N',
    '-x': 'leave it out: KSKs sign the DNSKEY RRset alone',
    '-u': 'leave it out: the chain is always made to fit the zone',
    '-a': 'leave it out; --verify verifies the whole zone before it is put in place',
    '-P': 'leave it out; "zonewright verify" is a command of its own',
    '-t': 'leave it out: the summary always comes',
  },
  verify: {
    '-o': 'leave it out: the zone is the owner of the SOA',
    '-x': 'leave it out: either way of signing the DNSKEY RRset is accepted',
  },
  ds: {
    '-f': 'name the zone file, or - for standard input, as the argument',
    '-a': 'it is --digest sha256 or sha384',
    '-1': 'it is --digest sha1, which nobody should want',
    '-2': 'it is --digest sha256, which is the default',
    '-T': 'it is --ttl TTL',
  },
};

/** What to type in place of an option of BIND's tools; undefined where there is nothing like it. */
export function counterpartOf(command: string, option: string): string | undefined {
  return COUNTERPARTS[command]?.[option.slice(0, 2)];
}
