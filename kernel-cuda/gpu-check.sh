#!/usr/bin/env bash
# Checks the cuda backend on a machine with a GPU, from inside a bundle that was made with
# 'spanmatch bundle --with-checks'. Needs no Java, Maven or network; takes at most eight minutes.
#
#   gpu-check.sh [--out DIR] [--data DIR] [--library-path DIR] [--stand-in DIR]
#
#   --out DIR           where the results go: at most 6 files; default gpu-check-DATE
#   --data DIR          also compares the backends on DIR/x.npz and DIR/y.npz
#   --library-path DIR  where NVIDIA's libraries are, if not where spanmatch looks for them
#   --stand-in DIR      runs on the tests' stand-in for CUDA there, to test this script; no benchmarks
#
# Every step has a time limit; a step that fails or can't run is reported, and the others go on. Exit
# status: 0 if no step failed and the tests ran, 1 if not, 2 for wrong usage.
set -uo pipefail
exec </dev/null
# Java writes in the encoding of the locale, and tables hold ± and ×.
export LC_ALL=C.UTF-8

usage() {
  sed -n '2,/^set/{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

out=gpu-check-$(date -u +%F)
data=
libraries=
stand_in=
while (($#)); do
  case $1 in
    --out | --data | --library-path | --stand-in) (($# > 1)) && [[ -n $2 ]] || usage ;;
    *) usage ;;
  esac
  case $1 in
    --out) out=$2 ;;
    --data) data=$(cd "$2" && pwd) || exit 2 ;;
    --library-path) libraries=$2 ;;
    --stand-in) stand_in=$(cd "$2" && pwd) || exit 2 ;;
  esac
  shift 2
done

home=$(cd -P "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
if [[ ! -x $home/runtime/bin/java || ! -d $home/check ]]; then
  echo "gpu-check.sh runs in a bundle: make one with 'spanmatch bundle --with-checks'" >&2
  exit 2
fi
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
log=$out/log.txt
: >"$log" || exit 1
rm -f "$out"/{jmh,peers}.json "$out"/{summary.md,machine.txt,steps.csv}

# What all Java processes get. A GPU's libraries are found by themselves.
options=(-Djava.awt.headless=true --add-modules jdk.incubator.vector)
# Two garbage collectors are an error to Java.
case "${JAVA_TOOL_OPTIONS-} ${JDK_JAVA_OPTIONS-} ${_JAVA_OPTIONS-}" in
  *+Use*GC*) ;;
  *) options+=(-XX:+UseParallelGC) ;;
esac
version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/runtime/release")
((version < 24)) || options+=(--enable-native-access=ALL-UNNAMED)
path=${stand_in:-$libraries}
[[ -z $stand_in ]] || export SPANMATCH_STANDIN_DEVICES=2 SPANMATCH_STANDIN_DRIVER=13000 # as Maven runs the tests
[[ -z $path ]] || options+=("-Dspanmatch.cuda.libraryPath=$path")
export SPANMATCH_JAVA_OPTS="${SPANMATCH_JAVA_OPTS-}${path:+ '-Dspanmatch.cuda.libraryPath=$path'}"
jars="$home/check/*:$home/app/*:$home/app/lib/*"
java=("$home/runtime/bin/java" "${options[@]}" -cp "$jars")

# All steps together get so many seconds; nothing starts when they are over. The order is that of
# worth: that matches agree, what only a GPU can show, what has been shown before.
budget=450
# The stand-in is slow.
[[ -z $stand_in ]] || budget=1200
rows=()
failed=0
ran_tests=false

# note NAME OUTCOME SECONDS DETAIL: a line of the summary.
note() {
  echo "==> $1: $2${4:+ ($4)}"
  rows+=("| $1 | $2 | $3 | ${4-} |")
}

