import type { VerifyReport } from '../commands/verify.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import type { Finding } from '../dnssec/verify/findings.ts';
import { partOfType, SIGNED_PARTS, type SignedPart } from '../dnssec/verify/key-tallies.ts';
import { findType } from '../rr/registry.ts';

/** A box of the chain from the parent to the data. */
export interface GraphNode {
  readonly id: string;
  /** 0 is the parent, 1 the keys that sign the DNSKEY RRset, 2 the other keys, 3 the data. */
  readonly rank: 0 | 1 | 2 | 3;
  readonly lines: readonly string[];
  readonly broken: boolean;
}

/** An arrow: from what vouches to what it vouches for. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly broken: boolean;
}

/** The chain of trust of a zone as boxes and arrows. */
export interface ChainGraph {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const PART_NAMES: Readonly<Record<SignedPart, string>> = {
  keys: 'DNSKEY, CDS, CDNSKEY',
  data: 'zone data',
  delegations: 'DS of delegations',
  denial: 'NSEC, NSEC3',
};

/** Draws what a report says of DS, keys and signatures. */
export function chainGraph({ zone, ok, keys, chain, findings }: VerifyReport): ChainGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const tallyOf = (key: number, part: SignedPart): { valid: number; failed: number } =>
    chain.tallies.find((tally) => tally.key === key && tally.part === part) ?? { valid: 0, failed: 0 };
  const signsKeys = keys.map((_, index) => tallyOf(index, 'keys').valid > 0);
  keys.forEach(({ keyTag, algorithm, sep, revoked }, index) => {
    const signs = signsKeys[index] === true;
    const data = SIGNED_PARTS.some((part) => part !== 'keys' && tallyOf(index, part).valid > 0);
    const role = sep ? (data ? 'CSK' : 'KSK') : 'ZSK';
    const state = chain.states?.[index];
    nodes.push({
      id: `key${index}`,
      rank: sep || signs ? 1 : 2,
      lines: [
        `${role} ${keyTag}`,
        algorithmLabel(algorithm),
        [state, revoked ? 'revoked' : undefined].filter((word) => word !== undefined).join(', '),
      ].filter((line) => line !== ''),
      broken: sep && !signs && tallyOf(index, 'keys').failed > 0,
    });
  });
  (chain.ds ?? []).forEach(({ keyTag, algorithm, digestType, key }, index) => {
    const broken = key < 0 || signsKeys[key] !== true;
    nodes.push({
      id: `ds${index}`,
      rank: 0,
      lines: [`DS ${keyTag}`, algorithmLabel(algorithm), `digest type ${digestType}`],
      broken,
    });
    if (key >= 0) edges.push({ from: `ds${index}`, to: `key${key}`, label: '', broken });
  });
  // A key that signs the DNSKEY RRset vouches for the keys below.
  keys.forEach((_, signer) => {
    if (signsKeys[signer] !== true) return;
    keys.forEach((other, index) => {
      if (nodes[index]!.rank === 2 && index !== signer)
        edges.push({ from: `key${signer}`, to: `key${index}`, label: '', broken: other.revoked });
    });
  });
  const strangers = new Set<string>();
  for (const { key, keyTag, algorithm, part, valid, failed } of chain.tallies) {
    if (part === 'keys' && key >= 0 && valid > 0 && failed === 0) continue;
    const from = key >= 0 ? `key${key}` : `stranger${algorithm}x${keyTag}`;
    if (key < 0 && !strangers.has(from)) {
      strangers.add(from);
      nodes.push({
        id: from,
        rank: 2,
        lines: [`key ${keyTag}`, algorithmLabel(algorithm), 'not published'],
        broken: true,
      });
    }
    if (!nodes.some(({ id }) => id === part))
      nodes.push({ id: part, rank: 3, lines: [PART_NAMES[part]], broken: false });
    const label = [valid > 0 ? `${valid} signed` : '', failed > 0 ? `${failed} failed` : '']
      .filter((count) => count !== '')
      .join(', ');
    edges.push({ from, to: part, label, broken: failed > 0 });
  }
  for (const part of SIGNED_PARTS) {
    const errors = findings.filter((finding) => finding.severity === 'error' && partOf(finding) === part);
    if (errors.length === 0) continue;
    const at = nodes.findIndex(({ id }) => id === part);
    const count = `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`;
    const node: GraphNode = { id: part, rank: 3, lines: [PART_NAMES[part], count], broken: true };
    if (at < 0) nodes.push(node);
    else nodes[at] = node;
  }
  return { title: `${zone} ${ok ? 'validates' : 'does not validate'}`, nodes, edges };
}

/** The part of the zone that a finding is about; undefined for what is about none. */
function partOf({ code, type }: Finding): SignedPart | undefined {
  if (/^(?:nsec3?|denial)\//.test(code)) return 'denial';
  return code.startsWith('rrsig/') ? partOfType(typeNumber(type)) : undefined;
}

function typeNumber(mnemonic: string): number {
  const bytes = new TextEncoder().encode(mnemonic);
  return findType(bytes, 0, bytes.length);
}
