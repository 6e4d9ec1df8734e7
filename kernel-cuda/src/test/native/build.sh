#!/bin/sh
# Builds the stand-in: build.sh OUT_DIR KERNELS [JCUDA_NATIVES_DIR]
#
# KERNELS is a CUDA source, or a folder with sources and their headers.
#
# The third argument, a folder with JCuda's unpacked native libraries, is for checking that every name
# they want is there. The lists of names are made from these libraries:
#   nm -D --undefined-only libJCudaDriver-*.so | sed -n 's/^ *U \(cu[A-Z][A-Za-z0-9_]*\).*/\1/p' | LC_ALL=C sort -u
#   nm -D --undefined-only libJCublas2-*.so | sed -n 's/^ *U \(cublas[A-Za-z0-9_]*\).*/\1/p' | LC_ALL=C sort -u
set -eu

if [ $# -lt 2 ]; then
    echo "usage: $0 OUT_DIR KERNELS [JCUDA_NATIVES_DIR]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
out=$1
if [ -d "$2" ]; then
    folder=$(cd "$2" && pwd)
    kernels=$(ls "$folder"/*.cu)
    headers=$(ls "$folder"/*.cuh)
else
    kernels=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
    headers=
fi
natives=${3-}
cuda_names=$here/names-cuda.txt
cublas_names=$here/../../main/native/cublas-names.txt
CC=${CC:-gcc}
CXX=${CXX:-g++}

if ! command -v "$CC" >/dev/null 2>&1 || ! command -v "$CXX" >/dev/null 2>&1; then
    echo "NO COMPILER ($CC, $CXX): the CUDA stand-in is not built, and the tests that need it can't run" >&2
    exit 0
fi

# Code for this very processor must not be taken for that of another one that sees the same folder.
state() {
    cat "$here"/*.c "$here"/*.cpp "$here"/*.h "$here/build.sh" "$cuda_names" "$cublas_names" $kernels $headers
    echo "$kernels"
    "$CXX" -v 2>&1
    grep -m 1 -E '^(flags|Features)' /proc/cpuinfo || true
}
stamp=$(state | cksum)
if [ "$(cat "$out/standin.stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

mkdir -p "$out"
rm -f "$out/standin.stamp"
work=$(mktemp -d "$out/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

common="-fPIC -march=native -ffp-contract=off -fvisibility=default -pthread"
strict="-Wall -Wextra -Werror"

# Weak, so that what is implemented takes precedence.
stubs() { # CODE
    sed "s/.*/__attribute__((weak)) int &(void) { return $1; }/"
}
stubs 801 <"$cuda_names" >"$work/stubs-cuda.c"
stubs 15 <"$cublas_names" >"$work/stubs-cublas.c"
echo 'size_t cublasLtGetVersion(void) { return 120600; }' | sed '1i #include <stddef.h>' >"$work/cublaslt.c"

# The preprocessor finds the kernels, wherever macros have hidden their heads.
modules=
for source in $kernels; do
    module=kernels_$(basename "$source" .cu)
    modules="$modules $module"
    "$CXX" -std=c++17 -E -P -D__global__=STANDIN_KERNEL -include "$here/cuda_on_cpu.h" -x c++ "$source" | tr '\n' ' ' \
        | grep -oE 'STANDIN_KERNEL +void +[A-Za-z_][A-Za-z0-9_]*' | sed 's/.* //' >"$work/kernels.txt" || true
    {
        echo "#include \"$source\""
        echo '#include "thunks.h"'
        echo "extern \"C\" const struct kernel standin_$module[] = {"
        sed 's/.*/    Thunk<\&&>::entry("&"),/' "$work/kernels.txt"
        echo '    {nullptr, 0, nullptr, nullptr, nullptr},'
        echo '};'
    } >"$work/$module.cpp"
done
{
    echo '#include "kernels.h"'
    printf 'extern const struct kernel standin_%s[];\n' $modules
    echo 'const struct kernel *const standin_kernels[] = {'
    printf '    standin_%s,\n' $modules
    echo '    NULL,'
    echo '};'
} >"$work/kernels.c"

echo '{ global: cu*; standin_*; local: *; };' >"$work/cuda.map"
echo 'libcublas.so.12 { global: cublas*; local: *; };' >"$work/cublas.map"
echo 'libcublasLt.so.12 { global: cublasLt*; local: *; };' >"$work/cublaslt.map"

for source in arena contexts control events memory modules objects streams; do
    "$CC" -std=gnu11 -O2 $common $strict -c "$here/$source.c" -o "$work/$source.o"
done
# Where the compiler keeps nothing below the stack pointer, a switch of fibres need not step over it.
case $("$CXX" -dumpmachine) in
    x86_64*) bare=-mno-red-zone ;;
    *) bare= ;;