# step NAME LIMIT COMMAND...: runs a command for at most LIMIT seconds. Its output goes to the log; its
# last line is what the summary says.
step() {
  local name=$1 limit=$2 begin=$SECONDS left=$((budget - SECONDS)) status detail
  shift 2
  if ((left < 10)); then
    failed=1
    note "$name" "not run" 0 "no time left"
    return 1
  fi
  ((limit < left)) || limit=$left
  echo "==> $name (at most $limit s)"
  printf '\n==> %s: %s\n' "$name" "$*" >>"$log"
  timeout -k 5 "$limit" "$@" >"$tmp/output" 2>&1
  status=$?
  cat "$tmp/output" >>"$log"
  detail=$(grep -v '^WARNING' "$tmp/output" | grep . | tail -n 1)
  # Of a stack trace the first line tells more.
  ((status == 0)) || detail=$(grep -m 1 -E '(Exception|Error): ' "$tmp/output" || echo "$detail")
  detail=$(tr '|' '/' <<<"$detail" | cut -c 1-160)
  case $status in
    0) note "$name" passed $((SECONDS - begin)) "$detail" ;;
    124 | 137) failed=1; note "$name" "**out of time**" $((SECONDS - begin)) "limit $limit s" ;;
    *) failed=1; note "$name" "**failed**" $((SECONDS - begin)) "status $status: $detail" ;;
  esac
  return "$status"
}

skip() {
  note "$1" skipped 0 "$2"
}

machine() {
  echo "Date: $(date -u '+%F %H:%M UTC')"
  echo "spanmatch: $("$home/spanmatch" --version 2>/dev/null)"
  echo "Java: $(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$home/runtime/release")"
  echo "System: $(uname -sr), $(getconf GNU_LIBC_VERSION 2>/dev/null || echo 'no glibc')"
  echo "Processor: $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1), $(nproc) threads"
  echo "Memory: $(awk '/^MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo)"
  if command -v nvidia-smi >/dev/null; then
    echo "GPU (name, driver, clocks now and at most, power limit, memory, ECC, PCIe):"
    timeout 20 nvidia-smi --format=csv,noheader --query-gpu=index,name,driver_version,\
clocks.sm,clocks.max.sm,clocks.mem,power.limit,memory.total,ecc.mode.current,\
pcie.link.gen.current,pcie.link.width.current || echo "nvidia-smi does not answer"
  else
    echo "nvidia-smi: missing"
  fi
  echo "Backends:"
  timeout 60 "$home/spanmatch" backends 2>&1 | grep -v '^WARNING' | sed 's/^/  /'
}

# The tests of kernel-cuda, but those that look at its sources. What only makes sense on the stand-in
# skips itself.
tests() {
  step "tests" "$([[ -n $stand_in ]] && echo 900 || echo 200)" "${java[@]}" -Xmx4g -Dspanmatch.test.requireBackend=cuda \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=tree --disable-ansi-colors \
    --scan-classpath "$(echo "$home"/check/spanmatch-kernel-cuda-*-tests.jar)" \
    --include-package org.spanmatch.kernel.cuda --fail-if-no-tests \
    --exclude-classname '.*[.](CublasForwarderTest|GramCodeTest|ShippedCodeTest|SpanLayoutTest|StandInTest)'
  local status=$?
  local counts
  counts=$(sed -n 's/^\[ *\([0-9]* tests \(successful\|skipped\|aborted\|failed\)\) *\]$/\1/p' \
    "$tmp/output" | paste -sd ',' | sed 's/,/, /g')
  [[ -z $counts ]] || rows[-1]=$(sed 's/[^|]*|$//' <<<"${rows[-1]}")" $counts |"
  ((status)) || ran_tests=true
}

# compare NAME X Y: the matches of both backends.
compare() {
  local name=$1 backend
  for backend in cuda java; do
    step "$name: $backend" 90 "$home/spanmatch" match "$2" "$3" --backend "$backend" --quiet \
      --json "$tmp/$backend.json" || return 1
  done
  step "$name: same sets" 30 "${java[@]}" org.spanmatch.benchmarks.SameMatches \
    "$tmp/cuda.json" "$tmp/java.json"
}

