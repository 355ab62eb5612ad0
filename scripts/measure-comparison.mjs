// What each tool of the README's comparison does, by trying it: each cell is a script whose last line is what the cell says.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../bin/zonewright.js', import.meta.url));

/** Every script begins in an empty directory with this: a zone, and each tool's keys and its usual way to sign. */
const PRELUDE = String.raw`
set -u
zonewright() { node '${launcher}' --quiet "$@"; }
cat > z.zone <<'END'
$TTL 3600
$ORIGIN example.com.
@ IN SOA ns1 hostmaster 1 7200 1800 1209600 900
@ NS ns1
ns1 A 192.0.2.1
www A 192.0.2.2
mail A 192.0.2.3
END
answer() { "$@" >/dev/null 2>&1 && echo yes || echo no; }
keys_zonewright() { zonewright keygen example.com >keys.txt; }
sign_zonewright() { zonewright sign z.zone --output signed "$@"; }
keys_bind() { dnssec-keygen -q -a "$1" -f KSK example.com >ksk && dnssec-keygen -q -a "$1" example.com >zsk; }
sign_bind() { dnssec-signzone -q -S -o example.com -f signed "$@" z.zone; }
keys_ldns() { ldns-keygen -a "$1" -k example.com >ksk && ldns-keygen -a "$1" example.com >zsk; }
sign_ldns() { ldns-signzone -o example.com -f signed "$@" z.zone "$(cat ksk)" "$(cat zsk)"; }
keys_knot() {
  mkdir -p run kdb
  printf 'server:\n rundir: "%s/run"\ndatabase:\n storage: "%s/kdb"\npolicy:\n - id: p\n   %s\nzone:\n - domain: example.com\n   storage: "%s"\n   file: z.zone\n   dnssec-signing: on\n   dnssec-policy: p\n' \
    "$PWD" "$PWD" "${'$'}{1:-nsec3: off}" "$PWD" >knot.conf
}
sign_knot() { kzonesign -c knot.conf -o out "$@" example.com && cp out/* signed; }
rrsigs() { named-compilezone -q -i none -F text -s full -o - example.com "$1" | awk '$4 == "RRSIG"' | sort; }
edit() { sed -i 's/ 1 7200/ 2 7200/' z.zone && echo 'new A 192.0.2.4' >>z.zone; }
kept() { rrsigs signed >after; [ -s before ] && [ -s after ] && [ "$(comm -12 before after | wc -l)" -gt 0 ]; }
files() { find . -type f ! -name '*.sum' ! -path './kdb/*' -exec sha256sum {} + | sort -k2; }
`;

const measured = (commands) => ({ commands: commands.trim() });
const read = (says, source) => ({ says, source });

/** Whether a signer makes signatures for a file that it is given, with nothing running. */
const signs = (tool, keys) => measured(`${keys}\nsign_${tool} >/dev/null 2>&1\nanswer grep -qw RRSIG signed`);

const includes = (tool, keys) =>
  measured(`
echo 'included A 192.0.2.9' >part && echo '$INCLUDE part' >>z.zone
${keys}
sign_${tool} >/dev/null 2>&1 && grep -q '^included' signed && include=yes || include=no
sed -i '/INCLUDE/d' z.zone && echo '$GENERATE 1-3 host$ A 192.0.2.$' >>z.zone && rm -rf signed out
sign_${tool} >/dev/null 2>&1 && grep -q '^host3' signed && generate=yes || generate=no
case $include$generate in yesyes) echo both;; yesno) echo '\`$INCLUDE\`';; noyes) echo '\`$GENERATE\`';; *) echo neither;; esac`);

const keeps = (tool, keys) =>
  measured(
    `${keys}\nsign_${tool} >/dev/null 2>&1 && rrsigs signed >before\nsleep 1 && edit && sign_${tool} >/dev/null 2>&1\nanswer kept`,
  );

const leavesSource = (tool, keys) =>
  measured(`${keys}\nsha256sum z.zone >zone.sum\nsign_${tool} >/dev/null 2>&1\nanswer sha256sum -c zone.sum`);

