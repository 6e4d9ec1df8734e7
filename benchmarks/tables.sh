#!/usr/bin/env bash
# Makes tables.md again from what run.sh measured in a folder.
#
#   benchmarks/tables.sh FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1-}
if (($# != 1)) || [[ ! -f $folder/machine.txt ]]; then
  sed -n '2,/^set/{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
# Java writes in the encoding of the locale, and tables hold … and ×.
LC_ALL=C.UTF-8 "$java" -cp benchmarks/target/benchmarks.jar org.spanmatch.benchmarks.ResultsTable \
  "$folder" >"$folder/tables.md"
if [[ -f $folder/memory.md ]]; then
  printf '\n### Peak memory of compressing and a spectrum\n\n' | cat - "$folder/memory.md" \
    >>"$folder/tables.md"
fi
