#!/bin/sh
# Stoker as it is installed: its own Java, its libraries and its AOT caches lie beside it, wherever that is.
set -eu
# No program is started on the way to Java that can be done without: each takes 2 ms, and Java's own start 100.
case $0 in */*) self=$0 ;; *) self=./$0 ;; esac
[ ! -h "$self" ] || self=$(readlink -f -- "$self")
home=$(CDPATH='' cd -- "${self%/*}/.." && pwd -P)
# shellcheck source=/dev/null
. "$home/lib/tuning.sh"
tune "$@"
# shellcheck disable=SC2154 # set by tune
[ -f "$home/lib/$cache.aot" ] || cache=stoker
# Two of ours first, which name a finder of loggers: the JDK opens one jar after the other until it has seen two.
path=
for jar in "$home"/lib/stoker-agent-*.jar "$home"/lib/stoker-io-core-*.jar "$home"/lib/*.jar; do
  case :$path: in *:"$jar":*) ;; *) path=$path${path:+:}$jar ;; esac
done
# shellcheck disable=SC2086,SC2154 # a list of options or none; both set by tune
exec "$home/runtime/bin/java" "@$home/lib/jvm.options" $tuning -Xlog:aot=off -Xlog:cds=off -XX:AOTCache="$home/lib/$cache.aot" \
  -Djava.library.path="$home/lib/native" -cp "$path" dev.stoker.agent.cli.Main "$@"