/** A run without the private key of the KSK. */
const failsWell = (tool, keys, lose) =>
  measured(`
${keys}
sign_${tool} >/dev/null 2>&1
${lose} && edit && files >before.sum
sign_${tool} >/dev/null 2>&1 && echo 'signs without it' && exit
files >after.sum
changed=$(comm -13 before.sum after.sum | sed 's/^[0-9a-f]* *\\.\\///' | sort -u)
if [ -z "$changed" ]; then echo yes; else echo "changes $(echo "$changed" | sed 's/K.*//;s/\\(.*\\)/\`\\1\`/' | paste -sd' ')"; fi`);

const ROWS = {
  'Signs a plain master file, without a daemon': {
    zonewright: signs('zonewright', 'keys_zonewright'),
    BIND: signs('bind', 'keys_bind 13'),
    ldns: signs('ldns', 'keys_ldns 13'),
    Knot: signs('knot', 'keys_knot'),
    OpenDNSSEC: read('no', 'ods-signer(8): it sends commands to the engine, a daemon'),
  },
  'Keeps good signatures from unsigned source and last output': {
    zonewright: keeps('zonewright', 'keys_zonewright'),
    BIND: measured(`
keys_bind 13 && sign_bind >/dev/null 2>&1 && rrsigs signed >before
sleep 1 && edit && sign_bind >/dev/null 2>&1
if kept; then echo yes; exit; fi
cp signed last && rrsigs signed >before && sleep 1 && dnssec-signzone -q -S -o example.com -f signed last >/dev/null 2>&1
kept && echo 'from its own output alone' || echo no`),
    ldns: keeps('ldns', 'keys_ldns 13'),
    Knot: measured(`
keys_knot && sign_knot >/dev/null 2>&1 && rrsigs signed >before
sleep 1 && edit && sign_knot >/dev/null 2>&1
if kept; then echo yes; exit; fi
cp signed z.zone && rrsigs signed >before && sleep 1 && sign_knot >/dev/null 2>&1
kept && echo 'from its own output alone' || echo no`),
    OpenDNSSEC: read('yes', 'ods-kasp(5): Refresh'),
  },
  '`$INCLUDE` and `$GENERATE` in zone files': {
    zonewright: includes('zonewright', 'keys_zonewright'),
    BIND: includes('bind', 'keys_bind 13'),
    ldns: includes('ldns', 'keys_ldns 13'),
    Knot: includes('knot', 'keys_knot'),
  },
  'Leaves the source file alone': {
    zonewright: leavesSource('zonewright', 'keys_zonewright'),
    BIND: leavesSource('bind', 'keys_bind 13'),
    ldns: leavesSource('ldns', 'keys_ldns 13'),
    Knot: measured(`
keys_knot && sha256sum z.zone >zone.sum && kzonesign -c knot.conf example.com >/dev/null 2>&1
sha256sum -c zone.sum >/dev/null 2>&1 && echo yes || echo '\`kzonesign\` rewrites it without \`-o\`'`),
    OpenDNSSEC: read('yes', 'zonelist.xml as packaged: input and output adapters in different directories'),
  },
  'Without the KSK: fails, and leaves every file as it was': {
    zonewright: failsWell('zonewright', 'keys_zonewright', 'rm keys/"$(head -1 keys.txt)".private'),
    BIND: failsWell('bind', 'keys_bind 13', 'rm "$(cat ksk)".private'),
    ldns: failsWell('ldns', 'keys_ldns 13', 'rm "$(cat ksk)".private'),
    Knot: failsWell(
      'knot',
      'keys_knot',
      `find kdb -name "$(keymgr -c knot.conf -e example.com list | awk '/ksk=yes/ { print $1 }').pem" -delete`,
    ),
  },
  'The same input gives the same bytes': {
    zonewright: measured(`
keys_zonewright
for run in 1 2; do zonewright sign z.zone --deterministic --now 2026-11-23T00:00:00Z -o - >$run; done
cmp 1 2 >/dev/null && echo '\`--deterministic\`' || echo no`),
    BIND: measured(`
for algorithm in 8 13 15; do
  rm -f K* && keys_bind $algorithm
  for run in 1 2; do sign_bind -s 20261101000000 -e 20261201000000 >/dev/null 2>&1; cp signed $run; sleep 1; done
  cmp -s 1 2 && echo same
done >same
[ -s same ] && echo partly || echo no`),
    ldns: measured(`
for algorithm in 8 13 15; do
  rm -f K* && keys_ldns $algorithm
  for run in 1 2; do sign_ldns -i 20261101 -e 20261201 >/dev/null 2>&1; cp signed $run; sleep 1; done
  cmp -s 1 2 && echo $algorithm
done | sed 's/^8$/RSA/;s/^13$/ECDSA/;s/^15$/EdDSA/' >same
[ -s same ] && paste -sd, same | sed 's/,/, /g' || echo no`),
    Knot: measured(`
keys_knot 'reproducible-signing: on'
for run in 1 2; do sign_knot -t 1795392000 >/dev/null 2>&1; cp signed $run; rrsigs signed >$run.rrsigs; sleep 1; done
[ -s 1.rrsigs ] || exit
cmp -s 1 2 && echo 'if configured so' && exit
cmp -s 1.rrsigs 2.rrsigs && echo 'signatures, if configured so' || echo no`),
  },
  'Rollovers proven against every cache, with a dated plan': {
    zonewright: measured(
      `zonewright rotate example.com >/dev/null && zonewright rotate example.com --plan --json >plan\nanswer grep -q '"what": "publish the new DNSKEY' plan`,
    ),
    BIND: read('timing rules', 'BIND 9.18 ARM, dnssec-policy: the key timing of RFC 7583'),
    ldns: read('no', 'ldns-signzone(1), ldns-keygen(1): neither has rollovers'),
    Knot: read('timing rules', 'Knot DNS 3.2 documentation, Operation, DNSSEC key states'),
    OpenDNSSEC: read('timing rules', 'ods-enforcer(8), ods-timing(5)'),
  },
  'DS check without a network': {
    zonewright: measured(
      `keys_zonewright && sign_zonewright && zonewright ds example.com --anyway >ds && zonewright ds example.com --check ds >/dev/null 2>&1 || exit\nanswer test "$(echo "example.com. DS 1 13 2 $(printf %064d 0)" | zonewright ds example.com --check - >/dev/null 2>&1; echo $?)" = 1 | sed 's/yes/file or stdin/'`,
    ),
    BIND: read(
      'no',
      'BIND 9.18: dnssec-cds(1) makes a DS set; rndc dnssec -checkds and parental-agents ask servers',
    ),
    ldns: read('no', 'ldns-key2ds(1) makes DS records; ldns-verify-zone(1) takes one as an anchor'),
    Knot: read('no', 'Knot DNS 3.2 documentation, submission: parent servers are asked'),
    OpenDNSSEC: read('no', 'ods-enforcer(8): key ds-seen is told'),
  },
  'Verifies at any time, against a DS': {
    zonewright: measured(`
zonewright keygen example.com --now 2025-01-01 >keys.txt && sign_zonewright --now 2025-01-01 && zonewright ds example.com --anyway >ds
zonewright verify signed --at 2025-01-02 --ds ds >/dev/null 2>&1 || { echo no; exit; }
zonewright verify signed --at 2025-01-02 --ds "1 13 2 $(printf %064d 0)" >/dev/null 2>&1 && echo 'time only' || echo yes`),
    BIND: measured(`
keys_bind 13 && sign_bind -s 20250101000000 -e 20250201000000 >/dev/null 2>&1
dnssec-verify -q -o example.com signed >/dev/null 2>&1 && echo never || { dnssec-verify -h 2>&1 | grep -qiE '(time|ds)[ -]*(file)?:' && echo '?' || echo 'now only'; }`),
    ldns: measured(`
keys_ldns 13 && sign_ldns -i 20250101 -e 20250201 >/dev/null 2>&1
ldns-key2ds -n -2 "$(cat ksk)".key >ds && sed 's/ 13 2 ......../ 13 2 00000000/;s/\\t13\\t2\\t......../\\t13\\t2\\t00000000/' ds >other
ldns-verify-zone -t 20250102000000 -k ds signed >/dev/null 2>&1 || { echo no; exit; }
ldns-verify-zone -t 20250102000000 -k other signed >/dev/null 2>&1 && echo 'time only' || echo yes`),
    Knot: measured(`
keys_knot && sign_knot -t 1735689600 >/dev/null 2>&1
kzonecheck -o example.com -d on -t 1735776000 signed >/dev/null 2>&1 || { echo no; exit; }
kzonecheck --help | grep -qiw ds && echo yes || echo 'time only'`),
  },
  'May this version replace that one? (`--previous`)': {
    zonewright: measured(`
keys_zonewright && sign_zonewright && mv signed old && rm -r keys && keys_zonewright && sign_zonewright --full
zonewright verify signed --previous old >/dev/null 2>&1; [ $? = 1 ] && echo yes || echo no`),
    BIND: read('no', 'dnssec-verify(1) reads one zone'),
    ldns: read('no', 'ldns-verify-zone(1) and ldns-compare-zones(1): the latter compares records'),
    Knot: read('no', 'kzonecheck(1) reads one zone'),
    OpenDNSSEC: read('no', 'ods-enforcer(8), ods-signer(8): no such command'),
  },
  'Status with an exit status by health': {
    zonewright: measured(`
zonewright keygen example.com --now 2025-01-01 >keys.txt && zonewright sign z.zone --now 2025-01-01 --output example.com.zone.signed
zonewright status example.com --now 2025-01-02 >/dev/null 2>&1; well=$?
zonewright status example.com >/dev/null 2>&1; ill=$?
[ $well$ill = 01 ] && echo yes || echo no`),
    BIND: read('no', 'rndc(8), dnssec -status: text'),
    ldns: read('no', 'it has no status'),
    Knot: measured(`
keys_knot && sign_knot -t 1735689600 >/dev/null 2>&1 && rm kdb/keys/keys/*.pem
keymgr -c knot.conf example.com list >/dev/null 2>&1 && echo no || echo yes`),
    OpenDNSSEC: read('no', 'ods-enforcer(8), key list and rollover list: text'),
  },
  'NSEC3 by default without iterations': {
    zonewright: measured(
      `keys_zonewright && sign_zonewright --nsec3\ngrep -qE 'NSEC3PARAM\\s+1 0 0 -' signed && echo yes || echo no`,
    ),
    BIND: measured(
      `keys_bind 13 && sign_bind -3 - >/dev/null 2>&1\ngrep -qE 'NSEC3PARAM\\s+1 0 0 -' signed && echo yes || echo no`,
    ),
    ldns: measured(
      `keys_ldns 13 && sign_ldns -n >/dev/null 2>&1\nn=$(sed -nE 's/.*NSEC3PARAM\\s+1 [01] ([0-9]+) .*/\\1/p' signed | head -1)\n[ "$n" = 0 ] && echo yes || echo "$n iteration"`,
    ),
    Knot: measured(
      `keys_knot 'nsec3: on' && sign_knot >/dev/null 2>&1\ngrep -qE 'NSEC3PARAM\\s+1 0 0 ' signed && echo yes || echo no`,
    ),
    OpenDNSSEC: measured(
      `n=$(sed -nE 's/.*<Iterations>([0-9]+).*/\\1/p' /usr/share/opendnssec/kasp.xml)\n[ "$n" = 0 ] && echo yes || echo "$n iterations in its template"`,
    ),
  },
};

const PACKAGES = ['bind9-utils', 'ldnsutils', 'knot-dnssecutils', 'opendnssec-enforcer-sqlite3'];

export function measureComparison(tell) {
  const rows = Object.entries(ROWS).map(([feature, cells]) => ({
    feature,
    cells: Object.fromEntries(
      Object.entries(cells).map(([tool, cell]) => {
        if (!('commands' in cell)) return [tool, cell];
        const says = outcome(cell.commands);
        tell(`${feature}: ${tool}: ${says}`);
        return [tool, { says, commands: cell.commands }];
      }),
    ),
  }));
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${Version}\n', ...PACKAGES], {
    encoding: 'utf8',
  });
  return { versions: stdout.trim().split('\n').sort(), rows };
}

function outcome(commands) {
  const directory = mkdtempSync(path.join(tmpdir(), 'comparison-'));
  try {
    const { stdout, stderr } = spawnSync('bash', ['-c', PRELUDE + commands], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C' },
    });
    const says = stdout.trim().split('\n').at(-1);
    if (says === '') throw new Error(`no answer of:\n${commands}\n${stderr}`);
    return says;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
