/*
 * Packed panels and register tiles, the usual way. Each element is summed up in the same order whatever
 * the width of the processor's vectors is, so that a test's result doesn't depend on the machine.
 */
#include "blas.h"

#include <stdlib.h>
#include <string.h>

#ifdef __AVX512F__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

enum {
    TILE_ROWS = 2 * LANES,
    TILE_COLUMNS = 6,
    BLOCK_ROWS = 96,
    BLOCK_COLUMNS = 480,
    BLOCK_DEPTH = 256,
    TRIANGLE = 64, /* the size of the triangles on the diagonal that are solved by themselves */
    STRIP = 8 /* columns of right-hand sides solved together */
};

typedef double vector __attribute__((vector_size(LANES * sizeof(double))));
typedef double strip __attribute__((vector_size(STRIP * sizeof(double))));

static _Thread_local double packed_a[BLOCK_ROWS * BLOCK_DEPTH] __attribute__((aligned(64)));
static _Thread_local double packed_b[BLOCK_DEPTH * BLOCK_COLUMNS] __attribute__((aligned(64)));

static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

/* The rows of a column that belong to the part. */
static ptrdiff_t first_row(enum part part, ptrdiff_t column)
{
    return part == LOWER ? column : 0;
}

static ptrdiff_t end_row(enum part part, ptrdiff_t column, ptrdiff_t m)
{
    return part == UPPER ? smaller(column + 1, m) : m;
}

/* Zero overwrites, as NaN must not survive it. */
static void scale(enum part part, ptrdiff_t m, ptrdiff_t n, double factor, struct matrix c)
{
    if (factor == 1) {
        return;
    }
    for (ptrdiff_t j = 0; j < n; j++) {
        for (ptrdiff_t i = first_row(part, j); i < end_row(part, j, m); i++) {
            double *at = element(c, i, j);
            *at = factor == 0 ? 0 : factor * *at;
        }
    }
}

/* Panels of as many rows as a tile has, the rows of a column next to each other, filled up with zeros. */
static void pack(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t panel, struct matrix a, double *to)
{
    for (ptrdiff_t start = 0; start < rows; start += panel, to += panel * columns) {
        ptrdiff_t height = smaller(panel, rows - start);
        if (a.right == 1) {
            for (ptrdiff_t i = 0; i < height; i++) {
                const double *from = element(a, start + i, 0);
                for (ptrdiff_t j = 0; j < columns; j++) {
                    to[j * panel + i] = from[j];
                }
            }
        } else {
            for (ptrdiff_t j = 0; j < columns; j++) {
                const double *from = element(a, start, j);
                for (ptrdiff_t i = 0; i < height; i++) {
                    to[j * panel + i] = from[i * a.down];
                }
            }
        }
        for (ptrdiff_t j = 0; height < panel && j < columns; j++) {
            memset(to + j * panel + height, 0, (size_t) (panel - height) * sizeof *to);
        }
    }
}

static void multiply_tile(ptrdiff_t depth, const double *a, const double *b, double *to)
{
    vector sum[TILE_COLUMNS][2] = {0};
    for (ptrdiff_t l = 0; l < depth; l++) {
        vector upper = *(const vector *) a;
        vector lower = *(const vector *) (a + LANES);
#pragma GCC unroll 6
        for (int j = 0; j < TILE_COLUMNS; j++) {
            sum[j][0] += upper * b[j];
            sum[j][1] += lower * b[j];
        }
        a += TILE_ROWS;
        b += TILE_COLUMNS;
    }
    memcpy(to, sum, sizeof sum);
}

/* The rows and columns of a tile in C, clipped to its part, get what the tile holds. */
static void add_tile(enum part part, ptrdiff_t row, ptrdiff_t column, ptrdiff_t m, ptrdiff_t n, double alpha,
    const double *tile, struct matrix c)
{
    for (ptrdiff_t j = column; j < smaller(column + TILE_COLUMNS, n); j++, tile += TILE_ROWS) {
        ptrdiff_t start = first_row(part, j) > row ? first_row(part, j) : row;
        ptrdiff_t end = smaller(row + TILE_ROWS, end_row(part, j, m));
        double *to = c.at + j * c.right;
        for (ptrdiff_t i = start; i < end; i++) {
            to[i] += alpha * tile[i - row];
        }
    }
}

static bool is_outside(enum part part, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t column, ptrdiff_t columns)
{
    return (part == LOWER && row + rows <= column) || (part == UPPER && column + columns <= row);
}