comparisons() {
  local layers=(8x1000 64x5000 256x10000 1000x20000)
  [[ -z $stand_in ]] || layers=(8x1000 64x2000)
  if step "generated layers" 60 "${java[@]}" org.spanmatch.benchmarks.MixtureFiles \
    "$tmp/layers" "${layers[@]}"; then
    compare "generated layers" "$tmp/layers/x.npz" "$tmp/layers/y.npz"
  fi
  if [[ -n $data ]]; then
    compare "data" "$data/x.npz" "$data/y.npz"
  else
    skip "data" "no --data"
  fi
}

# How long a command on a small layer takes, from the start of the process to its end: the least of
# three, in turn, with binaries, with PTX that the driver has compiled before, with PTX that it
# compiles, and with java. Then the parts of one start.
starts() {
  local small=$tmp/small way round begin took file=$tmp/start.json least=() ways=(binaries ptx compiled java)
  "${java[@]}" org.spanmatch.benchmarks.MixtureFiles "$small" 40x500 >>"$log" 2>&1 || {
    failed=1
    note "start" "**failed**" 0 "no small layer"
    return
  }
  local from=$SECONDS
  has_time "start" 40 || return
  for round in 1 2 3; do
    for way in "${!ways[@]}"; do
      begin=$(date +%s%N)
      if ! start_one "${ways[way]}" --quiet --json "$file" >>"$log" 2>&1; then
        failed=1
        note "start" "**failed**" $((SECONDS - from)) "${ways[way]}, round $round"
        return
      fi
      took=$((($(date +%s%N) - begin) / 1000000))
      ((took >= ${least[way]:-1000000})) || least[way]=$took
    done
  done
  note "start" passed $((SECONDS - from)) "least of 3, ms: binaries ${least[0]}, PTX ${least[1]}, \
PTX compiled anew ${least[2]}, java ${least[3]}"
  {
    echo "Start of a small layer, by its parts:"
    for way in binaries compiled; do
      start_one "$way" --json "$file" --debug 2>&1 | sed -n "s/.*CUDA start: /  $way: /p"
    done
  } >>"$out/machine.txt"
}

# start_one WAY OPTION...: one of these commands.
start_one() {
  local backend=cuda property= cache=0
  case $1 in
    ptx) property=-Dspanmatch.cuda.code=ptx ;;
    compiled) property=-Dspanmatch.cuda.code=ptx cache=1 ;;
    java) backend=java ;;
  esac
  shift
  CUDA_CACHE_DISABLE=$cache SPANMATCH_JAVA_OPTS="${SPANMATCH_JAVA_OPTS-} $property" \
    timeout 30 "$home/spanmatch" match "$tmp/small/x.npz" "$tmp/small/y.npz" --backend "$backend" "$@"
}

# The error bounds of both backends against an arbiter; the last line says whether they hold.
validation() {
  step "validate" "$([[ -n $stand_in ]] && echo 240 || echo 90)" "$home/spanmatch" validate \
    --backends cuda,java --level quick --quiet
}

# Where compute-sanitizer finds an error it exits with 9. The JVM's own signals are none.
sanitizer() {
  local tool small=$tmp/small program found=
  for program in /usr/local/cuda*/bin/compute-sanitizer "$(command -v compute-sanitizer)"; do
    [[ ! -x $program ]] || found=$program
  done
  if [[ -n $stand_in ]]; then
    skip "compute-sanitizer" "on the stand-in"
    return
  elif [[ -z $found ]]; then
    skip "compute-sanitizer" "not installed"
    return
  fi
  if [[ ! -f $small/x.npz ]]; then
    skip "compute-sanitizer" "no small layer"
    return
  fi
  for tool in memcheck racecheck initcheck; do
    step "$tool" 45 "$found" --tool "$tool" --error-exitcode 9 --target-processes all \
      "$home/spanmatch" match "$small/x.npz" "$small/y.npz" --backend cuda --quiet --spectrum \
      --json "$tmp/small.json"
  done
}

