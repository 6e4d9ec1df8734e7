/* The arithmetic behind the stand-in's cuBLAS, on matrices with any strides: a transpose is a view, too. */
#ifndef BLAS_H
#define BLAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct matrix {
    double *at;
    ptrdiff_t down, right; /* the distances to the next row and to the next column */
};

enum part { FULL, LOWER, UPPER };

static inline struct matrix transposed(struct matrix a)
{
    return (struct matrix){a.at, a.right, a.down};
}

static inline double *element(struct matrix a, ptrdiff_t row, ptrdiff_t column)
{
    return a.at + row * a.down + column * a.right;
}

/* Part of C = alpha A B + beta C with an m x n C and an inner size of k. C is not read if beta is 0, A and B not if alpha is. */
void multiply(enum part part, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, double alpha, struct matrix a, struct matrix b,
    double beta, struct matrix c);

/* X = alpha A^-1 X with a triangular m x m A and an m x n X. */
void solve_triangular(bool lower, bool unit, ptrdiff_t m, ptrdiff_t n, double alpha, struct matrix a, struct matrix x);

/* C = alpha A B with a triangular m x m A and m x n B and C, which may be the same. */
void multiply_triangular(bool lower, bool unit, ptrdiff_t m, ptrdiff_t n, double alpha, struct matrix a, struct matrix b,
    struct matrix c);

/*
 * C = alpha A^T B + beta C for column-major bytes, with a k x m A and a k x n B, in 32-bit integers. Returns whether no
 * number of C left their range; then they wrap around, as on a GPU.
 */
bool multiply_bytes(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, int32_t alpha, const int8_t *a, ptrdiff_t lda, const int8_t *b,
    ptrdiff_t ldb, int32_t beta, int32_t *c, ptrdiff_t ldc);

#endif
