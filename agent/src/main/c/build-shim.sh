#!/bin/sh
# build-shim.sh FOLDER PROGRAM: compiles the shim when one of its sources in FOLDER is newer than the program.
set -eu
sources=$1 program=$2
# find -newer is POSIX, test -nt is not.
if [ -x "$program" ] && [ -z "$(find "$sources" -type f -newer "$program")" ]; then exit 0; fi
compiler=$(command -v "${CC:-cc}") || {
  echo "Cannot compile the shim in $sources: there is no C compiler; install gcc (Debian: apt install gcc libc6-dev)." >&2
  exit 1
}
mkdir -p "$(dirname "$program")"
"$compiler" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$program.part" "$sources"/*.c
mv "$program.part" "$program"
