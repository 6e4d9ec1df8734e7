#!/usr/bin/env bash
# Makes the pictures of the documentation anew from the demo. Their letters depend on the machine's
# fonts, so it wants DejaVu Sans as the usual one, as a test does that compares them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
./spanmatch demo --out "$tmp/demo" --quiet
for figure in similarity spectrum; do
  cp "$tmp/demo/$figure.png" "docs/demo-$figure.png"
done
