import type { KeyUse } from './state.ts';

/** The names of all rollovers. */
export type RolloverName =
  | 'zsk-prepublish'
  | 'ksk-double-ksk'
  | 'ksk-double-ds'
  | 'csk'
  | 'algorithm'
  | 'algorithm-withdrawal'
  | 'layout'
  | 'enable'
  | 'disable'
  | 'lost-ksk'
  | 'lost-zsk'
  | 'lost-csk'
  | 'zsk-swap'
  | 'ksk-swap';

/** Changes what keys do in the next publication. What a key's role has no part in stays as it is. */
export interface PublishStep {
  readonly kind: 'publish';
  readonly old?: Partial<KeyUse>;
  readonly new?: Partial<KeyUse>;
  /** Which of the policy's margins comes on top of the proof. */
  readonly margin: 'publish' | 'retire' | 'none';
  /** Whether it ends the rotation period, during which both old and new keys stand in the zone. */
  readonly endsPeriod?: boolean;
  /** What the step does, in words: "publish the new key". */
  readonly does: string;
}

/** Asks for another DS set at the parent and waits until it is there. */
export interface ParentStep {
  readonly kind: 'parent';
  readonly ask: 'add-new' | 'remove-old';
  /**
   * Which sets must be safe before the parent is asked: `replace` those that come up when somebody puts the new in the place of the old at
   * once, `between` only those on the way from the one to the other.
   */
  readonly safe: 'replace' | 'between';
  readonly margin: 'publish' | 'retire' | 'none';
  /** Whether the old DS is not asked for any more, while the next step waits for it to go. */
  readonly replaces?: true;
  readonly does: string;
}

export type Step = PublishStep | ParentStep;

export interface RolloverDefinition {
  /** How people call it. */
  readonly title: string;
  /** The procedure in the RFCs. */
  readonly reference: string;
  /** Whether it may run beside one of another kind that may, too. */
  readonly alone: boolean;
  /** Whether there is a step by which the keys that sign the DNSKEY RRset are others at once, or of other algorithms. */
  readonly swapsKsk?: true;
  readonly steps: readonly Step[];
}

const GONE = { published: false, signsKeys: false, signsZone: false } as const;

const addDs: ParentStep = {
  kind: 'parent',
  ask: 'add-new',
  safe: 'replace',
  margin: 'publish',
  does: 'add the new DS at the parent',
};
const removeDs: ParentStep = {
  kind: 'parent',
  ask: 'remove-old',
  safe: 'between',
  margin: 'none',
  does: 'remove the old DS at the parent',
};
const replaceDs: ParentStep = {
  ...addDs,
  margin: 'none',
  replaces: true,
  does: 'put the new DS in the place of the old at the parent',
};
const dropOld: PublishStep = { kind: 'publish', old: GONE, margin: 'retire', does: 'remove the old DNSKEY' };

const dropOldAtEnd: PublishStep = { ...dropOld, endsPeriod: true };

const publishNew: PublishStep = {
  kind: 'publish',
  new: { published: true, signsKeys: true },
  margin: 'none',
  does: 'publish the new DNSKEY, both sign the DNSKEY RRset',
};
const signWithNew: PublishStep = {
  kind: 'publish',
  new: { signsZone: true },
  old: { signsZone: false },
  margin: 'publish',
  does: 'sign with the new key instead of the old',
};

/** DS first, so that every cache trusts the new key before its DNSKEY takes the place of the old. */
const doubleDs: readonly Step[] = [
  { ...addDs, safe: 'between' },
  {
    kind: 'publish',
    new: { published: true, signsKeys: true },
    old: GONE,
    margin: 'publish',
    does: 'swap the DNSKEYs',
  },
  { ...removeDs, margin: 'retire' },
];

/** A key for both halves of the work takes over from one key, or from two; then the DS follows. */
const takeOver: readonly Step[] = [publishNew, signWithNew, addDs, removeDs];

/** The DNSKEYs of an algorithm go first: nobody looks for its signatures then. */
const withoutKeys: PublishStep = {
  kind: 'publish',
  old: { published: false, signsKeys: false },
  margin: 'retire',
  does: 'remove the old DNSKEYs, keep their signatures',
};
const withoutSignatures: PublishStep = {
  kind: 'publish',
  old: GONE,
  margin: 'retire',
  does: 'remove the old signatures',
};

/** The new keys do all the work in the next version, and the old ones are out of it: what that breaks has to be agreed to. */
const swapAtOnce: PublishStep = {
  kind: 'publish',
  new: { published: true, signsKeys: true, signsZone: true },
  old: GONE,
  margin: 'none',
  does: 'put the new key in the place of the old',
};

const UNDER_OLD_SOA = 'under the old SOA and signatures';

