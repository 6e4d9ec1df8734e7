#!/bin/sh
# Builds the libcublas.so.12 that hands calls on to cuBLAS 13, with gcc on Linux x86-64.
# The result is kept in version control, so that building spanmatch takes no C compiler: run this
# after a change of src/main/native/cublas-forwarder.* or cublas-names.txt.
#
# usage: build-forwarder.sh [OUTPUT]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$here/src/main/native
output=${1:-$here/src/main/resources/org/spanmatch/kernel/cuda/linux-x86_64/libcublas.so.12}

generated=$(mktemp -d)
trap 'rm -rf "$generated"' EXIT
sed 's/.*/NAME(&)/' "$source/cublas-names.txt" > "$generated/cublas-names.inc"

# No start files and no libgcc: only dlopen and dlsym come from outside. Since glibc 2.34 they are
# in libc itself, and libdl is named for the older ones. There is nothing to unwind in a jump.
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -fcf-protection=none -fno-stack-protector \
  -fno-asynchronous-unwind-tables -I "$generated" \
  -shared -nostdlib -s \
  -Wl,-soname,libcublas.so.12 -Wl,--version-script="$source/cublas-forwarder.map" \
  -Wl,--build-id=none -Wl,--hash-style=gnu -Wl,-z,noexecstack -Wl,-z,text -Wl,-z,relro \
  -o "$output" "$source/cublas-forwarder.c" \
  -Wl,--no-as-needed -l:libdl.so.2 -lc
chmod 644 "$output"
