/* The Gram matrix of unit vectors, parts of it, and its factorisations. */
#include "span.cuh"

#define PANEL 64

/*
 * The cosines of some vectors, from their inner products, of which `gram` has those on and above
 * the diagonal. One thread an element; x counts columns.
 */
extern "C" __global__ void cosines(
    const double *gram, long long leading, const int *vectors, int count, double *unit) {
  int i = blockIdx.y * blockDim.y + threadIdx.y;
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count || j >= count) {
    return;
  }
  int a = vectors[min(i, j)];
  int b = vectors[max(i, j)];
  double cosine = gram[a * leading + b] / sqrt(gram[a * leading + a]) / sqrt(gram[b * leading + b]);
  unit[(long long) i * count + j] = i == j ? 1 : cosine;
}

/* Picks rows and columns out of a matrix; x counts columns. */
extern "C" __global__ void gather(
    const double *from, long long fromLeading, const int *rows, int rowCount, const int *columns,
    int columnCount, double *to, long long toLeading) {
  int i = blockIdx.y * blockDim.y + threadIdx.y;
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < rowCount && j < columnCount) {
    to[i * toLeading + j] = from[rows[i] * fromLeading + columns[j]];
  }
}

/* The upper triangle of a matrix, with zeros below; x counts columns. */
extern "C" __global__ void takeTriangle(
    const double *from, long long fromLeading, int size, double *to) {
  int i = blockIdx.y * blockDim.y + threadIdx.y;
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < size && j < size) {
    to[(long long) i * size + j] = j >= i ? from[i * fromLeading + j] : 0;
  }
}

/* Puts the unit matrix into the first columns. */
extern "C" __global__ void putIdentity(double *matrix, long long leading, int size) {
  int i = blockIdx.y * blockDim.y + threadIdx.y;
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < size && j < size) {
    matrix[i * leading + j] = i == j ? 1 : 0;
  }
}

/* ---- Factorisations. ---- */

/*
 * Cholesky factorisation of a square of at most PANEL rows on the diagonal, in one block of 16 x 16
 * threads; the upper triangle is overwritten by R. A pivot that is not positive is noted.
 */
extern "C" __global__ void __launch_bounds__(MAX_THREADS) factoriseBlock(
    double *matrix, long long leading, int from, int size, double *scalars) {
  __shared__ double square[PANEL][PANEL + 1];
  double *first = matrix + from * leading + from;
  for (int i = threadIdx.y; i < size; i += blockDim.y) {
    for (int j = threadIdx.x; j < size; j += blockDim.x) {
      square[i][j] = first[i * leading + j];
    }
  }
  __syncthreads();
  for (int k = 0; k < size; k++) {
    double pivot = square[k][k];
    if (!(pivot > 0)) {
      if (threadIdx.x == 0 && threadIdx.y == 0) {
        scalars[INDEFINITE] = 1;
      }
      return; // all threads see the same pivot
    }
    double root = sqrt(pivot);
    __syncthreads();
    for (int j = k + threadIdx.y * blockDim.x + threadIdx.x; j < size;
        j += blockDim.x * blockDim.y) {
      square[k][j] = j == k ? root : square[k][j] / root;
    }
    __syncthreads();
    for (int i = k + 1 + threadIdx.y; i < size; i += blockDim.y) {
      for (int j = k + 1 + threadIdx.x; j < size; j += blockDim.x) {
        if (j >= i) {
          square[i][j] -= square[k][i] * square[k][j];
        }
      }
    }
    __syncthreads();
  }
  for (int i = threadIdx.y; i < size; i += blockDim.y) {
    for (int j = threadIdx.x; j < size; j += blockDim.x) {
      if (j >= i) {
        first[i * leading + j] = square[i][j];
      }
    }
  }
}

/*
 * Carries the factorisation of a square on to the columns right of it: they are multiplied by R^-T
 * from the left, by substitution, whose error bound does not depend on R. One thread a column.
 */
extern "C" __global__ void solvePanel(
    double *matrix, long long leading, int from, int size, long long width) {
  __shared__ double triangle[PANEL][PANEL + 1];
  double *first = matrix + from * leading + from;
  for (int place = threadIdx.x; place < size * size; place += blockDim.x) {
    triangle[place / size][place % size] = first[place / size * leading + place % size];
  }
  __syncthreads();
  long long column = from + size + (long long) blockIdx.x * blockDim.x + threadIdx.x;
  if (column >= width) {
    return;
  }
  double *target = matrix + from * leading + column;
  double values[PANEL];
  for (int i = 0; i < size; i++) {
    double value = target[i * leading];
    for (int k = 0; k < i; k++) {
      value -= triangle[k][i] * values[k];
    }
    values[i] = value / triangle[i][i];
    target[i * leading] = values[i];
  }
}

/*
 * Pivoted Cholesky factorisation, one step in two launches (Golub and Van Loan, Matrix Computations,
 * 4.2.8): first the vector that is farthest from the span of those taken so far. pivots[step] gets
 * it, or -1 when the rest is no farther than the tolerance, and from then on.
 */
extern "C" __global__ void __launch_bounds__(MAX_THREADS) choosePivot(
    const double *squares, int count, int step, double tolerance, int *pivots,
    double *pivotSquares) {
  __shared__ double best[MAX_THREADS];
  __shared__ int bestIndex[MAX_THREADS];
  int thread = threadIdx.x;
  best[thread] = -1;
  bestIndex[thread] = -1;
  for (int j = thread; j < count; j += blockDim.x) {
    if (squares[j] > best[thread]) {
      best[thread] = squares[j];
      bestIndex[thread] = j;
    }
  }
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (thread < half) {
      double other = best[thread + half];
      int index = bestIndex[thread + half];
      if (other > best[thread]
          || (other == best[thread] && index >= 0 && index < bestIndex[thread])) {
        best[thread] = other;
        bestIndex[thread] = index;
      }
    }
    __syncthreads();
  }
  if (thread == 0) {
    bool ended = step > 0 && pivots[step - 1] < 0;
    pivots[step] = !ended && best[0] > tolerance ? bestIndex[0] : -1;
    // The next launch overwrites it in one thread while the others need it.
    pivotSquares[step] = best[0];
  }
}

/* Then the row of the factor that belongs to it, and what it leaves of the squared distances. */
extern "C" __global__ void addPivotRow(
    const double *unit, long long leading, const int *vectors, int count, int step,
    const int *pivots, double *rows, double *squares, const double *pivotSquares) {
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  int pivot = pivots[step];
  if (j >= count || pivot < 0) {
    return;
  }
  double diagonal = sqrt(pivotSquares[step]);
  double *row = rows + (long long) step * count;
  if (squares[j] < 0) { // taken before
    row[j] = 0;
    return;
  }
  if (j == pivot) {
    row[j] = diagonal;
    squares[j] = -1;
    return;
  }
  double value = unit[vectors[pivot] * leading + vectors[j]];
  for (int i = 0; i < step; i++) {
    value -= rows[(long long) i * count + pivot] * rows[(long long) i * count + j];
  }
  value /= diagonal;
  row[j] = value;
  // Rounding must not make it look taken.
  squares[j] = fmax(0.0, squares[j] - value * value);
}
