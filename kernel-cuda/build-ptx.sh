#!/bin/sh
# Builds the PTX that ships, src/main/resources/org/spanmatch/kernel/cuda/spanmatch.ptx, from
# src/main/cuda/spanmatch.cu. Needs nvcc of CUDA 12 or 13; run it after each change of the source:
#
#   kernel-cuda/build-ptx.sh            writes the file
#   kernel-cuda/build-ptx.sh --check    only says whether it is up to date
#
# The header is lowered so that every driver for CUDA 12 and GPUs from compute capability 7.5 on take
# the code, which uses nothing newer; a test assembles it for several GPUs. The second line of the
# header holds the checksum of the source, by which a test without nvcc finds that the two differ.
set -eu
cd "$(dirname "$0")"
source=src/main/cuda/spanmatch.cu
target=src/main/resources/org/spanmatch/kernel/cuda/spanmatch.ptx

sum=$(sha256sum "$source" | cut -d ' ' -f 1)
ptx=$(mktemp)
trap 'rm -f "$ptx" "$ptx.new"' EXIT
nvcc -ptx -O3 -arch=compute_75 -o "$ptx" "$source"
{
  echo "// Built from spanmatch.cu by build-ptx.sh; do not edit."
  echo "// sha256 of spanmatch.cu: $sum"
  # The names of static things hold a checksum of the path; and comments name the compiler's build.
  sed -e '/^\/\//d' \
    -e 's/^\.version .*/.version 6.3/' \
    -e 's/^\.target .*/.target sm_75/' \
    -e 's/_INTERNAL_[0-9a-f]\{8\}_/_INTERNAL_/g' "$ptx"
} >"$ptx.new"

if [ "${1-}" = --check ]; then
  cmp "$ptx.new" "$target"
  exit
fi
mkdir -p "$(dirname "$target")"
cp "$ptx.new" "$target"
