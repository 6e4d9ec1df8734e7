#!/usr/bin/env bash
# Runs the benchmark suites at published sizes, and writes JMH's results, what they were measured
# with, and tables into a folder. All suites take about 23 minutes on two cores.
#
#   benchmarks/run.sh [--quick] [--plan] [--out FOLDER] [SUITE...]
#
# Suites (all of them if none is named): limits compression projection spectrum phases measures
# scaling minimal layer file memory cold. Shares of limits need the suite limits in the same folder,
# spectrum / compress needs compression. cold compares with numpy where python3 has it.
# --quick only shows that everything works, in about three minutes: its numbers mean nothing.
# --plan only prints how long each suite should take, on two cores.
# The default folder is benchmarks/results/DATE. Java: JAVA_HOME, or PATH. Needs no network.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,/^set/{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

all_suites=(limits compression projection spectrum phases measures scaling minimal layer file memory cold)
# Seconds on two cores: of a measurement with -f 1, about 8 if a call is short.
declare -A planned=([limits]=50 [compression]=370 [projection]=120 [spectrum]=95 [phases]=190 [measures]=61
  [scaling]=130 [minimal]=125 [layer]=95 [file]=40 [memory]=45 [cold]=75)
out=benchmarks/results/$(date -u +%F)
quick=false
plan=false
suites=()
while (($#)); do
  case $1 in
    --quick) quick=true ;;
    --plan) plan=true ;;
    --out) (($# > 1)) || usage; out=$2; shift ;;
    *) [[ " ${all_suites[*]} " == *" $1 "* ]] || usage; suites+=("$1") ;;
  esac
  shift
done
((${#suites[@]})) || suites=("${all_suites[@]}")

total=0
for suite in "${suites[@]}"; do
  ((total += planned[$suite]))
  ! $plan || printf '%5d s  %s\n' "${planned[$suite]}" "$suite"
done
if $plan; then
  printf '%5d s  in all\n' "$total"
  exit
fi

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jar=benchmarks/target/benchmarks.jar
[[ -f $jar ]] || { echo "build it first: mvn -B -ntp -pl benchmarks,cli -am package -DskipTests" >&2; exit 1; }
# Where they are set, OpenBLAS works as on another processor.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
export OPENBLAS_VERBOSE=2 # names the processor that it works for
threads=$(nproc)

mkdir -p "$out"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# jmh RESULT ARGUMENT...: one call of JMH, in JVMs with a heap of $heap if that is set. It goes on after
# a failure, and so does this script.
heap=
jmh() {
  local result=$1.json
  shift
  echo "==> $result: $*"
  set -- "$@" -prof org.spanmatch.tuning.Speeds
  # Touching the heap takes longer than all else.
  ! $quick || set -- "$@" -jvmArgsAppend "-Xms256m -XX:-AlwaysPreTouch"
  set -- ${heap:+"-Xmx$heap"} -jar "$jar" "$@" -rf json
  printf 'java %s -rff %s\n' "$*" "$result" >>"$out/machine.txt"
  "$java" "$@" -rff "$out/$result" 2>&1 | tee -a "$log"
  # Paths of the machine are nobody's business.
  sed -i 's|"jvm" : ".*"|"jvm" : "java"|' "$out/$result"
}

# 8 iterations that count after 3 that don't, in one JVM or two.
precise=(-f 2 -wi 3 -w 300ms -i 4 -r 500ms)
single=(-f 1 -wi 3 -w 300ms -i 8 -r 500ms)
slow=(-f 1 -wi 1 -i 3 -r 1) # ten seconds a call
samples=10000
sizes=32,64,128,256,512,1024
large=256,512,1024
long=256
peers=64,256
peer=256
ns=64,128,256,512
ones=64,256,512
searches=64,128,256
small=64
spectra=64,256,512,2048
beside=64,2048 # of those the ones that are not in large
phased=256,1024
measured=1024
restarted=4096
scaled=2048
scaled_samples=20000
n=512
runs=8
commands=(4x100 512x10000 1024x20000)
if $quick; then
  precise=(-f 1 -wi 1 -w 100ms -i 1 -r 100ms)
  single=("${precise[@]}")
  slow=("${precise[@]}")
  samples=1000
  sizes=32 large=64 long=32 peers=32 peer=32 ns=64 ones=64 searches=64 small=32 spectra=64 beside=32
  n=64 phased=64 measured=64 restarted=32 scaled=96 scaled_samples=1000 runs=1 commands=(4x100 64x1000)
fi
one=(-p "samples=$samples" -p threads=1)
all=(-p "samples=$samples" -p "threads=$threads")

limits() {
  jmh limits LimitsBenchmark "${single[@]}"
}

compression() {
  local both=java,openblas compress=CompressionBenchmark.compress
  jmh compression-1 $compress "${precise[@]}" "${one[@]}" -p backend=$both -p neurons=$sizes
  jmh compression-2 $compress "${precise[@]}" "${all[@]}" -p backend=$both -p neurons=$large
  jmh compression-3 $compress "${single[@]}" -p backend=$both -p neurons=$long \
    -p samples=50000 -p threads=1
  jmh compression-4 $compress "${single[@]}" "${one[@]}" -p backend=ejml,ojalgo,netlib \
    -p neurons=$peers
  jmh compression-5 $compress "${single[@]}" "${all[@]}" -p neurons=$peer \
    -p backend=ejml,ojalgo,netlib,netlib-tn,netlib-nt
  jmh compression-6 $compress "${single[@]}" "${all[@]}" -p neurons=$beside
  jmh compression-7 $compress "${single[@]}" "${one[@]}" -p neurons=$peer -p precision=high
}

projection() {
  local backends=java,openblas,openblas-coefficients
  jmh projection-1 ProjectionBenchmark "${single[@]}" -p backend=$backends -p neurons=$ns \
    -p samples=2000 -p threads=1
  jmh projection-2 ProjectionBenchmark "${single[@]}" -p backend=$backends -p neurons=$n \
    -p samples=2000 -p "threads=$threads"
}

spectrum() {
  jmh spectrum 'SpectrumBenchmark|MaximumMatchBenchmark' "${single[@]}" "${all[@]}" \
    -p neurons=$spectra
}

# The largest one for its restarts: half a minute a call.
phases() {
  jmh phases-1 PhasesBenchmark "${single[@]}" "${all[@]}" -p neurons=$phased
  if (($(awk '/^MemTotal/ {print $2}' /proc/meminfo) > 14000000)); then
    $quick || heap=10g
    jmh phases-2 PhasesBenchmark.levels "${slow[@]}" "${all[@]}" -p neurons=$restarted
    heap=
  else
    echo "SKIPPED: $restarted + $restarted neurons need 10 GB of memory" | tee -a "$out/machine.txt"
  fi
}

# Relative to the suite phases.
measures() {
  jmh measures-1 MeasuresBenchmark.all "${slow[@]}" "${all[@]}" -p neurons=$measured
  jmh measures-2 'MeasuresBenchmark.(alone|chance|cheap|table)' "${single[@]}" "${all[@]}" -p neurons=$measured
}

# How much faster everything gets with 1, 2, 4 ... threads.
scaling() {
  local counts=1 count
  for ((count = 2; count <= threads; count *= 2)); do
    counts+=,$count
    # The suite limits has those of one thread and of all.
    ((count == threads)) ||
      jmh "scaling-$count" LimitsBenchmark.multiplyAddAllThreads "${single[@]}" -t "$count"
  done
  jmh scaling PhasesBenchmark.levels "${single[@]}" -p neurons=$scaled \
    -p samples=$scaled_samples -p threads=$counts
}

minimal() {
  jmh minimal-1 MinimalMatchBenchmark "${single[@]}" -p neurons=$small -p samples=2000 -p threads=1
  jmh minimal-2 MinimalMatchBenchmark "${single[@]}" -p backend=numpy -p neurons=$small \
    -p samples=2000 -p threads=1
  jmh minimal-3 SimpleMatchesBenchmark.one "${single[@]}" "${one[@]}" -p neurons=$ones
  jmh minimal-4 SimpleMatchesBenchmark.all "${single[@]}" "${all[@]}" -p neurons=$searches
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

cold() {
  echo "==> cold.json"
  ./spanmatch --version # builds it where that is needed
  local program=org.spanmatch.benchmarks.ColdBenchmark
  echo "java -cp $jar $program ./spanmatch cold.json $runs ${commands[*]}" >>"$out/machine.txt"
  "$java" -cp "$jar" "$program" ./spanmatch "$out/cold.json" "$runs" "${commands[@]}" 2>&1 |
    tee -a "$log"
}

# The frequency of the processors and the load, and that of a GPU if there is one.
clocks() {
  local files=(/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq) mhz
  if [[ -r ${files[0]} ]]; then
    mhz=$(awk '{print $1 / 1000}' "${files[@]}")
  else
    mhz=$(sed -n 's/^cpu MHz[^:]*: *//p' /proc/cpuinfo)
  fi
  sort -n <<<"$mhz" | awk -v load="$(cut -d' ' -f1 /proc/loadavg)" '
    NF { least = n++ ? least : $1; most = $1 }
    END {
      if (n) printf "%.0f … %.0f MHz", least, most; else printf "no frequency known"
      printf ", load %s", load
    }'
  if command -v nvidia-smi >/dev/null; then
    printf ', GPU %s' "$(timeout 20 nvidia-smi --format=csv,noheader \
      --query-gpu=clocks.sm,clocks.max.sm,clocks.mem,power.draw | paste -sd';')"
  fi
  echo
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
  echo "Before: $(clocks)"
  echo "System: $(uname -s)"
  echo "JDK: $("$java" -version 2>&1 | sed -n '2,3p' | paste -sd';')"
  for library in numpy scipy; do
    echo "$library: $(python3 -c "import $library; print($library.__version__)" 2>/dev/null || echo missing)"
  done
  if $quick; then echo "Quick: the numbers mean nothing"; fi
  echo "Commands:"
} >>"$out/machine.txt"

begin=$SECONDS
took=()
for suite in "${suites[@]}"; do
  suite_begin=$SECONDS
  $quick || echo "==> $suite, planned for ${planned[$suite]} s on two cores"
  "$suite"
  took+=("Suite $suite: $((SECONDS - suite_begin)) s, then $(clocks)")
  echo "==> ${took[-1]}"
done
{
  printf '%s\n' "${took[@]}"
  echo "OpenBLAS works for: $(grep -oE 'Core: \w+' "$log" | sort -u | sed 's/Core: //' | paste -sd,)"
  echo "Took: $((SECONDS - begin)) s$($quick || echo ", planned: $total s on two cores")"
  echo
} >>"$out/machine.txt"
benchmarks/tables.sh "$out"
echo "==> $out/tables.md"
cat "$out/tables.md"
if grep -q '<failure>' "$log"; then
  echo "==> some benchmarks failed; see <failure> above" >&2
  exit 1
fi
