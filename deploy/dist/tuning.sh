# shellcheck shell=sh disable=SC2034
# What Java is told for each command, beside jvm.options. Read by both launchers: ./stoker of the source tree and bin/stoker of an image.
# tune COMMAND: leaves the options in $tuning, and the name of the AOT cache to start from in $cache.
tune() {
  # For what ends before the second compiler would pay; moving bytes is the kernel's work.
  short='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
  # For what may end before the first one pays, or a class made at run time does; new objects stay in memory touched before.
  quick='-Xmn8m -XX:CompileThresholdScaling=4 -Djdk.reflect.useNativeAccessorOnly=true -Djdk.console=java.base'
  # For what rests beside renderers: gives memory back, as a node's belongs to them, and looks for idle locks every 5 s in place of 250 ms.
  resting='-XX:+UnlockDiagnosticVMOptions -XX:AsyncDeflationInterval=5000 -Xms8m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:ReservedCodeCacheSize=32m'
  cache=stoker
  case ${1:-} in
    agent | mount) cache=$1 ;;
    # A cache's classes are loaded at once, needed or not, 10 us each; a plain fetch needs no JSON and none of what pushes.
    fetch | --version | -V) case " $* " in *' --json '*) ;; *) cache=fetch ;; esac ;;
  esac
  case ${1:-} in
    # What a heartbeat runs is not worth compiling in its first minutes.
    agent) tuning="$short $resting -XX:CompileThresholdScaling=4" ;;
    # Enough for 4,000 nodes (benchmarks/RESULTS.md, T7); a quarter of the machine would be left to garbage.
    controller) tuning=-Xmx${STOKER_CONTROLLER_MEMORY:-256m} ;;
    io) tuning="-XX:+UseSerialGC $resting" ;; # its bytes are not in the heap; other collectors' threads never rest
    dev | demo) tuning= ;;
    mount) tuning="$short -Xmn8m -Djdk.reflect.useNativeAccessorOnly=true" ;; # stays, so its methods are compiled as soon as ever: three times the rate of a cold read
    *) tuning="$short $quick" ;;
  esac
}
