#!/usr/bin/env bash
# Makes the table and figures of whole layers again from JMH's results in a folder that
# 'spanmatch bench --out' wrote, and puts them into the part of docs/benchmarking.md between the two
# marks.
#
#   benchmarks/publish.sh FOLDER      such as benchmarks/results/2026-11-25-layers
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

begin='<!-- What follows is made by benchmarks/publish.sh from'
end='<!-- That was made by benchmarks/publish.sh. -->'
page=docs/benchmarking.md
folder=${1-}
if (($# != 1)) || [[ ! -f $folder/jmh.json ]]; then
  sed -n '2,/^set/{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
folder=${folder%/}

./spanmatch bench --report "$folder"
section=$(mktemp)
trap 'rm -f "$section"' EXIT
{
  echo "$begin $folder -->"
  cat "$folder/bench.md"
  echo
  echo "![Time against neurons](../$folder/time-neurons.svg)"
  echo
  echo "![Time against samples](../$folder/time-samples.svg)"
  echo "$end"
} >"$section"
awk -v begin="$begin" -v end="$end" -v section="$section" '
  index($0, begin) == 1 { inside = 1; found = 1; while ((getline line <section) > 0) print line }
  !inside { print }
  $0 == end { inside = 0 }
  END { if (!found || inside) exit 1 }
' "$page" >"$page.part" || { rm -f "$page.part"; echo "$page lacks the marks" >&2; exit 1; }
mv "$page.part" "$page"
