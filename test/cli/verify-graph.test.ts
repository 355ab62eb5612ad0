import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { makeDs } from '../../src/dnssec/ds.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { nodeCrypto } from '../../src/io/crypto/node-crypto.ts';
import { rdataToText } from '../../src/rr/rdata.ts';
import { Type } from '../../src/rr/registry.ts';
import { SignedZoneText } from '../support/signed-zone-text.ts';
import { NOW, signText } from '../support/sign-text.ts';
import { ed25519Key } from '../support/test-keys.ts';
import { zoneToText } from '../support/zone-text.ts';
import { runInProcess } from './in-process.ts';
import { workIn } from './working-directory.ts';

const ksk = ed25519Key('ksk', 'the KSK of graphs');
const zsk = ed25519Key('zsk', 'the ZSK of graphs');
const content = `
example. 3600 IN SOA ns1.example. hostmaster.example. 1 7200 3600 1209600 300
example. 3600 IN NS ns1.example.
ns1.example. 3600 IN A 192.0.2.1
`;
const ds = rdataToText(Type.DS, makeDs(nameFromText('example.'), ksk.dnskeyRdata, 2, nodeCrypto));

let signed = '';

beforeAll(async () => {
  signed = zoneToText((await signText(content, { keys: [ksk, zsk] })).zone);
});

beforeEach(() => {
  const unsigned = new SignedZoneText(signed);
  unsigned.remove('ns1.example.', 'RRSIG A');
  const changed = new SignedZoneText(signed);
  changed.edit('ns1.example.', 'A', '192.0.2.1', '192.0.2.9');
  workIn({ good: signed, unsigned: unsigned.toString(), changed: changed.toString() });
});

async function graph(format: string, file: string, rdata = ds): Promise<{ status: number; stdout: string }> {
  return runInProcess(['verify', file, '--ds', rdata, '--graph', format], { clock: NOW });
}

test('Mermaid: the chain of a good zone has no broken link', async () => {
  const { status, stdout } = await graph('mermaid', 'good');
  expect(status).toBe(0);
  expect(stdout).toContain(`["DS ${ksk.keyTag}<br/>ED25519<br/>digest type 2"]`);
  expect(stdout).toContain(`["KSK ${ksk.keyTag}<br/>ED25519"]`);
  expect(stdout).toContain(`["ZSK ${zsk.keyTag}<br/>ED25519"]`);
  // SOA, NS and A; one NSEC for each of two names.
  expect(stdout).toMatch(/-->\|"3 signed"\| data\n/);
  expect(stdout).toMatch(/-->\|"2 signed"\| denial\n/);
  expect(stdout).not.toMatch(/linkStyle|class \w/);
});

test.each([
  ['changed', 'a signature that fails', /-->\|"2 signed, 1 failed"\| data\n[^]*linkStyle \d/],
  ['unsigned', 'one that is missing', /data\["zone data<br\/>1 error"\][^]*class data broken/],
])('Mermaid: a zone that is %s shows %s', async (file, _, expected) => {
  const { status, stdout } = await graph('mermaid', file);
  expect(status).toBe(1);
  expect(stdout).toMatch(expected);
});

test('a DS with the tag of a key but another digest is broken', async () => {
  const { stdout } = await graph('mermaid', 'good', ds.replace(/\S{8}$/, '00000000'));
  expect(stdout).toContain('class ds0 broken');
});

test.each(['good', 'changed'])('SVG: %s has a box for each part, and red where it breaks', async (file) => {
  const { stdout } = await graph('svg', file);
  expect(stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*>\n<title>example\. /);
  // The background, DS, KSK, ZSK, data and NSEC.
  expect(stdout.match(/<rect /g)).toHaveLength(6);
  expect(/stroke="#c62828"/.test(stdout)).toBe(file === 'changed');
});

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** The boxes and the arrows of a picture. */
function shapesOf(picture: string): { boxes: Box[]; arrows: Point[][] } {
  const number = (element: string, name: string): number =>
    Number(new RegExp(` ${name}="([\\d.]+)"`).exec(element)![1]);
  const boxes = [...picture.matchAll(/<rect x=[^>]*>/g)].map(([element]) => ({
    x: number(element, 'x'),
    y: number(element, 'y'),
    width: number(element, 'width'),
    height: number(element, 'height'),
  }));
  const arrows = [...picture.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points!.split(' ').map((point) => {
      const [x, y] = point.split(',').map(Number);
      return { x: x!, y: y! };
    }),
  );
  return { boxes, arrows };
}

/** Whether a straight line passes through the inside of a box. */
function crosses([a, b]: readonly [Point, Point], { x, y, width, height }: Box): boolean {
  const steps = 200;
  return Array.from({ length: steps + 1 }, (_, i) => i / steps).some((share) => {
    const [atX, atY] = [a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share];
    return atX > x + 1 && atX < x + width - 1 && atY > y + 1 && atY < y + height - 1;
  });
}

test('SVG: no arrow passes through a box, however many keys there are', async () => {
  const keys = ['one', 'two', 'three'].map((word) => ed25519Key('zsk', word));
  const zone = new SignedZoneText(zoneToText((await signText(content, { keys: [ksk, zsk, ...keys] })).zone));
  // A key that is not published any more, so that the signature over the DNSKEY RRset, past the ZSKs, fails too.
  const gone = rdataToText(Type.DNSKEY, keys[0]!.dnskeyRdata);
  zone.lines = zone.lines.filter((line) => !line.includes(gone));
  zone.sign('ns1.example.', 'A', ksk);
  workIn({ many: zone.toString() });
  const { stdout } = await graph('svg', 'many');
  const { boxes, arrows } = shapesOf(stdout);
  // DS, KSK, four ZSKs, DNSKEY, data and NSEC.
  expect(boxes).toHaveLength(9);
  expect(arrows.some((points) => points.length > 2)).toBe(true);
  for (const points of arrows) {
    for (const [i, point] of points.slice(1).entries()) {
      expect(boxes.filter((box) => crosses([points[i]!, point], box))).toEqual([]);
    }
  }
  // What an arrow says stands in the box that it leads to.
  expect(stdout).toMatch(new RegExp(`>key ${keys[0]!.keyTag}: \\d+ failed<`));
});

test('DOT: a digraph with a node for each box', async () => {
  const { stdout } = await graph('dot', 'changed');
  expect(stdout).toMatch(/^digraph chain \{\n[^]*\}\n$/);
  expect(stdout.match(/ \[label="[^"]*" color=/g)!.length).toBeGreaterThanOrEqual(5);
  expect(stdout).toContain('penwidth=2');
});

test('a graph is of one zone, and no other format', async () => {
  const status = async (...args: string[]): Promise<number> =>
    (await runInProcess(['verify', ...args])).status;
  expect(await status('good', 'changed', '--graph', 'svg')).toBe(2);
  expect(await status('good', '--graph', 'svg', '--format', 'sarif')).toBe(2);
  expect(await status('good', '--graph', 'pdf')).toBe(2);
});