static void multiply_block(enum part part, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t column, ptrdiff_t columns,
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth, double alpha, struct matrix c)
{
    double tile[TILE_ROWS * TILE_COLUMNS] __attribute__((aligned(64)));
    for (ptrdiff_t j = 0; j < columns; j += TILE_COLUMNS) {
        for (ptrdiff_t i = 0; i < rows; i += TILE_ROWS) {
            if (!is_outside(part, row + i, TILE_ROWS, column + j, TILE_COLUMNS)) {
                multiply_tile(depth, packed_a + i * depth, packed_b + j * depth, tile);
                add_tile(part, row + i, column + j, m, n, alpha, tile, c);
            }
        }
    }
}

void multiply(enum part part, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, double alpha, struct matrix a, struct matrix b,
    double beta, struct matrix c)
{
    if (c.down != 1) { /* then its transpose has adjacent rows */
        part = part == LOWER ? UPPER : part == UPPER ? LOWER : FULL;
        multiply(part, n, m, k, alpha, transposed(b), transposed(a), beta, transposed(c));
        return;
    }
    scale(part, m, n, beta, c);
    if (alpha == 0) {
        return;
    }
    for (ptrdiff_t column = 0; column < n; column += BLOCK_COLUMNS) {
        ptrdiff_t columns = smaller(BLOCK_COLUMNS, n - column);
        for (ptrdiff_t inner = 0; inner < k; inner += BLOCK_DEPTH) {
            ptrdiff_t depth = smaller(BLOCK_DEPTH, k - inner);
            struct matrix b_block = {element(b, inner, column), b.down, b.right};
            pack(columns, depth, TILE_COLUMNS, transposed(b_block), packed_b);
            for (ptrdiff_t row = 0; row < m; row += BLOCK_ROWS) {
                ptrdiff_t rows = smaller(BLOCK_ROWS, m - row);
                if (!is_outside(part, row, rows, column, columns)) {
                    struct matrix a_block = {element(a, row, inner), a.down, a.right};
                    pack(rows, depth, TILE_ROWS, a_block, packed_a);
                    multiply_block(part, row, rows, column, columns, m, n, depth, alpha, c);
                }
            }
        }
    }
}

/* A triangle of at most TRIANGLE rows; an upper one is solved as a lower one with the order of its rows reversed. */
static void solve_small(bool lower, bool unit, ptrdiff_t m, ptrdiff_t n, struct matrix a, struct matrix x)
{
    if (!lower) {
        a = (struct matrix){element(a, m - 1, m - 1), -a.down, -a.right};
        x = (struct matrix){element(x, m - 1, 0), -x.down, x.right};
    }
    double triangle[TRIANGLE][TRIANGLE]; /* a column each */
    for (ptrdiff_t j = 0; j < m; j++) {
        for (ptrdiff_t i = j + unit; i < m; i++) {
            triangle[j][i] = *element(a, i, j);
        }
    }
    for (ptrdiff_t start = 0; start < n; start += STRIP) {
        union {
            strip all;
            double each[STRIP];
        } rows[TRIANGLE];
        ptrdiff_t width = smaller(STRIP, n - start);
        for (ptrdiff_t i = 0; i < m; i++) {
            for (ptrdiff_t j = 0; j < STRIP; j++) {
                rows[i].each[j] = j < width ? *element(x, i, start + j) : 0;
            }
        }
        for (ptrdiff_t i = 0; i < m; i++) {
            if (!unit) {
                rows[i].all /= triangle[i][i];
            }
            for (ptrdiff_t below = i + 1; below < m; below++) {
                rows[below].all -= rows[i].all * triangle[i][below];
            }
        }
        for (ptrdiff_t i = 0; i < m; i++) {
            for (ptrdiff_t j = 0; j < width; j++) {
                *element(x, i, start + j) = rows[i].each[j];
            }
        }
    }
}

void solve_triangular(bool lower, bool unit, ptrdiff_t m, ptrdiff_t n, double alpha, struct matrix a, struct matrix x)
{
    scale(FULL, m, n, alpha, x);
    if (alpha == 0) {
        return;
    }
    for (ptrdiff_t done = 0; done < m; done += TRIANGLE) {
        ptrdiff_t size = smaller(TRIANGLE, m - done);
        ptrdiff_t row = lower ? done : m - done - size;
        ptrdiff_t known = lower ? 0 : row + size; /* where the rows start that are solved already */
        struct matrix left = {element(a, row, known), a.down, a.right};
        struct matrix solved = {element(x, known, 0), x.down, x.right};
        struct matrix block = {element(x, row, 0), x.down, x.right};
        if (done != 0) {
            multiply(FULL, size, n, done, -1, left, solved, 1, block);
        }
        solve_small(lower, unit, size, n, (struct matrix){element(a, row, row), a.down, a.right}, block);
    }
}

