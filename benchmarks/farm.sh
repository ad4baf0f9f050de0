# Sourced by the scripts of this folder that run a farm on loopback, with the program in $stoker: a folder in $data, and processes by their numbers in $pids,
# all of which go when the script ends.
data=$(mktemp -d)
pids=
end() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$data"
}
trap end EXIT INT TERM

# start NAME ARGUMENTS: starts it and waits until it says that it is ready, without a pause; its word after "ready" is in $word, its process in $pid.
start() {
  name=$1 && shift
  [ -p "$data/said" ] || mkfifo "$data/said"
  "${stoker:?}" "$@" --data "$data/data" >"$data/said" 2>"$data/$name.err" &
  pid=$! pids="$! $pids"
  IFS=' ' read -r ready word <"$data/said" || true
  [ "${ready:-}" = ready ] || { cat "$data/$name.err" >&2 && exit 1; }
}