# jmh NAME LIMIT ARGUMENT...: some benchmarks. JMH writes its results when it ends, so that one call for
# all would lose all with a single one that takes too long.
heap=12g
iterations=(-wi 3 -w 100ms -i 8 -r 200ms)
jmh() {
  local name=$1 limit=$2
  shift 2
  # The JVMs that measure inherit the heap.
  step "benchmarks: $name" "$limit" "${java[@]}" "-Xmx$heap" org.openjdk.jmh.Main "$@" -f 1 \
    "${iterations[@]}" -foe true -prof org.spanmatch.tuning.Speeds -rf json \
    -rff "$tmp/jmh-$name.json"
}

# score NAME: the result of a call alone, beside the others: it is measured under the same name as one
# of them, in another way. The summary says what it was.
score() {
  local scores
  scores=$(sed -n 's/^ *"score" : \([0-9.]*\),*$/\1/p' "$tmp/jmh-$1.json" 2>/dev/null | head -n 1)
  mv "$tmp/jmh-$1.json" "$tmp/alone-$1.json" 2>/dev/null
  [[ -z $scores ]] || rows[-1]=$(sed 's/[^|]*|$//' <<<"${rows[-1]}")" mean $scores ms |"
}

# The results of all calls as one list, without paths of the machine.
join_results() {
  local file separator='['
  for file in "$tmp"/jmh-*.json; do
    # A run that was cut off leaves an empty one.
    [[ -s $file ]] || continue
    echo "$separator"
    sed '/^[][]$/d;/^$/d;s|"jvm" : ".*"|"jvm" : "java"|' "$file"
    separator=,
  done
  [[ $separator == '[' ]] || echo ']'
}

benchmarks() {
  if [[ -n $stand_in ]]; then
    # One is started all the same: it must refuse.
    timeout 30 "${java[@]}" org.openjdk.jmh.Main DeviceBenchmark.dgemm -f 0 -wi 0 -i 1 -r 100ms \
      -foe true -p size=8 >"$tmp/output" 2>&1
    if grep -q 'CPU stand-in, not a GPU: refused' "$tmp/output"; then
      skip "benchmarks" "CPU stand-in, not a GPU: refused"
    else
      cat "$tmp/output" >>"$log"
      failed=1
      note "benchmarks" "**failed**" 0 "not refused on the stand-in"
    fi
    return
  fi
  local layers=(-p samples=20000 -p "threads=$(nproc)" -p backend=cuda)
  jmh limits 40 'DeviceBenchmark.(dgemm|copyToDevice)'
  jmh feed 40 DeviceBenchmark.feed
  jmh gram 60 DeviceBenchmark.gram -p products=FLOAT64
  jmh small 60 'PhasesBenchmark.(distances|levels)' "${layers[@]}" -p neurons=256,1024
  jmh large 80 'PhasesBenchmark.(distances|levels)' "${layers[@]}" -p neurons=4096
  # Beside the cooperative kernel, which the lines of 'spanmatch backends' name where it is missing.
  jmh three-launches 40 PhasesBenchmark.levels "${layers[@]}" -p neurons=4096 \
    -jvmArgsAppend -Dspanmatch.cuda.cooperative=false
  score three-launches
  jmh sliced 30 DeviceBenchmark.gram -p products=SLICED -p m=4096
  clocks "the GPU's benchmarks"
}

# has_time NAME SECONDS: whether so much is left; skips the step if not.
has_time() {
  ((budget - SECONDS >= $2)) || { skip "$1" "no time left"; return 1; }
}

