import type { FindingKinds } from './kind.ts';

/** About DS records, of the parent and for children, and trust anchors. */
export const DS_FINDINGS = {
  'ds/no-match': {
    severity: 'error',
    reference: 'RFC 4035 section 5.2',
    meaning: 'no DS of this algorithm and digest type stands for a key that signs the DNSKEY RRset',
    cure: 'correct the DS records at the parent, or sign with the key they stand for',
  },
  'ds/unmatched': {
    severity: 'note',
    reference: 'RFC 4035 section 5.2',
    meaning: 'a DS stands for no key that signs the DNSKEY RRset, but another one does',
    cure: 'remove the DS from the parent unless a rollover needs it',
  },
  'ds/revoked': {
    severity: 'warning',
    reference: 'RFC 5011 section 2.1',
    meaning: 'a DS stands for a key that is revoked, which validators do not take as an entry to the zone',
    cure: 'remove the DS from the parent, once it has that of another key',
  },
  'ds/not-sep': {
    severity: 'note',
    reference: 'RFC 4034 section 2.1.1',
    meaning: 'a DS stands for a key without the SEP flag',
    cure: 'set the SEP flag on keys that the parent points to',
  },
  'ds/unsupported': {
    severity: 'note',
    reference: 'RFC 4035 section 5.2',
    meaning: 'the algorithm or digest type of a DS is not supported',
    cure: 'use digest type 2 (SHA-256)',
  },
  'ds/nothing-supported': {
    severity: 'warning',
    reference: 'RFC 4035 section 5.2',
    meaning: 'no DS has a supported algorithm and digest type: validators take the zone for unsigned',
    cure: 'add a DS with digest type 2 (SHA-256)',
  },
  'ds/deprecated-digest': {
    severity: 'warning',
    reference: 'RFC 9905',
    meaning: 'all DS records use SHA-1, which validators stop supporting',
    cure: 'add a DS with digest type 2 (SHA-256)',
  },
  'ds/no-sha256': {
    severity: 'note',
    reference: 'RFC 8624 section 3.3',
    meaning: 'a key has DS records, but none with SHA-256, the only digest that every validator supports',
    cure: 'add a DS with digest type 2 (SHA-256)',
  },
  'ds/at-apex': {
    severity: 'error',
    reference: 'RFC 4035 section 2.4',
    meaning: 'a DS RRset must not be at the apex: it belongs to the parent',
    cure: 'remove the DS records',
  },
  'ds/no-delegation': {
    severity: 'warning',
    reference: 'RFC 4035 section 2.4',
    meaning: 'a DS RRset is at a name that is no delegation',
    cure: 'remove the DS records, or add the NS records of the delegation',
  },
  'anchor/no-match': {
    severity: 'error',
    reference: 'RFC 4035 section 5',
    meaning: 'no trust anchor is a key that signs the DNSKEY RRset',
    cure: 'correct the trust anchors, or sign with a key that they name',
  },
  'anchor/unmatched': {
    severity: 'note',
    reference: 'RFC 4035 section 5',
    meaning: 'a trust anchor is no key that signs the DNSKEY RRset, but another one is',
    cure: 'remove the trust anchor unless a rollover needs it',
  },
} as const satisfies FindingKinds;
