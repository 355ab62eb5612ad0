// Signs a zone in memory, verifies it, and prints the DS for its parent: node examples/library.mjs
import { dsFromKey, findingText, generateKey, parseZone, signZone, verifyZone } from 'zonewright';

const zone = parseZone(`
$ORIGIN example.com.
$TTL 3600
@    SOA ns1 hostmaster 1 7200 3600 1209600 300
     NS  ns1
ns1  A   192.0.2.1
www  A   192.0.2.2
`);

const key = await generateKey('example.com', { algorithm: 'ED25519' });
const ds = dsFromKey(key);

const signed = await signZone(zone, [key]);
const { ok, findings } = await verifyZone(signed.zone, { ds: [ds.data] });
for (const finding of findings) console.error(findingText(finding));
if (!ok) throw new Error('the signed zone is not valid');

console.error(
  `${signed.signaturesMade} signatures, valid until ${new Date(signed.firstExpiration * 1000).toISOString()}`,
);
process.stdout.write(signed.zone.toString());
console.error(`for the parent: ${ds.zone} IN DS ${ds.data}`);
