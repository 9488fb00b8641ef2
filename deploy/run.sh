#!/usr/bin/env bash
# Starts a Parfocal node on this machine with something in it: installs what is missing, builds what
# changed, starts the node on loopback, loads ontologies, adds sources and harvests those that were
# not harvested yet. Run it again and nothing of that is repeated. See --help.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/packages.sh
source "$ROOT/deploy/packages.sh"

usage() {
  cat <<'HELP'
Usage: deploy/run.sh [--corpus DIR] [--data-dir DIR] [--port N] [--help]

Builds Parfocal, starts a node on loopback and harvests the sample archives of deploy/sample.
Ctrl-C stops the node. What it holds stays in the data directory; the next start finds it there.

  --corpus DIR    harvest real records instead: DIR/sources/gide/crates.tar.gz and DIR/idr,
                  with the ontologies that deploy/corpus-ontologies.txt names, the tables of
                  DIR/genes and the mapping sets of DIR/mappings, where they are there
  --data-dir DIR  where the node keeps its data (default: build/node-sample or build/node-corpus)
  --port N        gRPC on 127.0.0.1:N and HTTP on 127.0.0.1:N+1 (default: 7470)
  --help          this text

Example: deploy/run.sh --corpus ../shared/data --data-dir /var/tmp/parfocal --port 7480
HELP
}

corpus=
data_dir=
port=7470
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --corpus | --data-dir | --port)
      [[ $# -ge 2 && -n $2 ]] || die "$1: needs a value: see --help"
      case $1 in
        --corpus) corpus=$2 ;;
        --data-dir) data_dir=$2 ;;
        --port) port=$2 ;;
      esac
      shift 2
      ;;
    *) die "$1: not an option: see --help" ;;
  esac
