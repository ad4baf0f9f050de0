#!/bin/sh
# Stoker as it is installed: its own Java, its libraries and its AOT cache lie beside it, wherever that is.
set -eu
home=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
# What ends before the second compiler would pay, and what rests beside renderers and gives memory back; see the source tree's launcher.
short='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
resting='-Xms8m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:ReservedCodeCacheSize=32m'
case ${1:-} in
  agent) tuning="$short $resting" ;;
  io) tuning="-XX:+UseSerialGC $resting" ;;
  controller) tuning=-Xmx${STOKER_CONTROLLER_MEMORY:-256m} ;;
  dev | demo) tuning= ;;
  *) tuning=$short ;;
esac
# Two of ours first, which name a finder of loggers: the JDK opens one jar after the other until it has seen two.
path=
for jar in "$home"/lib/stoker-agent-*.jar "$home"/lib/stoker-io-core-*.jar "$home"/lib/*.jar; do
  case :$path: in *:"$jar":*) ;; *) path=$path${path:+:}$jar ;; esac
done
# shellcheck disable=SC2086 # a list of options or none
exec "$home/runtime/bin/java" "@$home/lib/jvm.options" $tuning -Xlog:aot=off -Xlog:cds=off -XX:AOTCache="$home/lib/stoker.aot" \
  -cp "$path" dev.stoker.agent.cli.Main "$@"
