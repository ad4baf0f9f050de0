#!/bin/sh
# build-shim.sh SOURCE PROGRAM: compiles the shim when its source is newer than the program.
set -eu
source=$1 program=$2
# find -newer is POSIX, test -nt is not.
if [ -x "$program" ] && [ -z "$(find "$source" "$0" -newer "$program")" ]; then exit 0; fi
compiler=$(command -v "${CC:-cc}") || {
  echo "Cannot compile $source: there is no C compiler; install gcc (Debian: apt install gcc libc6-dev)." >&2
  exit 1
}
mkdir -p "$(dirname "$program")"
"$compiler" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$program.part" "$source"
mv "$program.part" "$program"
