#!/usr/bin/env bash
# Publishes what was measured: makes tables and figures again from the results in folders, and puts
# them into the pages that show them, between two marks.
#
#   benchmarks/publish.sh FOLDER...      such as benchmarks/results/2026-11-25-layers
#
# A folder that 'spanmatch bench --out' wrote goes into docs/benchmarking.md, and loses what only says
# where on the machine Java lies; one that run.sh wrote goes into benchmarks/results/README.md, with the
# targets that were missed. At most one of each kind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,/^set/{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

begin='<!-- What follows is made by benchmarks/publish.sh from'
end='<!-- That was made by benchmarks/publish.sh. -->'
section=$(mktemp)
trap 'rm -f "$section"' EXIT

# into PAGE: puts $section into the page, in place of what is between the marks.
into() {
  local page=$1
  awk -v begin="$begin" -v end="$end" -v section="$section" '
    index($0, begin) == 1 { inside = 1; found = 1; while ((getline line <section) > 0) print line }
    !inside { print }
    $0 == end { inside = 0 }
    END { if (!found || inside) exit 1 }
  ' "$page" >"$page.part" || { rm -f "$page.part"; echo "$page lacks the marks" >&2; exit 1; }
  mv "$page.part" "$page"
}

publish_layers() {
  local folder=$1
  rm -f "$folder/jmh.log"
  sed -i 's|"jvm" : ".*"|"jvm" : "java"|' "$folder/jmh.json"
  ./spanmatch bench --report "$folder"
  {
    echo "$begin $folder -->"
    cat "$folder/bench.md"
    echo
    echo "![Time against neurons](../$folder/time-neurons.svg)"
    echo
    echo "![Time against samples](../$folder/time-samples.svg)"
    echo "$end"
  } >"$section"
  into docs/benchmarking.md
}

# The targets that tables.md marks as missed, one a line: its table, what the row is of, and the value.
missed() {
  awk -F ' *[|] *' '
    /^### / { title = substr($0, 5); next }
    !/^[|]/ { header = 0; next }
    !header { for (i = 2; i < NF; i++) head[i] = $i; header = 1; next }
    /missed/ {
      row = ""
      for (i = 2; i < NF && head[i] !~ /ms|measured|MB/; i++) {
        if ($i == "") continue
        named = head[i] ~ /backend|what|limit/ || $i ~ /last . first/
        row = row (row == "" ? "" : ", ") (named ? $i : head[i] " " $i)
      }
      for (i = 2; i < NF; i++) {
        if ($i ~ /missed/) {
          value = head[i] ~ /target$/ ? "measured " $3 ", " head[i] " " $i : head[i] " " $i
          gsub(/[*]/, "", value)
          print "- " title ": " row ": " value
        }
      }
    }' "$1/tables.md"
}

publish_suites() {
  local folder=$1 name
  name=$(basename "$folder")
  if [[ $folder != benchmarks/results/* ]]; then
    echo "$folder: expected a folder in benchmarks/results, which the page links to" >&2
    exit 2
  fi
  benchmarks/tables.sh "$folder"
  fact() { sed -n "s/^$1: *//p" "$folder/machine.txt" | head -n 1; }
  {
    echo "$begin $folder -->"
    echo "Measured on $(fact Date): $(fact Processor), $(fact Memory), $(fact JDK); commit $(fact Commit)."
    echo "[Tables]($name/tables.md), [machine, clocks and commands]($name/machine.txt)."
    echo
    awk '/^### / { shown = /^### Targets/ } shown' "$folder/tables.md"
    echo
    if grep -q 'missed' "$folder/tables.md"; then
      echo "Missed:"
      echo
      missed "$folder"
    else
      echo "No target was missed."
    fi
    echo "$end"
  } >"$section"
  into benchmarks/results/README.md
}

(($#)) || usage
for folder in "$@"; do
  [[ -f $folder/jmh.json && -f $folder/machine.json || -f $folder/machine.txt ]] || usage
done
for folder in "$@"; do
  folder=${folder%/}
  if [[ -f $folder/machine.json ]]; then
    publish_layers "$folder"
  else
    publish_suites "$folder"
  fi
done
