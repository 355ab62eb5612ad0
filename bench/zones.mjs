/**
 * The zones of the benchmark, the same octets every time.
 *
 * host50k: 50,000 hosts. tld200k and tld2m: delegations of two name servers, one in ten signed. fleet: 1,000 small zones. tiny: ten records.
 */

/** A small generator of numbers with a fixed seed (mulberry32), each in [0, 1). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function label(random, index) {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  let text = '';
  for (let i = 0, length = 4 + Math.floor(random() * 9); i < length; i++)
    text += alphabet[Math.floor(random() * 36)];
  return `${text}${index.toString(36)}`;
}

const hex = (random, octets) =>
  Array.from({ length: octets }, () =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, '0'),
  )
    .join('')
    .toUpperCase();

function header(origin) {
  return [
    `$ORIGIN ${origin}`,
    '$TTL 3600',
    `@ IN SOA ns1.${origin} hostmaster.${origin} 2026010100 7200 3600 1209600 300`,
    `@ IN NS ns1.${origin}`,
    `@ IN NS ns2.${origin}`,
    'ns1 IN A 192.0.2.1',
    'ns2 IN A 192.0.2.2',
  ];
}

function hosts(origin, count, seed) {
  const random = randomNumbers(seed);
  const octet = () => Math.floor(random() * 256);
  const lines = header(origin);
  for (let i = 0; i < count; i++) {
    const name = label(random, i);
    lines.push(`${name} IN A 10.${octet()}.${octet()}.${octet()}`);
    if (i % 2 === 0) lines.push(`${name} IN AAAA 2001:db8:${octet().toString(16)}::${octet().toString(16)}`);
    if (i % 5 === 0) {
      lines.push(`${name} IN MX 10 mail${i % 7}.${origin}`);
      lines.push(`${name} IN TXT "v=spf1 ip4:192.0.2.${octet()} -all"`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function delegations(origin, count, seed) {
  const random = randomNumbers(seed);
  const lines = header(origin);
  for (let i = 0; i < count; i++) {
    const name = label(random, i);
    const host = Math.floor(random() * 5000);
    lines.push(`${name} IN NS ns1.hoster${host}.example.`);
    lines.push(`${name} IN NS ns2.hoster${host}.example.`);
    if (i % 10 === 0) lines.push(`${name} IN DS ${Math.floor(random() * 65536)} 13 2 ${hex(random, 32)}`);
  }
  return `${lines.join('\n')}\n`;
}

export const host50k = { origin: 'host50k.example.', text: () => hosts('host50k.example.', 50_000, 50) };
export const tld200k = { origin: 'tld200k.', text: () => delegations('tld200k.', 200_000, 200) };
export const tld2m = { origin: 'tld2m.', text: () => delegations('tld2m.', 2_000_000, 2000) };
export const tiny = { origin: 'tiny.example.', text: () => hosts('tiny.example.', 2, 1) };
export const fleet = Array.from({ length: 1000 }, (_, i) => ({
  origin: `zone${i}.example.`,
  text: () => hosts(`zone${i}.example.`, 10, 1000 + i),
}));