done
[[ $port =~ ^[0-9]{1,5}$ && $((10#$port)) -ge 1 && $((10#$port)) -le 65534 ]] || die "--port $port: not a number from 1 to 65534"
port=$((10#$port))
if [[ -n $corpus ]]; then
  [[ -d $corpus ]] || die "--corpus $corpus: no such directory"
  corpus=$(cd "$corpus" && pwd)
  for needed in sources/gide/crates.tar.gz idr; do
    [[ -e $corpus/$needed ]] || die "--corpus $corpus: $needed is not there: it must be laid out as --help says"
  done
fi
if [[ -z $data_dir ]]; then
  data_dir=$ROOT/build/node-sample
  if [[ -n $corpus ]]; then data_dir=$ROOT/build/node-corpus; fi
fi
mkdir -p "$data_dir"
data_dir=$(cd "$data_dir" && pwd)
grpc=127.0.0.1:$port
http_port=$((port + 1))
build=$ROOT/build/release
log=$data_dir/node.log

cli() { "$build/services/cli/parfocal" --node "$grpc" "$@"; }

# http_status PATH: the status line's code, or 000 if nothing answers as HTTP.
http_status() {
  local line=
  if exec 3<>"/dev/tcp/127.0.0.1/$http_port"; then
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3
    IFS= read -r -t 5 line <&3 || true
    exec 3<&- 3>&-
  fi 2>/dev/null
  if [[ $line =~ ^HTTP/[0-9.]+\ ([0-9]{3}) ]]; then echo "${BASH_REMATCH[1]}"; else echo 000; fi
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

build_node() {
  install_packages build
  prepare_environment
  if [[ ! -f $build/build.ninja ]]; then
    say "Configuring (once)"
    (cd "$ROOT" && cmake --preset release -DPARFOCAL_TESTS=OFF -DPARFOCAL_BENCH=OFF >"$ROOT/build/configure.log" 2>&1) ||
      { cat "$ROOT/build/configure.log" >&2; die "build: CMake failed: see above"; }
  fi
  # Ninja knows what is up to date; it says so in a fraction of a second.
  local todo
  todo=$(ninja -C "$build" -n parfocald parfocal 2>&1) || todo=
  if [[ $todo != *'no work to do'* ]]; then
    say "Building parfocald and parfocal (about ten minutes on two cores the first time)"
    ninja -C "$build" -j "$(build_jobs)" parfocald parfocal || die "build: failed: see above"
  fi
}

node_pid=
job_pid=
serving=
stop_node() {
  local code=$?
  trap '' INT TERM HUP
  if [[ -n $job_pid ]]; then kill -TERM "$job_pid" 2>/dev/null || true; fi
  if [[ -n $node_pid ]] && kill -0 "$node_pid" 2>/dev/null; then
    say ""
    say "Stopping the node"
    kill -TERM "$node_pid" 2>/dev/null || true
    wait "$node_pid" 2>/dev/null || die "node: did not stop in order: see $log"
    # Stopping a node that is up is what Ctrl-C is for; stopping the way there is not success.
    if [[ -n $serving ]]; then exit 0; fi
  fi
  exit "$code"
}

# stoppable COMMAND...: runs it so that a signal to this script need not wait for its end.
stoppable() {
  local code=0
  "$@" &
  job_pid=$!
  wait "$job_pid" || code=$?
  job_pid=
  return "$code"
}

# start_node: leaves node_pid, or ends with the last lines of the log.
start_node() {
  local waited=0
  local -a knowledge=() sets=()
  local tables=${corpus:-$ROOT/deploy/sample}/genes
  if [[ -d $tables ]]; then knowledge+=(--genes "$tables"); fi
  # The tables of the folder itself alone: not those of gold/, nor pairs that were found in records.
  if [[ -n $corpus && -d $corpus/mappings ]]; then
    mapfile -t sets < <(find "$corpus/mappings" -maxdepth 1 -type f \( -name '*.tsv' -o -name '*.tsv.gz' \) ! -name 'silver_*' | sort)
    if ((${#sets[@]} > 0)); then knowledge+=(--mappings "${sets[@]}"); fi
  fi
  : >>"$log"
  # A session of its own: Ctrl-C reaches this script alone, which then stops the node in order.
  setsid "$build/services/node/parfocald" --data-dir "$data_dir" --listen "$grpc" --http "127.0.0.1:$http_port" \
    "${knowledge[@]}" >>"$log" 2>&1 </dev/null &
  node_pid=$!
  until [[ $(http_status /readyz) == 200 ]]; do
    if ! kill -0 "$node_pid" 2>/dev/null; then
      tail -n 5 "$log" >&2
      node_pid=
      die "node: did not start: the reason is in the last lines of $log, shown above"
    fi
    ((waited += 1))
    if ((waited % 200 == 0)); then say "Waiting for the node to be ready ($((waited / 20)) s; it says what it does in $log)"; fi
    ((waited < 6000)) || die "node: not ready after 5 minutes: see $log"
    sleep 0.05
  done
}

# Whether ontologies are loaded. (No pipes into grep -q here: it leaves early, the writer fails, and
# pipefail makes that a no.)
has_terms() {
  local status
  status=$(cli status --json) && [[ $status != *'"terms": "0"'* ]]
}

load_ontologies() {
  local -a files=()
  local line
  has_terms && return 0
  if [[ -n $corpus ]]; then
    while IFS= read -r line; do
      [[ -z $line || $line == \#* ]] && continue
      if [[ -e $corpus/$line ]]; then files+=("$corpus/$line"); else say "Ontology not in the corpus, left out: $line"; fi
    done <"$ROOT/deploy/corpus-ontologies.txt"
  else
    files=("$ROOT"/deploy/sample/ontologies/*.obo)
  fi
  [[ ${#files[@]} -gt 0 ]] || return 0
  say "Loading ${#files[@]} ontology files"
  stoppable cli ontology load "${files[@]}" || say "Some ontology could not be loaded: words that it holds stay unmapped"
}

# is_harvested SOURCE: whether a run of it was ever COMPLETE.
is_harvested() {
  local source
  source=$(cli source show "$1" --json) && [[ $source =~ '"lastCompleteRun": "'[^\"] ]]
}

# harvest NAME CONNECTOR LOCATION TITLE [NEXT_LOCATION]: adds the source if it is not there and
# harvests it if no run of it was complete. With NEXT_LOCATION the archive is then harvested again, from
# there, as it stands some months later: a record is changed, one is gone.
harvest() {
  local name=$1 connector=$2 location=$3 title=$4 next=${5:-}
  if ! cli source show "$name" --json >/dev/null 2>&1; then
    cli source add "$name" --connector "$connector" --location "$location" --title "$title" >/dev/null
  fi
  if is_harvested "$name"; then return 0; fi
  say "Harvesting $name: $title"
  stoppable cli harvest "$name" || { say "The harvest of $name is not complete: parfocal runs $name says why"; return 0; }
  [[ -n $next ]] || return 0
  say "Harvesting $name again, from a later state of the archive"
  cli source update "$name" --location "$next" >/dev/null
  stoppable cli harvest "$name" || true
}

harvest_all() {
  if [[ -n $corpus ]]; then
    harvest gide ro-crate "$corpus/sources/gide/crates.tar.gz" "GIDE crates"
    harvest idr idr "$corpus/idr" "Image Data Resource"
  else
    local archives=$ROOT/deploy/sample/archives
    harvest coastal ro-crate "$archives/coastal" "Coastal Image Archive (synthetic)"
    harvest highland ro-crate "$archives/highland-1.tar.gz" "Highland Image Archive (synthetic)" "$archives/highland-2.tar.gz"
    harvest moorland idr "$archives/idr" "Moorland Screens (synthetic)"
  fi
}

print_addresses() {
  local parfocal=$build/services/cli/parfocal
  parfocal=${parfocal#"$PWD"/}
  local node=
  if [[ $port -ne 7470 ]]; then node=" --node $grpc"; fi
  say ""
  say "The node is up. gRPC $grpc, HTTP http://127.0.0.1:$http_port/ (healthz, readyz, metrics), data $data_dir"
  say "Try:"
  say "  $parfocal$node search 'light sheet' --facet organism --facet imaging_method"
  say "  $parfocal$node search --filter 'organism = \"Fungi\" AND phenotype = \"cell morphology phenotype\"' --level imageset --explain"
  say "  $parfocal$node status"
}

build_node
if port_taken "$http_port" || port_taken "$port"; then
  if [[ $(http_status /healthz) == 200 ]] && cli status --json >/dev/null 2>&1; then
    say "A node already runs here:"
    cli status
    print_addresses
    exit 0
  fi
  die "port $port or $http_port: something else listens there: choose another with --port"
fi
trap stop_node EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
start_node
load_ontologies
harvest_all
print_addresses
serving=yes
say "Ctrl-C stops it."
code=0
wait "$node_pid" || code=$?
node_pid=
[[ $code -eq 0 ]] || { tail -n 5 "$log" >&2; die "node: ended by itself with code $code: see $log"; }
