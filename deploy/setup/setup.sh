#!/bin/sh
# Installs what building, the demo or the tests need beyond a JDK and Maven; the launcher calls it.
#
#   setup.sh build|demo|test [--renderer blender|povray] [--yes] [--no-install]
#
# Prints the packages and their size and asks once (--yes, or CI=true, does not ask). Starts no service and opens no port.
# With --no-install it only checks. When nothing is missing it prints nothing and is done in milliseconds.
set -eu

here=$(dirname -- "$(readlink -f -- "$0")")
say() { printf 'stoker setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

purpose=
renderer=blender
yes=${CI:-false}
install=true
while [ $# -gt 0 ]; do
  case $1 in
    build | demo | test) purpose=$1 ;;
    --yes) yes=true ;;
    --no-install) install=false ;;
    --renderer=*) renderer=${1#--renderer=} ;;
    --renderer)
      [ $# -gt 1 ] || fail "--renderer needs a name: blender or povray."
      renderer=$2
      shift
      ;;
    *) fail "Unknown argument '$1'; usage: setup.sh build|demo|test [--renderer blender|povray] [--yes] [--no-install]." ;;
  esac
  shift
done
case $renderer in
  blender | povray) ;;
  *) fail "Unknown renderer '$renderer'; allowed are blender and povray." ;;
esac

# --- what is missing --------------------------------------------------------------------------------------------

packages=
services= # those that the packages would leave enabled for the next boot
need() { packages="$packages${packages:+ }$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# nginx lives in /usr/sbin, which is not on every user's PATH.
PATH=$PATH:/usr/sbin:/sbin

need_compiler() {
  have gcc || need gcc
  [ -e /usr/include/stdlib.h ] || need libc6-dev
}

need_node() {
  have node || need nodejs
  have npm || need npm
  [ -e /etc/ssl/certs/ca-certificates.crt ] || need ca-certificates # npm trusts what is there
}

azurite_folder=${XDG_CACHE_HOME:-${HOME:?}/.cache}/stoker/azurite
# Tests may bring their own.
azurite_server=${STOKER_AZURITE:-$azurite_folder/node_modules/azurite}/dist/src/blob/main.js
azurite=present
need_azurite() {
  [ -e "$azurite_server" ] || azurite=missing
  # Installed by an earlier release with other pins: bring it up to date.
  if [ -z "${STOKER_AZURITE:-}" ] && [ -e "$azurite_folder/package-lock.json" ] &&
    ! cmp -s "$azurite_folder/package-lock.json" "$here/azurite/package-lock.json"; then
    azurite=missing
  fi
  [ $azurite = present ] || need_node
  have node || need nodejs
}

case $purpose in
  build) need_compiler ;;
  demo)
    need_compiler
    have "$renderer" || need "$renderer"
    need_azurite
    ;;
  test)
    need_compiler
    have blender || need blender
    have povray || need povray
    have openssl || need openssl
    have shellcheck || need shellcheck
    have fusermount3 || need fuse3
    have chromium || need chromium
    if ! have nginx; then
      need nginx-light
      services="$services nginx"
    fi
    if ! have ganesha.nfsd; then
      need nfs-ganesha nfs-ganesha-vfs
      services="$services nfs-ganesha"
    fi
    if ! have rpcbind; then
      need rpcbind
      services="$services rpcbind rpcbind.socket"
    fi
    have nfs-cp || need libnfs-utils
    have tshark || need tshark
    need_azurite
    ;;
  *) fail "What is it for? Usage: setup.sh build|demo|test [--renderer blender|povray] [--yes] [--no-install]." ;;
esac

# One word may have been asked for twice.
# shellcheck disable=SC2086 # a list of words
packages=$(printf '%s\n' $packages | sort -u | tr '\n' ' ')
packages=${packages% }

if [ -z "$packages" ] && [ $azurite = present ]; then
  exit 0
fi

# --- say it, ask once -------------------------------------------------------------------------------------------

if [ $install = false ]; then
  [ -z "$packages" ] || say "Missing packages: $packages (install them with 'apt-get install --no-install-recommends $packages')."
  [ $azurite = present ] || say "Missing: Azurite in $azurite_folder."
  fail "Nothing was installed because of --no-install."
fi

sudo=
if [ "$(id -u)" -ne 0 ] && [ -n "$packages" ]; then
  have sudo || fail "These packages are missing and there is no sudo to install them with; as root run: apt-get install --no-install-recommends $packages"
  sudo=sudo