/** The one table of rollovers. The proof decides when a step may be taken; the table only says which comes next. */
export const ROLLOVERS: Readonly<Record<RolloverName, RolloverDefinition>> = {
  'zsk-prepublish': {
    title: 'ZSK rollover (pre-publication)',
    reference: 'RFC 6781 section 4.1.1.1, RFC 7583 section 3.2.1',
    alone: false,
    steps: [
      { kind: 'publish', new: { published: true }, margin: 'none', does: 'publish the new DNSKEY' },
      signWithNew,
      dropOldAtEnd,
    ],
  },
  'ksk-double-ksk': {
    title: 'KSK rollover (double-KSK)',
    reference: 'RFC 6781 section 4.1.2, RFC 7583 section 3.3.1',
    alone: false,
    steps: [publishNew, addDs, removeDs, dropOldAtEnd],
  },
  'ksk-double-ds': {
    title: 'KSK rollover (double-DS)',
    reference: 'RFC 7583 section 3.3.2',
    alone: false,
    swapsKsk: true,
    steps: doubleDs,
  },
  csk: {
    title: 'CSK rollover',
    reference: 'RFC 6781 section 4.1.3',
    alone: true,
    steps: [...takeOver, dropOldAtEnd],
  },
  algorithm: {
    title: 'algorithm rollover (conservative)',
    reference: 'RFC 6781 section 4.1.4',
    alone: true,
    swapsKsk: true,
    steps: [
      {
        kind: 'publish',
        new: { signsZone: true },
        margin: 'none',
        does: 'sign the zone with both algorithms',
      },
      {
        kind: 'publish',
        new: { published: true, signsKeys: true },
        margin: 'publish',
        does: 'publish the new DNSKEYs',
      },
      addDs,
      removeDs,
      withoutKeys,
      withoutSignatures,
    ],
  },
  'algorithm-withdrawal': {
    title: 'withdrawal of a new algorithm',
    reference: 'RFC 6781 section 4.1.4',
    alone: true,
    swapsKsk: true,
    steps: [
      { ...addDs, safe: 'between', margin: 'none', does: 'keep the DS of the old algorithm at the parent' },
      { ...removeDs, does: 'remove the DS of the new algorithm at the parent' },
      { ...withoutKeys, does: 'remove the DNSKEYs of the new algorithm, keep their signatures' },
      { ...withoutSignatures, does: 'remove the signatures of the new algorithm' },
    ],
  },
  layout: {
    title: 'change between KSK and ZSK and one CSK',
    reference: 'RFC 6781 section 4.1.3',
    alone: true,
    steps: [...takeOver, dropOld],
  },
  enable: {
    title: 'enable DNSSEC',
    reference: 'RFC 6781 section 4.4.1',
    alone: true,
    steps: [
      {
        kind: 'publish',
        new: { published: true, signsKeys: true, signsZone: true },
        // Keys that were lost before the parent had their DS.
        old: GONE,
        margin: 'none',
        does: 'publish the signed zone',
      },
      addDs,
    ],
  },
  disable: {
    title: 'disable DNSSEC',
    reference: 'RFC 6781 section 4.4.2, RFC 8078 section 4',
    alone: true,
    steps: [
      { ...removeDs, does: 'remove all DS at the parent' },
      { kind: 'publish', old: GONE, margin: 'retire', does: 'publish the unsigned zone' },
    ],
  },
  'lost-ksk': {
    title: 'replacement of a lost KSK (double-DS)',
    reference: 'RFC 7583 section 3.3.2',
    alone: false,
    swapsKsk: true,
    steps: doubleDs,
  },
  'lost-zsk': {
    title: 'replacement of a lost ZSK',
    reference: 'RFC 7583 section 3.2.1',
    alone: false,
    steps: [
      {
        kind: 'publish',
        new: { published: true },
        margin: 'none',
        does: `publish the new DNSKEY ${UNDER_OLD_SOA}`,
      },
      signWithNew,
      dropOld,
    ],
  },
  'lost-csk': {
    title: 'replacement of a lost CSK, or of KSK and ZSK',
    reference: 'RFC 7583 sections 3.3.2 and 3.2.1',
    alone: true,
    swapsKsk: true,
    steps: [
      { ...addDs, safe: 'between' },
      {
        kind: 'publish',
        new: { published: true, signsKeys: true },
        old: { signsKeys: false },
        margin: 'publish',
        does: `publish the new DNSKEY ${UNDER_OLD_SOA}, the new key signs the DNSKEY RRset`,
      },
      signWithNew,
      { ...removeDs, margin: 'retire' },
      dropOld,
    ],
  },
  'zsk-swap': {
    title: 'swap of a ZSK at once',
    reference: 'RFC 6781 section 4.2.2',
    alone: false,
    steps: [swapAtOnce],
  },
  'ksk-swap': {
    title: 'swap of a KSK or CSK at once',
    reference: 'RFC 6781 section 4.2.1',
    alone: false,
    swapsKsk: true,
    steps: [swapAtOnce, replaceDs, removeDs],
  },
};
