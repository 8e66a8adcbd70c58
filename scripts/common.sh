# Shared by the scripts: sourced, not run. Goes to the repository root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

script=$(basename "$0")
say() { printf '%s: %s\n' "$script" "$*"; }
die() { printf '%s: %s\n' "$script" "$*" >&2; exit 1; }
misused() { printf '%s: %s (see --help)\n' "$script" "$*" >&2; exit 2; }

# usage: printUsage "$0" prints the comment at the top of a script.
printUsage() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$1"; }

# What a compiler of this project needs: about 1.5 GB a job.
buildJobs() {
  local by_memory
  by_memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  local jobs
  jobs=$(nproc)
  if (( by_memory < jobs )); then jobs=$by_memory; fi
  if (( jobs < 1 )); then jobs=1; fi
  echo "$jobs"
}
