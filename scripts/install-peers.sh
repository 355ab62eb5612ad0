#!/usr/bin/env bash
# Installs the other implementations that the interop and end-to-end suites compare with, from Debian's
# packages. Needs root or sudo when something is missing; does nothing, quickly, when everything is there.
set -euo pipefail

# Servers live in the sbin folders, which an ordinary user's PATH may leave out.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# program or file   package
peers='
  dnssec-signzone   bind9-utils
  dnssec-verify     bind9-utils
  dnssec-settime    bind9-utils
  named-checkzone   bind9-utils
  named-checkconf   bind9-utils
  named-compilezone bind9-utils
  dig               bind9-dnsutils
  ldns-signzone     ldnsutils
  ldns-keygen       ldnsutils
  ldns-verify-zone  ldnsutils
  ldns-read-zone    ldnsutils
  kzonesign         knot-dnssecutils
  kzonecheck        knot-dnssecutils
  keymgr            knot
  knotc             knot
  validns           validns
  nsd               nsd
  nsd-checkzone     nsd
  nsd-checkconf     nsd
  nsd-control       nsd
  unbound           unbound
  unbound-control   unbound
  openssl           openssl
  xmllint           libxml2-utils
  softhsm2-util     softhsm2
  pkcs11-tool       opensc
  dnssec-keyfromlabel bind9-utils
  softhsm2-keyconv  softhsm2
  ods-enforcerd     opendnssec-enforcer-sqlite3
  sqlite3           sqlite3
  pdnsutil          pdns-server
  pdnsutil          pdns-backend-bind
  jose              jose
  /usr/lib/python3/dist-packages/jwcrypto python3-jwcrypto
  chromium          chromium
  promtool          prometheus
  mandoc            mandoc
  shellcheck        shellcheck
  zsh               zsh
  fish              fish
  systemd-analyze   systemd
'

# Prints "program package" for every program that is not installed.
missing() {
  local program package
  while read -r program package; do
    if [ -n "$program" ] && [ ! -e "$program" ] && ! command -v "$program" >/dev/null; then
      echo "$program $package"
    fi
  done <<<"$peers"
}

lacking=$(missing)
if [ -z "$lacking" ]; then
  echo 'peers: all installed'
  exit 0
fi

mapfile -t packages < <(awk '{ print $2 }' <<<"$lacking" | sort -u)
echo "peers: installing ${packages[*]}"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "peers: run this as root, or install ${packages[*]} yourself" >&2
    exit 1
  fi
  as_root=(sudo)
fi
if ! command -v apt-get >/dev/null; then
  echo "peers: no apt-get here; install the programs of ${packages[*]} in your system's way" >&2
  exit 1
fi

# The tests start their own servers on loopback; the packages must not start theirs. If the machine has a policy
# already, it is left as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q -y "$@"
}
apt update
apt install --no-install-recommends "${packages[@]}"

hash -r
lacking=$(missing)
if [ -n "$lacking" ]; then
  echo "peers: still missing after the installation:" >&2
  echo "$lacking" >&2
  exit 1
fi
echo 'peers: all installed'
