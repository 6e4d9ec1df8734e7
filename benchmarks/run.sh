#!/usr/bin/env bash
# Runs the benchmark suites at published sizes, and writes JMH's results, what they were measured
# with, and tables into a folder. All suites take about 25 minutes on two cores.
#
#   benchmarks/run.sh [--quick] [--out FOLDER] [SUITE...]
#
# Suites: limits compression projection spectrum minimal layer file memory (all of them if none is
# named). Shares of limits need the suite limits in the same folder, and spectrum / compress needs
# compression.
# --quick only shows that everything works, in about two minutes: its numbers mean nothing.
# The default folder is benchmarks/results/DATE. Java: JAVA_HOME, or PATH.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,/^set/{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

all_suites=(limits compression projection spectrum minimal layer file memory)
out=benchmarks/results/$(date -u +%F)
quick=false
suites=()
while (($#)); do
  case $1 in
    --quick) quick=true ;;
    --out) (($# > 1)) || usage; out=$2; shift ;;
    *) [[ " ${all_suites[*]} " == *" $1 "* ]] || usage; suites+=("$1") ;;
  esac
  shift
done
((${#suites[@]})) || suites=("${all_suites[@]}")

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
  set -- "$@" -prof org.spanmatch.tuning.Speeds
  # Touching the heap takes longer than all else.
  ! $quick || set -- "$@" -jvmArgsAppend "-Xms256m -XX:-AlwaysPreTouch"
  printf 'java -jar %s %s -rf json -rff %s\n' "$jar" "$*" "$result" >>"$out/machine.txt"
  "$java" -jar "$jar" "$@" -rf json -rff "$out/$result" 2>&1 | tee -a "$log"
  # Paths of the machine are nobody's business.
  sed -i 's|"jvm" : ".*"|"jvm" : "java"|' "$out/$result"
}

precise=(-f 2 -wi 2 -w 1 -i 3 -r 1)
single=(-f 1 -wi 2 -w 1 -i 4 -r 1)
slow=(-f 1 -wi 0 -i 3 -r 1) # a minute each, and nothing to warm up
samples=10000
sizes=32,64,128,256,512,1024
large=256,512,1024
long=256,1024
peers=64,256
peer=256
ns=64,128,256,512
small=64
spectra=64,256,512,2048
beside=64,2048 # of those the ones that are not in large
n=512
if $quick; then
  precise=(-f 1 -wi 1 -w 100ms -i 1 -r 100ms)
  single=("${precise[@]}")
  slow=("${precise[@]}")
  samples=1000
  sizes=32 large=64 long=32 peers=32 peer=32 ns=64 small=32 spectra=64 beside=32 n=64
fi
one=(-p "samples=$samples" -p threads=1)
all=(-p "samples=$samples" -p "threads=$threads")

limits() {
  jmh limits LimitsBenchmark "${precise[@]}"
}

compression() {
  local both=java,openblas others=ejml,ojalgo,netlib,netlib-tn,netlib-nt
  jmh compression-1 CompressionBenchmark "${precise[@]}" "${one[@]}" -p backend=$both -p neurons=$sizes
  jmh compression-2 CompressionBenchmark "${precise[@]}" "${all[@]}" -p backend=$both -p neurons=$large
  jmh compression-3 CompressionBenchmark "${single[@]}" -p backend=$both -p neurons=$long \
    -p samples=50000 -p threads=1
  jmh compression-4 CompressionBenchmark "${single[@]}" "${one[@]}" -p backend=$others -p neurons=$peers
  jmh compression-5 CompressionBenchmark "${single[@]}" "${all[@]}" -p backend=$others -p neurons=$peer
  jmh compression-6 CompressionBenchmark "${precise[@]}" "${all[@]}" -p neurons=$beside
  jmh compression-7 CompressionBenchmark "${single[@]}" "${one[@]}" -p neurons=$peer -p precision=high
}

projection() {
  local backends=java,openblas,openblas-coefficients
  jmh projection-1 ProjectionBenchmark "${precise[@]}" -p backend=$backends -p neurons=$ns \
    -p samples=2000 -p threads=1
  jmh projection-2 ProjectionBenchmark "${precise[@]}" -p backend=$backends -p neurons=$n \
    -p samples=2000 -p "threads=$threads"
}

spectrum() {
  jmh spectrum 'SpectrumBenchmark|MaximumMatchBenchmark' "${precise[@]}" "${all[@]}" -p neurons=$spectra
}

minimal() {
  jmh minimal-1 MinimalMatchBenchmark "${precise[@]}" -p neurons=$small -p samples=2000 -p threads=1
  jmh minimal-2 MinimalMatchBenchmark "${slow[@]}" -p backend=numpy -p neurons=$small \
    -p samples=2000 -p threads=1
  jmh minimal-3 SimpleMatchesBenchmark.one "${precise[@]}" "${one[@]}" -p neurons=$ns
  jmh minimal-4 SimpleMatchesBenchmark.all "${single[@]}" "${all[@]}" -p neurons=$ns
}

layer() {
  jmh layer-1 LayerBenchmark "${precise[@]}" "${all[@]}" -p backend=java,numpy-gram -p neurons=$n
  jmh layer-2 LayerBenchmark "${single[@]}" "${all[@]}" -p backend=openblas,netlib -p neurons=$n
  jmh layer-3 LayerBenchmark "${slow[@]}" "${all[@]}" -p backend=numpy -p neurons=$n
}

file() {
  jmh file-1 FileBenchmark "${single[@]}" "${all[@]}" -p neurons=$n -p dtype=float32,float16 \
    -p layout=nf,fn
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
