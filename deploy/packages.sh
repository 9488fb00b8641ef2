# Read by run.sh and test.sh: what both need of the machine. Not a program of its own.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# wanted_packages KIND...: the packages that deploy/packages.txt lists under these kinds.
wanted_packages() {
  local kind
  for kind in "$@"; do
    sed -n "s/^${kind}: *//p" "$ROOT/deploy/packages.txt"
  done | tr -s ' ' '\n' | sort -u
}

# missing_packages KIND...: those of them that are not installed.
missing_packages() {
  local -a wanted
  mapfile -t wanted < <(wanted_packages "$@")
  comm -23 <(printf '%s\n' "${wanted[@]}") \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u)
}

# install_packages KIND...: installs what is missing and nothing else; asks the network for nothing
# when nothing is.
install_packages() {
  local -a missing
  local -a as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -eq 0 ]] && return 0
  command -v apt-get >/dev/null ||
    die "packages: this machine has no apt-get: install what deploy/packages.txt lists by hand (Debian 12)"
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null ||
      die "packages: missing ${missing[*]}: run as root, or install sudo"
    as_root=(sudo)
  fi
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
  "${as_root[@]}" "${apt[@]}" update || die "packages: apt-get update failed: check the network and /etc/apt/sources.list"
  "${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null ||
    die "packages: apt-get install failed: see its message above"
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -eq 0 ]] || die "packages: still missing after the installation: ${missing[*]}"
}

# A bare root may have no HOME, and ccache wants a place.
prepare_environment() {
  export HOME="${HOME:-/root}"
  if [[ ! -w $HOME ]]; then export CCACHE_DIR="${CCACHE_DIR:-$ROOT/build/ccache}"; fi
  export LC_ALL="${LC_ALL:-C.UTF-8}"
}

# How many compilers at once: one per core, but each needs about 1.5 GB.
build_jobs() {
  local cores memory_kib jobs
  cores=$(nproc)
  memory_kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo 2>/dev/null) || memory_kib=
  jobs=$((${memory_kib:-1500000} / 1500000))
  if ((jobs < 1)); then jobs=1; fi
  if ((jobs > cores)); then jobs=$cores; fi
  echo "${PARFOCAL_JOBS:-$jobs}"
}
