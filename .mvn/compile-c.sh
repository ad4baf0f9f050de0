#!/bin/sh
# compile-c.sh FOLDER TARGET [FLAG...]: compiles the C files in FOLDER into TARGET when one of them, or this script, is newer.
# '@machine@' in TARGET becomes the name that jars have for this machine.
set -eu
sources=$1 machine=$(uname -m)
[ "$machine" != aarch64 ] || machine=aarch_64
target=$(printf '%s\n' "$2" | sed "s/@machine@/$machine/")
shift 2
# find -newer is POSIX, test -nt is not.
if [ -f "$target" ] && [ -z "$(find "$sources" "$0" -type f -newer "$target")" ]; then exit 0; fi
compiler=$(command -v "${CC:-cc}") || {
  echo "Cannot compile what is in $sources: there is no C compiler; install gcc (Debian: apt install gcc libc6-dev)." >&2
  exit 1
}
mkdir -p "$(dirname "$target")"
"$compiler" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror "$@" -o "$target.part" "$sources"/*.c
mv "$target.part" "$target"
