/** The grammar of RFC 7208 section 12. Lengths of labels are bounded, so that no policy takes long. */
const MACRO = String.raw`%(?:\{[slodiphcrtv]\d*r?[.+,/_=-]*\}|[%_-])`;
const TEXT = String.raw`(?:${MACRO}|[!-$&-~])*`;
const TOP_LABEL = String.raw`[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?`;
const DOMAIN = String.raw`${TEXT}(?:\.${TOP_LABEL}\.?|${MACRO})`;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const LENGTH_4 = String.raw`\/(?:3[0-2]|[12]?\d)`;
const LENGTH_6 = String.raw`(?:12[0-8]|1[01]\d|[1-9]?\d)`;
const LENGTHS = String.raw`(?:${LENGTH_4})?(?:\/\/${LENGTH_6})?`;

const MECHANISMS = [
  'all',
  `include:${DOMAIN}`,
  `(?:a|mx)(?::${DOMAIN})?${LENGTHS}`,
  `ptr(?::${DOMAIN})?`,
  `exists:${DOMAIN}`,
  String.raw`ip4:${OCTET}(?:\.${OCTET}){3}(?:${LENGTH_4})?`,
  String.raw`ip6:[\da-f:.]*:[\da-f:.]*(?:\/${LENGTH_6})?`,
];
const MODIFIERS = [`(?:redirect|exp)=${DOMAIN}`, String.raw`(?!(?:redirect|exp)=)[a-z][\w.-]*=${TEXT}`];
const TERM = new RegExp(`^(?:[+?~-]?(?:${MECHANISMS.join('|')})|${MODIFIERS.join('|')})$`, 'i');
/** Modifiers that may stand once (RFC 7208 section 6). */
const ONCE = ['redirect=', 'exp='];

/** What is wrong with the form of an SPF policy, which begins with its version; undefined where nothing is. */
export function findSpfFault(policy: string): string | undefined {
  const terms = policy.split(' ').slice(1);
  const wrong = terms.find((term) => term !== '' && !TERM.test(term));
  if (wrong !== undefined) return `the term "${wrong}"`;
  const again = ONCE.find((name) => terms.filter((term) => term.toLowerCase().startsWith(name)).length > 1);
  return again === undefined ? undefined : `"${again}" twice`;
}
