/*
 * What all kernels of the CUDA backend share. They do everything that is not a matrix product or a
 * triangular solve, which cuBLAS does: gram.cu on the way to the Gram matrix, factorise.cu from there
 * to a triangular factor, peeling.cu from there to distances and removals.
 *
 * Matrices are row-major with a leading dimension, as in the Java code that launches these kernels:
 * to cuBLAS, which counts columns first, each is its transpose. Everything is computed in float64.
 *
 * After a change run build-ptx.sh: what ships is the PTX.
 */
#pragma once

#define ROUNDOFF 0x1p-53
#define TILE 32

// The most threads of a block. A kernel that runs in one block must state this bound, or it may take
// more registers than there are for all threads.
#define MAX_THREADS 1024
