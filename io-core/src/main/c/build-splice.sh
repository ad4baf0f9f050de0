#!/bin/sh
# build-splice.sh FOLDER TARGET: compiles FOLDER/splice.c into TARGET, named for this machine, when it is newer.
set -eu
source=$1/splice.c target=$2
case $(uname -m) in
  aarch64) machine=aarch_64 ;;
  *) machine=$(uname -m) ;;
esac
library=$target/libstoker_splice_$machine.so
if [ -f "$library" ] && [ -z "$(find "$1" -type f -newer "$library")" ]; then exit 0; fi
compiler=$(command -v "${CC:-cc}") || {
  echo "Cannot compile $source: there is no C compiler; install gcc (Debian: apt install gcc libc6-dev)." >&2
  exit 1
}
mkdir -p "$target"
"$compiler" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o "$library.part" "$source"
mv "$library.part" "$library"
