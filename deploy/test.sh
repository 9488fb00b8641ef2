#!/usr/bin/env bash
# Builds everything and runs every test suite: unit, contract, acceptance, layering and the seeds of
# the fuzz targets in the release build, then unit, contract and fuzz again under AddressSanitizer
# and UndefinedBehaviorSanitizer. The last line is `N passed, N failed, N skipped`, in test cases.
# Exits 0 only if none failed. Needs no terminal and no git. See --help.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/packages.sh
source "$ROOT/deploy/packages.sh"

usage() {
  cat <<'HELP'
Usage: deploy/test.sh [--no-asan] [--help]

Installs the Debian packages that are missing, builds, runs every suite and prints the counts of each.
  --no-asan   leave out the run under the sanitizers
PARFOCAL_CORPUS=DIR names the folder of real records (default: ../shared/data beside the project);
tests on real records are skipped where there is none. PARFOCAL_JOBS=N sets how many compilers run.
Reports are in build/reports: for each suite the output of CTest and one XML file per program.
HELP
}

asan=yes
while [[ $# -gt 0 ]]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --no-asan) asan= ; shift ;;
    *) die "$1: not an option: see --help" ;;
  esac
done

install_packages build test
prepare_environment
reports=$ROOT/build/reports
rm -rf "$reports"
mkdir -p "$reports"

# run_suite BUILD_DIR LABEL JOBS: runs the tests of that label. A suite that fails does not keep the
# others from running.
run_suite() {
  local dir=$1 label=$2 jobs=$3
  local out=$reports/${dir##*/}-$label
  mkdir -p "$out"
  say ""
  say "== ${dir##*/}: $label"
  # --no-tests=ignore: a suite without tests counts nothing, it does not fail.
  GTEST_OUTPUT="xml:$out/" GTEST_COLOR=no ctest --test-dir "$dir" -L "^$label\$" -j "$jobs" --output-on-failure \
    --no-tests=ignore --output-junit "$out/ctest.junit" >"$out/ctest.log" 2>&1 || true
  grep -E '^ *[0-9]+/[0-9]+ Test|tests passed|tests failed' "$out/ctest.log" || true
  python3 -B "$ROOT/deploy/count_cases.py" "${dir##*/}: $label" "$out" "$reports/counts.tsv" || show_failures "$out"
}

show_failures() {
  say "-- what failed (whole output in $1/ctest.log):"
  grep -vE '^\[ *(OK|RUN) *\]|^\[-+\]' "$1/ctest.log" | tail -n 400
}

# configure PRESET [OPTION...]
configure() {
  local log=$ROOT/build/configure-$1.log
  (cd "$ROOT" && cmake --preset "$@" >"$log" 2>&1) && return 0
  cat "$log" >&2
  say "CMake failed for preset $1: see above"
  return 1
}

# build DIR: ninja; what it prints goes to a file, since it matters only when it fails.
build() {
  local dir=$1 started=$SECONDS
  local log=$ROOT/build/build-${dir##*/}.log
  say "Building ${dir##*/}"
  if ninja -C "$dir" -j "$(build_jobs)" >"$log" 2>&1; then
    say "Built ${dir##*/} in $((SECONDS - started)) s"
    return 0
  fi
  grep -A 40 -m 1 FAILED "$log" >&2 || tail -n 60 "$log" >&2
  say "The build of ${dir##*/} failed: whole output in $log"
  return 1
}

# not_built NAME: what could not be built counts as one failed case, so that nothing is passed over.
not_built() { printf '%s: build\t0\t1\t0\n' "$1" >>"$reports/counts.tsv"; }

say "Packages: $(dpkg-query -W -f '${Package} ${Version}\n' libgrpc++-dev librocksdb-dev libxapian-dev libraptor2-dev g++ | paste -sd ',')"
jobs=$(nproc)
if configure release -DPARFOCAL_TESTS=ON -DPARFOCAL_BENCH=ON && build "$ROOT/build/release"; then
  for label in unit contract layering fuzz; do run_suite "$ROOT/build/release" "$label" "$jobs"; done
  # One at a time: these measure time and memory.
  run_suite "$ROOT/build/release" acceptance 1
else
  not_built release
fi
if [[ -n $asan ]]; then
  if configure asan && build "$ROOT/build/asan"; then
    export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
    for label in unit contract fuzz; do run_suite "$ROOT/build/asan" "$label" "$jobs"; done
  else
    not_built asan
  fi
fi

say ""
say "Counts of test cases, by suite:"
# The last line, and the exit code: 0 only if something ran and nothing failed.
python3 -B "$ROOT/deploy/count_cases.py" --total "$reports/counts.tsv"