fi
if [ -n "$packages" ] && ! have apt-get; then
  fail "This setup knows apt only; install the equivalents of these Debian packages by hand, then run again: $packages"
fi

# Prints how many packages apt would fetch and how large they are; nothing when its lists are empty or too old.
download_size() {
  # shellcheck disable=SC2086 # a list of packages
  apt-get install --print-uris --yes --quiet=2 --no-install-recommends $packages 2>/dev/null |
    awk '$3 ~ /^[0-9]+$/ { bytes += $3; count++ } END { if (count) printf "%d packages, %.0f MB to download", count, bytes / 1e6 }'
}

if [ -n "$packages" ]; then
  size=$(download_size || true)
  if [ -z "$size" ] && [ -z "$sudo" ]; then
    apt-get update --quiet=2 >/dev/null || say "'apt-get update' failed; trying with the lists at hand."
    size=$(download_size || true)
  fi
  say "To install with apt: $packages (${size:-size known after apt-get update})."
fi
[ $azurite = present ] || say "To install with npm: Azurite, the Azure Storage emulator, into $azurite_folder (165 MB)."
if [ "$yes" != true ]; then
  if [ -t 0 ]; then
    printf 'Install them now%s? No service is started. [Y/n] ' "${sudo:+ (sudo will ask for your password)}" >&2
    read -r answer || answer=n
    case $answer in
      '' | [Yy] | [Yy][Ee][Ss]) ;;
      *) fail "Nothing was installed." ;;
    esac
  elif [ -n "$sudo" ]; then
    fail "There is no terminal to ask on; run again with --yes to install them."
  fi
fi

# --- apt, with every service kept from starting -----------------------------------------------------------------

# invoke-rc.d and deb-systemd-invoke ask this program before they start anything; 101 means no.
policy=/usr/sbin/policy-rc.d
policy_before=$policy.before-stoker

restore_policy() {
  if [ -e "$policy_before" ]; then
    $sudo mv -f "$policy_before" "$policy"
  elif grep -qs 'placed by stoker' "$policy"; then
    $sudo rm -f "$policy"
  fi
}

forbid_starts() {
  restore_policy # a run that was killed may have left it
  trap restore_policy EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  if [ -e "$policy" ]; then
    $sudo mv "$policy" "$policy_before"
  fi
  printf '#!/bin/sh\n# placed by stoker while it installs packages\nexit 101\n' | $sudo tee "$policy" >/dev/null
  $sudo chmod 755 "$policy"
}

# The output of a step that fails is what the user needs; that of one that works is not.
quietly() {
  output=$("$@" 2>&1) || {
    printf '%s\n' "$output" >&2
    return 1
  }
}

# Not at the next boot either, whether systemd or init does it.
stay_disabled() {
  if have systemctl; then
    quietly $sudo systemctl disable "$1" || return
  fi
  [ ! -e "/etc/init.d/$1" ] || quietly $sudo update-rc.d "$1" disable
}

if [ -n "$packages" ]; then
  forbid_starts
  if [ -n "$sudo" ]; then
    sudo true # asks for the password before output is held back
    quietly sudo apt-get update --quiet=2 || say "'apt-get update' failed; trying with the lists at hand."
  fi
  say "Installing $packages."
  # shellcheck disable=SC2086 # lists
  quietly $sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends $packages ||
    fail "apt-get could not install $packages; what it said is above."
  for service in $services; do
    stay_disabled "$service" || say "The service $service stays enabled for the next boot."
  done
  restore_policy
  trap - EXIT INT TERM HUP
fi

# --- Azurite ----------------------------------------------------------------------------------------------------

if [ $azurite = missing ]; then
  # Debian 12 has Node.js 18; Azurite's libraries use what older ones lack.
  node_major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
  [ "$node_major" -ge 18 ] ||
    fail "Azurite needs Node.js 18 or newer and 'node' is $(node --version); install a newer one (https://nodejs.org), then run again."
  say "Installing Azurite."
  mkdir -p "$(dirname -- "$azurite_folder")"
  fresh=$(mktemp -d "$azurite_folder.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  cp "$here/azurite/package.json" "$here/azurite/package-lock.json" "$fresh"
  quietly npm ci --prefix "$fresh" --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error ||
    fail "npm could not install Azurite; what it said is above."
  rm -rf "$azurite_folder"
  mv "$fresh" "$azurite_folder"
  chmod 755 "$azurite_folder"
fi
