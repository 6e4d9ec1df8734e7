#!/bin/sh
# Builds the PTX that ships, a file in src/main/resources/org/spanmatch/kernel/cuda for each source in
# src/main/cuda. Needs nvcc of CUDA 12 or 13; run it after each change of a source or a header:
#
#   kernel-cuda/build-ptx.sh            writes the files
#   kernel-cuda/build-ptx.sh --check    only says whether they are up to date
#
# The header is lowered so that every driver for CUDA 12 and GPUs from compute capability 7.5 on take
# the code, which uses nothing newer; a test assembles it for several GPUs. The second line of the
# header holds the checksum of the source followed by all headers, by which a test without nvcc finds
# that they differ.
set -eu
cd "$(dirname "$0")"
sources=src/main/cuda
targets=src/main/resources/org/spanmatch/kernel/cuda
export LC_ALL=C # the order of the headers

ptx=$(mktemp)
trap 'rm -f "$ptx" "$ptx.new"' EXIT
for source in "$sources"/*.cu; do
  name=$(basename "$source" .cu)
  target=$targets/$name.ptx
  sum=$(cat "$source" "$sources"/*.cuh | sha256sum | cut -d ' ' -f 1)
  nvcc -ptx -O3 -arch=compute_75 -o "$ptx" "$source"
  {
    echo "// Built from $name.cu by build-ptx.sh; do not edit."
    echo "// sha256 of the source and the headers: $sum"
    # The names of static things hold a checksum of the path; and comments name the compiler's build.
    sed -e '/^\/\//d' \
      -e 's/^\.version .*/.version 6.3/' \
      -e 's/^\.target .*/.target sm_75/' \
      -e 's/_INTERNAL_[0-9a-f]\{8\}_/_INTERNAL_/g' "$ptx"
  } >"$ptx.new"
  if [ "${1-}" = --check ]; then
    cmp "$ptx.new" "$target"
  else
    mkdir -p "$targets"
    cp "$ptx.new" "$target"
  fi
done