# The curve of the processor's cores: multiply-adds alone, and the phases up to the match levels, with 1,
# 2, 4 ... threads.
processor() {
  if [[ -n $stand_in ]]; then
    skip "processor" "on the stand-in"
    return
  fi
  # So much is left for what comes after.
  local threads counts=1 heap=4g budget=$((budget - 40))
  has_time "processor" 90 || return
  for ((threads = 1; threads <= $(nproc) && threads <= 16; threads *= 2)); do
    ((threads == 1)) || counts+=,$threads
    jmh "multiply-adds-$threads" 15 LimitsBenchmark.multiplyAddAllThreads -t "$threads"
  done
  jmh scaling 90 PhasesBenchmark.levels -p backend=java -p neurons=1024 -p samples=10000 \
    -p "threads=$counts"
  clocks "the processor's benchmarks"
  if (($(nproc) >= 16 && $(awk '/^MemTotal/ {print $2}' /proc/meminfo) > 30000000)) &&
    has_time "benchmarks: largest" 100; then
    # A call takes ten seconds; the one that is checked has warmed up everything.
    local iterations=(-wi 0 -i 2)
    heap=16g
    jmh largest 110 PhasesBenchmark.levels -p backend=java -p neurons=4096 -p samples=50000 \
      -p threads=16
  fi
}

# clocks WHEN: adds the frequency of the processors, the load, and the GPU's clocks to machine.txt.
clocks() {
  {
    echo "After $1:"
    echo "  Processor: $(sed -n 's/^cpu MHz[^:]*: *//p' /proc/cpuinfo | sort -n | sed -n '1p;$p' |
      paste -sd' ') MHz (lowest, highest), load $(cut -d' ' -f1 /proc/loadavg)"
    ! command -v nvidia-smi >/dev/null || echo "  GPU: $(timeout 20 nvidia-smi \
      --format=csv,noheader --query-gpu=clocks.sm,clocks.mem,power.draw | paste -sd';')"
  } >>"$out/machine.txt"
}

peers() {
  if [[ -n $stand_in ]]; then
    skip "peers" "on the stand-in"
    return
  fi
  local missing
  if ! missing=$(timeout 30 python3 "$home/check/gpu_peers.py" --check 2>&1); then
    skip "peers" "$(tail -n 1 <<<"${missing:-no python3}" | cut -c 1-160)"
    return
  fi
  step "peers" 60 python3 "$home/check/gpu_peers.py" --out "$out/peers.json"
}

summary() {
  echo "# Check of the cuda backend"
  echo
  sed 's/^/    /' "$out/machine.txt"
  echo
  echo "Took $SECONDS s. Everything that was printed is in \`log.txt\`."
  echo
  echo "| step | outcome | seconds | |"
  echo "| --- | --- | --- | --- |"
  printf '%s\n' "${rows[@]}"
  local results=()
  local file
  for file in "$out/jmh.json" "$out/peers.json"; do
    [[ ! -s $file ]] || results+=("$file")
  done
  if ((${#results[@]})); then
    timeout 30 "${java[@]}" org.spanmatch.benchmarks.ResultsTable "${results[@]}" 2>>"$log" ||
      echo "The tables could not be made; see log.txt."
  fi
}

machine >"$out/machine.txt"
cat "$out/machine.txt"
comparisons
benchmarks
peers
starts
tests
validation
processor
sanitizer
[[ -n $stand_in ]] || join_results >"$out/jmh.json"
summary >"$out/summary.md"
{
  echo "step,outcome,seconds"
  printf '%s\n' "${rows[@]}" | awk -F ' *[|] *' '{gsub(/\*/, ""); print "\"" $2 "\"," $3 "," $4}'
} >"$out/steps.csv"
# The log goes home too: its beginning and end, if it is long.
if (($(wc -c <"$log") > 8000000)); then
  { head -c 4000000 "$log"; printf '\n...\n'; tail -c 4000000 "$log"; } >"$tmp/log" && mv "$tmp/log" "$log"
fi
$ran_tests || failed=1
echo "==> $out/summary.md: $( ((failed)) && echo 'NOT all steps passed' || echo 'all steps that could run passed')"
exit "$failed"
