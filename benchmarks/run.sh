#!/usr/bin/env bash
# Runs the benchmark suites at published sizes, and writes JMH's results, what they were measured
# with, and tables into a folder. All suites take about 25 minutes on two cores.
#
#   benchmarks/run.sh [--quick] [--out FOLDER] [SUITE...]
#
# Suites: limits compression projection spectrum minimal authors memory (all of them if none is
# named).
# --quick only shows that everything works, in about two minutes: its numbers mean nothing.
# The default folder is benchmarks/results/DATE. Java: JAVA_HOME, or PATH.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,/^set/{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

all=(limits compression projection spectrum minimal authors memory)
out=benchmarks/results/$(date -u +%F)
quick=false
suites=()
while (($#)); do
  case $1 in
    --quick) quick=true ;;
    --out) (($# > 1)) || usage; out=$2; shift ;;
    *) [[ " ${all[*]} " == *" $1 "* ]] || usage; suites+=("$1") ;;
  esac
  shift
done
((${#suites[@]})) || suites=("${all[@]}")

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jar=benchmarks/target/benchmarks.jar
[[ -f $jar ]] || { echo "build it first: mvn -B -ntp -pl benchmarks -am package" >&2; exit 1; }
# Where they are set, OpenBLAS works as on another processor.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
export OPENBLAS_VERBOSE=2 # names the processor that it works for
threads=$(nproc)

mkdir -p "$out"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# jmh RESULT ARGUMENT...: one call of JMH. It goes on after a failure, and so does this script.
jmh() {
  local result=$1.json
  shift
  echo "==> $result: $*"
  printf 'java -jar %s %s -rf json -rff %s\n' "$jar" "$*" "$result" >>"$out/machine.txt"
  "$java" -jar "$jar" "$@" -rf json -rff "$out/$result" 2>&1 | tee -a "$log"
  # Paths of the machine are nobody's business.
  sed -i 's|"jvm" : ".*"|"jvm" : "java"|' "$out/$result"
}

precise=(-f 2 -wi 2 -w 1 -i 3 -r 1)
single=(-f 1 -wi 2 -w 1 -i 4 -r 1)
slow=(-f 1 -wi 0 -i 3 -r 1) # a minute each, and nothing to warm up
ms=64,128,256,512,1024,2048
large=512,1024,2048
long=512,2048
peers=128,512
ns=64,128,256,512
small=64
spectra=64,256,512,2048
n=512
if $quick; then
  precise=(-f 1 -wi 1 -w 100ms -i 1 -r 100ms)
  single=("${precise[@]}")
  slow=("${precise[@]}")
  ms=64 large=128 long=64 peers=64 ns=64 small=32 spectra=64 n=64
fi

limits() {
  jmh limits LimitsBenchmark "${precise[@]}"
}

compression() {
  local both=java,openblas-dsyrk others=ejml,ojalgo,netlib-tn,netlib-nt,netlib-tn-blocks
  jmh compression-1 CompressionBenchmark "${precise[@]}" -p implementation=$both -p m=$ms \
    -p samples=10000 -p threads=1
  jmh compression-2 CompressionBenchmark "${precise[@]}" -p implementation=$both -p m=$large \
    -p samples=10000 -p "threads=$threads"
  jmh compression-3 CompressionBenchmark "${single[@]}" -p implementation=$both -p m=$long \
    -p samples=50000 -p threads=1
  jmh compression-4 CompressionBenchmark "${single[@]}" -p implementation=$others -p m=$peers \
    -p samples=10000 -p threads=1
  jmh compression-5 CompressionBenchmark "${single[@]}" -p implementation=$others -p m=$n \
    -p samples=10000 -p "threads=$threads"
}

projection() {
  jmh projection-1 ProjectionBenchmark "${precise[@]}" -p n=$ns -p threads=1
  jmh projection-2 ProjectionBenchmark "${precise[@]}" -p n=$n -p "threads=$threads"
}

spectrum() {
  jmh spectrum SpectrumBenchmark "${precise[@]}" -p n=$spectra
}

minimal() {
  jmh minimal-1 MinimalMatchBenchmark "${precise[@]}" -p method=spanmatch -p n=$small -p samples=2000
  jmh minimal-2 MinimalMatchBenchmark "${slow[@]}" -p method=numpy -p n=$small -p samples=2000
  jmh minimal-3 SimpleMatchesBenchmark.one "${precise[@]}" -p n=$ns
  jmh minimal-4 SimpleMatchesBenchmark.all "${single[@]}" -p n=$ns
}

authors() {
  jmh authors-1 AuthorsBenchmark "${precise[@]}" -p method=spanmatch,numpy-gram -p n=$n
  jmh authors-2 AuthorsBenchmark "${slow[@]}" -p method=authors -p n=$n
}

memory() {
  echo "==> memory.md"
  echo "java -cp $jar org.spanmatch.benchmarks.PeakMemory" >>"$out/machine.txt"
  "$java" -cp "$jar" org.spanmatch.benchmarks.PeakMemory | tee "$out/memory.md"
}

commit=$(git rev-parse --short HEAD)
[[ -z $(git status --porcelain --untracked-files=no) ]] || commit="$commit, with changes"
{
  echo "Date: $(date -u '+%F %H:%M UTC')"
  echo "Commit: $commit"
  echo "Processor: $(lscpu | sed -n 's/^Model name: *//p'), $threads threads," \
    "family $(lscpu | sed -n 's/^CPU family: *//p')," \
    "$(lscpu | sed -n 's/^Virtualization type: *//p' | sed 's/full/virtual/')"
  echo "Memory: $(free -g | awk '/^Mem:/ {print $2}') GiB"
  echo "Load before: $(cut -d' ' -f1 /proc/loadavg)"
  echo "System: $(uname -s)"
  echo "JDK: $("$java" -version 2>&1 | sed -n '2,3p' | paste -sd';')"
  echo "numpy: $(python3 -c 'import numpy; print(numpy.__version__)' 2>/dev/null || echo missing)"
  if $quick; then echo "Quick: the numbers mean nothing"; fi
  echo "Commands:"
} >>"$out/machine.txt"

begin=$SECONDS
for suite in "${suites[@]}"; do
  "$suite"
done
{
  echo "OpenBLAS works for: $(grep -oE 'Core: \w+' "$log" | sort -u | sed 's/Core: //' | paste -sd,)"
  echo "Took: $((SECONDS - begin)) s"
  echo
} >>"$out/machine.txt"
"$java" -cp "$jar" org.spanmatch.benchmarks.ResultsTable "$out" >"$out/tables.md"
if [[ -f $out/memory.md ]]; then
  printf '\n### Peak memory of compressing and a spectrum\n\n' | cat - "$out/memory.md" >>"$out/tables.md"
fi
echo "==> $out/tables.md"
cat "$out/tables.md"
if grep -q '<failure>' "$log"; then
  echo "==> some benchmarks failed; see <failure> above" >&2
  exit 1
fi