esac
for source in cooperative fibres; do
    "$CXX" -std=c++17 -O2 $bare $common $strict -c "$here/$source.cpp" -o "$work/$source.o"
done
# The kernels' warnings are for nvcc to give.
objects=
for module in $modules; do
    "$CXX" -std=c++17 -O2 $common -w -include "$here/cuda_on_cpu.h" -I "$here" -c "$work/$module.cpp" -o "$work/$module.o"
    objects="$objects $work/$module.o"
done
"$CC" -std=gnu11 -O2 $common $strict -I "$here" -c "$work/kernels.c" -o "$work/kernels.o"
"$CC" -std=gnu11 -O1 $common $strict -c "$work/stubs-cuda.c" -o "$work/stubs-cuda.o"
"$CXX" -shared -pthread -Wl,-soname,libcuda.so.1 -Wl,--version-script="$work/cuda.map" -Wl,-z,defs \
    -o "$work/libcuda.so.1" "$work/arena.o" "$work/contexts.o" "$work/control.o" "$work/events.o" "$work/memory.o" \
    "$work/modules.o" "$work/objects.o" "$work/streams.o" "$work/cooperative.o" "$work/fibres.o" "$work/kernels.o" \
    $objects "$work/stubs-cuda.o"

"$CC" -std=gnu11 -O3 $common $strict -c "$here/blas.c" -o "$work/blas.o"
"$CC" -std=gnu11 -O2 $common $strict -c "$here/cublas.c" -o "$work/cublas.o"
"$CC" -std=gnu11 -O1 $common $strict -c "$work/stubs-cublas.c" -o "$work/stubs-cublas.o"
"$CC" -shared -Wl,-soname,libcublas.so.12 -Wl,--version-script="$work/cublas.map" -Wl,-z,defs -Wl,-rpath,'$ORIGIN' \
    -o "$work/libcublas.so.12" "$work/cublas.o" "$work/blas.o" "$work/stubs-cublas.o" -L "$work" -l:libcuda.so.1 -lm

"$CC" -shared $common $strict -Wl,-soname,libcublasLt.so.12 -Wl,--version-script="$work/cublaslt.map" \
    -o "$work/libcublasLt.so.12" "$work/cublaslt.c"

missing() { # NATIVE_LIBRARY LIBRARY
    nm -D --undefined-only "$1" | sed -n 's/^ *U \(cu[A-Za-z0-9_]*\).*/\1/p' | LC_ALL=C sort -u >"$work/wanted"
    nm -D --defined-only "$2" | sed -n 's/.* [TW] \(cu[A-Za-z0-9_]*\).*/\1/p' | LC_ALL=C sort -u >"$work/given"
    LC_ALL=C comm -23 "$work/wanted" "$work/given"
}
if [ -n "$natives" ]; then
    lacking=$(missing "$natives"/libJCudaDriver-*.so "$work/libcuda.so.1"
        missing "$natives"/libJCublas2-*.so "$work/libcublas.so.12")
    if [ -n "$lacking" ]; then
        echo "JCuda wants names that the stand-in lacks; renew the lists of names:" $lacking >&2
        exit 1
    fi
fi

for library in libcuda.so.1 libcublas.so.12 libcublasLt.so.12; do
    mv "$work/$library" "$out/$library"
done
echo "$stamp" >"$out/standin.stamp"