static void multiply_small(bool lower, bool unit, ptrdiff_t m, ptrdiff_t n, double alpha, struct matrix a, struct matrix b,
    struct matrix c)
{
    for (ptrdiff_t j = 0; j < n; j++) {
        for (ptrdiff_t i = 0; i < m; i++) {
            double sum = unit ? *element(b, i, j) : *element(a, i, i) * *element(b, i, j);
            ptrdiff_t end = lower ? i : m;
            for (ptrdiff_t l = lower ? 0 : i + 1; l < end; l++) {
                sum += *element(a, i, l) * *element(b, l, j);
            }
            *element(c, i, j) = alpha * sum;
        }
    }
}

void multiply_triangular(bool lower, bool unit, ptrdiff_t m, ptrdiff_t n, double alpha, struct matrix a, struct matrix b,
    struct matrix c)
{
    if (alpha == 0) {
        scale(FULL, m, n, 0, c);
        return;
    }
    struct matrix copy = {malloc((size_t) m * (size_t) n * sizeof(double)), 1, m};
    for (ptrdiff_t j = 0; j < n; j++) {
        for (ptrdiff_t i = 0; i < m; i++) {
            *element(copy, i, j) = *element(b, i, j);
        }
    }
    for (ptrdiff_t row = 0; row < m; row += TRIANGLE) {
        ptrdiff_t size = smaller(TRIANGLE, m - row);
        ptrdiff_t rest = lower ? 0 : row + size;
        struct matrix block = {element(c, row, 0), c.down, c.right};
        struct matrix on_diagonal = {element(a, row, row), a.down, a.right};
        struct matrix beside = {element(a, row, rest), a.down, a.right};
        multiply_small(lower, unit, size, n, alpha, on_diagonal, (struct matrix){element(copy, row, 0), 1, m}, block);
        multiply(FULL, size, n, lower ? row : m - rest, alpha, beside, (struct matrix){element(copy, rest, 0), 1, m}, 1, block);
    }
    free(copy.at);
}

/* So many products of a byte without and one with a sign fit 32 bits whatever they are. */
enum { SAFE_DEPTH = 1 << 16 };

/* Processors that multiply such bytes at once are several times as fast as with two signs. */
static int64_t dot_bytes(ptrdiff_t k, const uint8_t *a, const int8_t *b)
{
    int64_t sum = 0;
    for (ptrdiff_t start = 0; start < k; start += SAFE_DEPTH) {
        ptrdiff_t end = smaller(k, start + SAFE_DEPTH);
        int32_t part = 0;
        for (ptrdiff_t l = start; l < end; l++) {
            part += a[l] * b[l];
        }
        sum += part;
    }
    return sum;
}

static int64_t sum_bytes(ptrdiff_t k, const int8_t *a)
{
    int64_t sum = 0;
    for (ptrdiff_t l = 0; l < k; l++) {
        sum += a[l];
    }
    return sum;
}

/* Raises each column of A by 128 to bytes without a sign, and takes 128 sums of B off again. */
bool multiply_bytes(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, int32_t alpha, const int8_t *a, ptrdiff_t lda, const int8_t *b,
    ptrdiff_t ldb, int32_t beta, int32_t *c, ptrdiff_t ldc)
{
    bool fits = true;
    uint8_t *raised = malloc((size_t) k);
    int64_t *excess = malloc((size_t) n * sizeof *excess);
    for (ptrdiff_t j = 0; j < n; j++) {
        excess[j] = 128 * sum_bytes(k, b + j * ldb);
    }
    for (ptrdiff_t i = 0; i < m; i++) {
        for (ptrdiff_t l = 0; l < k; l++) {
            raised[l] = (uint8_t) (a[l + i * lda] + 128);
        }
        for (ptrdiff_t j = 0; j < n; j++) {
            int32_t *at = c + i + j * ldc;
            int64_t dot = dot_bytes(k, raised, b + j * ldb) - excess[j];
            int64_t value = alpha * dot + (beta == 0 ? 0 : (int64_t) beta * *at);
            fits &= value >= INT32_MIN && value <= INT32_MAX;
            *at = (int32_t) value;
        }
    }
    free(raised);
    free(excess);
    return fits;
}
