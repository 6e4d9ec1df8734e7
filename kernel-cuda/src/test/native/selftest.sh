#!/bin/sh
# The stand-in's own test: selftest.sh OUT_DIR [benchmark]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
"$here/build.sh" "$out" "$here/selftest.cu"
"${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra -Werror -pthread -o "$out/selftest" "$here/selftest.c" \
    -L "$out" -l:libcublas.so.12 -l:libcuda.so.1 -Wl,-rpath,"$out" -lm
SPANMATCH_STANDIN_DEVICES=2 SPANMATCH_STANDIN_MEMORY=$((256 << 20)) "$out/selftest" "${2-}"
