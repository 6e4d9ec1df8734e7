#!/bin/sh
# Builds the code that ships in src/main/resources/org/spanmatch/kernel/cuda: for each source in
# src/main/cuda PTX, and binaries (cubins) for some GPUs. Needs nvcc and ptxas of CUDA 13; run it after
# each change of a source or a header:
#
#   kernel-cuda/build-ptx.sh            writes the files
#   kernel-cuda/build-ptx.sh --check    only says whether they are up to date
#
# The header of the PTX is lowered so that every driver for CUDA 12 and GPUs from compute capability 7.5
# on take the code, which uses nothing newer; a test assembles it for several GPUs. Its second line
# holds the checksum of the source followed by all headers, by which a test without nvcc finds that
# they differ.
#
# A cubin is assembled from the PTX that ships, as a driver would do it. cubins.txt holds the checksums
# of both for each, by which a test without ptxas finds that they differ. DeviceImage.java has the same
# list of GPUs. Code for 8.9 is the same as for 8.6, so it needs no cubin.
set -eu
cd "$(dirname "$0")"
sources=src/main/cuda
targets=src/main/resources/org/spanmatch/kernel/cuda
architectures='80 86 90 100 120'
export LC_ALL=C # the order of the headers

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
sum() {
  sha256sum | cut -d ' ' -f 1
}
for source in "$sources"/*.cu; do
  name=$(basename "$source" .cu)
  nvcc -ptx -O3 -arch=compute_75 -o "$built/raw" "$source"
  {
    echo "// Built from $name.cu by build-ptx.sh; do not edit."
    echo "// sha256 of the source and the headers: $(cat "$source" "$sources"/*.cuh | sum)"
    # The names of static things hold a checksum of the path; and comments name the compiler's build.
    sed -e '/^\/\//d' \
      -e 's/^\.version .*/.version 6.3/' \
      -e 's/^\.target .*/.target sm_75/' \
      -e 's/_INTERNAL_[0-9a-f]\{8\}_/_INTERNAL_/g' "$built/raw"
  } >"$built/$name.ptx"
  rm "$built/raw"
done
for ptx in "$built"/*.ptx; do
  name=$(basename "$ptx" .ptx)
  for architecture in $architectures; do
    cubin=sm_$architecture/$name.cubin
    mkdir -p "$built/sm_$architecture"
    ptxas -O3 -arch="sm_$architecture" -o "$built/$cubin" "$ptx"
    echo "$cubin $(sum <"$built/$cubin") from PTX $(sum <"$ptx")" >>"$built/cubins.txt"
  done
done

if [ "${1-}" = --check ]; then
  cmp "$built/cubins.txt" "$sources/cubins.txt"
  rm "$built/cubins.txt"
  for file in "$built"/*.ptx "$built"/sm_*/*; do
    cmp "$file" "$targets/${file#"$built"/}"
  done
else
  mv "$built/cubins.txt" "$sources/"
  rm -rf "$targets"/*.ptx "$targets"/sm_*
  cp -r "$built"/* "$targets/"
fi
