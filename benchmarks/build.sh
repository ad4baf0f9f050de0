#!/bin/sh
# Sourced by the scripts of this folder, which set here: builds this module when sources changed; sets root, JAVA_HOME, classes.
root=$(dirname -- "${here:?}")

find_jdk() {
  for jdk in "${JAVA_HOME:-}" "$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v java || echo /)")")")" /usr/lib/jvm/* /opt/*; do
    if [ -x "$jdk/bin/javac" ] && grep -Eqs '^JAVA_VERSION="25([."]|$)' "$jdk/release"; then
      JAVA_HOME=$jdk
      export JAVA_HOME
      return
    fi
  done
  echo "No JDK 25 was found; set JAVA_HOME." >&2
  exit 1
}

find_jdk
stamp=$here/target/built
if [ ! -e "$stamp" ] || [ -n "$(find "$root"/pom.xml "$root"/*/pom.xml "$root"/*/src/main "$root"/io-core/src/test -type f -newer "$stamp" -print -quit)" ]; then
  echo "Building the benchmarks." >&2
  "$root/deploy/setup/setup.sh" build # Maven calls the C compiler
  mkdir -p "$here/target"
  touch "$stamp.new"
  (cd "$root" && MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" \
    mvn -B -ntp -q -pl benchmarks -am package -DskipTests -Dspotless.check.skip=true >&2)
  mv "$stamp.new" "$stamp"
fi
# Last: what Java wrote down of the jars for its next starts holds for these very files.
"$root/stoker" build
export classes="$here/target/classes:$here/target/lib/*"
