/*
 * The kernels of the CUDA backend: everything that is not a matrix product or a triangular solve,
 * which cuBLAS does.
 *
 * Matrices are row-major with a leading dimension, as in the Java code that launches these kernels:
 * to cuBLAS, which counts columns first, each is its transpose. Everything is computed in float64.
 *
 * After a change run build-ptx.sh: what ships is the PTX.
 */

#define ROUNDOFF 0x1p-53
#define TILE 32
#define PANEL 64
#define CHUNK 128      // samples of a block that adds up moments
#define MOMENT_ROWS 8  // and its threads along the samples
#define SCALARS 16 // room for enum Scalar
#define SURVEY 128 // threads of a block that surveys vectors

// The most threads of a block. A kernel that runs in one block must state this bound, or it may take
// more registers than there are for all threads.
#define MAX_THREADS 1024

// A pivot that is less certain than this is not used.
#define WORST_PIVOT_ERROR 1e-3

/* ---- Activations: from the bytes of a file to rows of doubles. ---- */

// As GramCode.java numbers them.
enum ElementType {
  FLOAT16, FLOAT32, FLOAT64, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOLEAN
};

// A block lies where device memory was allocated, so that its values are aligned.

static __device__ unsigned int bits16(const void *data, long long index, int bigEndian) {
  unsigned int bits = ((const unsigned short *) data)[index];
  return bigEndian ? (bits << 8 | bits >> 8) & 0xffff : bits;
}

static __device__ unsigned int swapped(unsigned int bits) {
  return __byte_perm(bits, 0, 0x0123);
}

static __device__ unsigned int bits32(const void *data, long long index, int bigEndian) {
  unsigned int bits = ((const unsigned int *) data)[index];
  return bigEndian ? swapped(bits) : bits;
}

static __device__ unsigned long long bits64(const void *data, long long index, int bigEndian) {
  unsigned long long bits = ((const unsigned long long *) data)[index];
  return bigEndian
      ? (unsigned long long) swapped((unsigned int) bits) << 32 | swapped((unsigned int) (bits >> 32))
      : bits;
}

static __device__ double halfToDouble(unsigned int bits) {
  double sign = bits & 0x8000 ? -1.0 : 1.0;
  int exponent = bits >> 10 & 0x1f;
  unsigned long long fraction = bits & 0x3ff;
  if (exponent == 0) {
    return sign * (double) fraction * 0x1p-24;
  }
  // The exponent of infinity and NaN stays the largest one.
  unsigned long long wide = exponent == 31 ? 2047 : exponent - 15 + 1023;
  return sign * __longlong_as_double((long long) (wide << 52 | fraction << 42));
}

static __device__ double decode(const void *data, long long index, int type, int bigEndian) {
  switch (type) {
    case FLOAT16: return halfToDouble(bits16(data, index, bigEndian));
    case FLOAT32: return __uint_as_float(bits32(data, index, bigEndian));
    case FLOAT64: return __longlong_as_double((long long) bits64(data, index, bigEndian));
    case INT8: return ((const signed char *) data)[index];
    case INT16: return (short) bits16(data, index, bigEndian);
    case INT32: return (int) bits32(data, index, bigEndian);
    case INT64: return (double) (long long) bits64(data, index, bigEndian);
    case UINT8: return ((const unsigned char *) data)[index];
    case UINT16: return bits16(data, index, bigEndian);
    case UINT32: return bits32(data, index, bigEndian);
    case UINT64: return (double) bits64(data, index, bigEndian);
    default: return ((const unsigned char *) data)[index] ? 1 : 0;
  }
}

/*
 * Writes samples of a block to rows of `target`, one a sample; blockDim is (TILE, any), and the
 * grid covers neurons in x and samples in y, TILE of each a block. Strides as in Block.
 */
extern "C" __global__ void unpack(
    const void *data, int type, int bigEndian, const double *scales, double *target,
    long long leading, int neurons, int innerSize, long long neuronStride, long long outerStride,
    long long innerStride, int from, int count) {
  __shared__ double tile[TILE][TILE + 1];
  int firstNeuron = blockIdx.x * TILE;
  int firstSample = blockIdx.y * TILE;
  // Threads side by side read what lies side by side.
  bool neuronsTogether = neuronStride == 1;
  for (int i = threadIdx.y; i < TILE; i += blockDim.y) {
    int neuron = firstNeuron + (neuronsTogether ? threadIdx.x : i);
    int sample = firstSample + (neuronsTogether ? i : threadIdx.x);
    if (neuron < neurons && sample < count) {
      int outer = innerSize == 1 ? from + sample : (from + sample) / innerSize;
      int inner = innerSize == 1 ? 0 : (from + sample) % innerSize;
      long long index = neuron * neuronStride + outer * outerStride + inner * innerStride;
      double value = decode(data, index, type, bigEndian);
      if (scales) {
        value *= scales[neuron];
      }
      tile[sample - firstSample][neuron - firstNeuron] = value;
    }
  }
  __syncthreads();
  int neuron = firstNeuron + threadIdx.x;
  for (int i = threadIdx.y; i < TILE; i += blockDim.y) {
    if (neuron < neurons && firstSample + i < count) {
      target[(firstSample + i) * leading + neuron] = tile[i][threadIdx.x];
    }
  }
}

/*
 * For every neuron the sum of some samples, of their fourth powers, and how many are not 0: a block
 * takes TILE neurons and CHUNK samples, with TILE x MOMENT_ROWS threads, and adds in a fixed order.
 * Writes 3 x neurons numbers for each chunk of samples; x counts neurons, y counts chunks.
 */
extern "C" __global__ void chunkMoments(
    const double *samples, long long leading, int neurons, int count, double *chunks) {
  __shared__ double partial[3][MOMENT_ROWS][TILE];
  int neuron = blockIdx.x * TILE + threadIdx.x;
  int first = blockIdx.y * CHUNK;
  int last = min(count, first + CHUNK);
  double sum = 0;
  double powers = 0;
  double active = 0;
  if (neuron < neurons) {
    for (int sample = first + threadIdx.y; sample < last; sample += MOMENT_ROWS) {
      double value = samples[sample * leading + neuron];
      double square = value * value;
      sum += value;
      powers += square * square;
      active += value != 0;
    }
  }
  partial[0][threadIdx.y][threadIdx.x] = sum;
  partial[1][threadIdx.y][threadIdx.x] = powers;
  partial[2][threadIdx.y][threadIdx.x] = active;
  __syncthreads();
  if (threadIdx.y < 3 && neuron < neurons) {
    double total = 0;
    for (int row = 0; row < MOMENT_ROWS; row++) {
      total += partial[threadIdx.y][row][threadIdx.x];
    }
    chunks[((long long) blockIdx.y * 3 + threadIdx.y) * neurons + neuron] = total;
  }
}

/* Adds the numbers of all chunks, one after the other. */
extern "C" __global__ void addMoments(
    const double *chunks, int chunkCount, int size, double *moments) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < size) {
    double total = moments[i];
    for (int chunk = 0; chunk < chunkCount; chunk++) {
      total += chunks[(long long) chunk * size + i];
    }
    moments[i] = total;
  }
}

/* The squared norm of every sample over some neurons; one thread a sample. */
extern "C" __global__ void squaredNorms(
    const double *samples, long long leading, int neurons, int count, double *norms) {
  int sample = blockIdx.x * blockDim.x + threadIdx.x;
  if (sample < count) {
    double sum = 0;
    for (int neuron = 0; neuron < neurons; neuron++) {
      double value = samples[sample * leading + neuron];
      sum += value * value;
    }
    norms[sample] = sum;
  }
}

/* target += other, element by element: partial Gram matrices of several devices. */
extern "C" __global__ void add(double *target, const double *other, long long count) {
  long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) {
    target[i] += other[i];
  }
}

/* ---- The Gram matrix of unit vectors, and parts of it. ---- */

/* The diagonal of a matrix. */
extern "C" __global__ void diagonal(
    const double *matrix, long long leading, int size, double *target) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < size) {
    target[i] = matrix[i * leading + i];
  }
}

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

/* Picks elements out of a row. */
extern "C" __global__ void pick(
    const double *from, const int *sources, int count, double *to) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) {
    to[i] = from[sources[i]];
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

/* What a span knows besides its vectors; see struct Span. SpanLayout.java has the same list. */
enum Scalar {
  INVERSE_TRACE,   // of W
  SWEEPS,          // since the factorisation
  FAILED,          // 1 if a pivot was too uncertain
  PIVOT,           // the row to sweep out, or -1
  PIVOT_ERROR,     // its column's error bound before the sweep
  INDEFINITE,      // 1 if the factorisation met a pivot that was not positive
  LARGEST_INVERSE, // the largest element of W's diagonal at the start
  SPANNING,        // how many vectors span, dependent ones included
  DEPENDENT,       // how many of them are dependent on the others, and have no row
  NEEDS_START      // 1 if a question found that a fresh start is needed
};

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

/* ---- Projections: the tableau [W C] and its sweeps, as SweptSpan of the java backend explains. ---- */

/*
 * One group's vectors projected on the span of the other group's. SpanLayout.java has the same list;
 * every member has eight bytes.
 */
struct Span {
  double *values;         // the tableau: rows x leading
  double *pendingRows;    // updates not applied yet: each a row of `leading` elements ...
  double *pendingColumns; // ... and one of `rows`
  double *row;            // the row that is being swept out, and the sizes of the terms in it
  double *rowSizes;
  double *column;
  double *columnSizes;
  double *norms;          // at least the 1-norm of each column of the tableau
  double *errors;         // bounds on the errors of the columns
  double *squares;        // squared distances of the projected vectors
  double *drift;          // squares of what sweeps may have added to the errors of distances
  double *spanning;       // 1 for each row whose vector still spans, or else 0
  double *projected;      // 1 for each column of C whose vector was not taken out, or else 0
  double *scalars;        // as enum Scalar numbers them, then the answers to a question
  long long *places;      // by vector: its row, or its column in C; -1 - column if it is dependent
  long long rows;
  long long columns;      // of C
  long long others;       // how many of them belong to the other group; the rest are dependent
  long long leading;
  long long started;      // how many vectors spanned when they were factorised
  double gramError;
  double allowedDrift;
  double rankTolerance;
};

/* The squared distances of unit vectors whose coordinates in the span are the columns of C. */
extern "C" __global__ void startSquares(Span *spans, int which) {
  Span span = spans[which];
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  if (x >= span.columns) {
    return;
  }
  double square = 1;
  for (int i = 0; i < span.rows; i++) {
    double value = span.values[i * span.leading + span.rows + x];
    square -= value * value;
  }
  span.squares[x] = square;
  span.drift[x] = 0;
}

/* Squared norms of the columns of R^-T, in place of W: the diagonal of W; kept in span.row. */
extern "C" __global__ void inverseDiagonal(Span *spans, int which) {
  Span span = spans[which];
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (j >= span.rows) {
    return;
  }
  double square = 0;
  for (int i = j; i < span.rows; i++) {
    double value = span.values[i * span.leading + j];
    square += value * value;
  }
  span.row[j] = square;
}

/* The 1-norms of the tableau's columns, when no update is pending. */
static __device__ double columnNorm(const Span &span, int j) {
  double norm = 0;
  for (int i = 0; i < span.rows; i++) {
    norm += fabs(span.values[i * span.leading + j]);
  }
  return norm;
}

extern "C" __global__ void startNorms(Span *spans, int which) {
  Span span = spans[which];
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (j < span.rows + span.columns) {
    span.norms[j] = columnNorm(span, j);
  }
}

/* The larger one, or NaN if one is. */
static __device__ double largest(double a, double b) {
  return a >= b || a != a ? a : b;
}

/* Sum or maximum over the threads of a block, the same in all of them. */
static __device__ double reduce(double value, bool sum) {
  __shared__ double values[MAX_THREADS];
  __syncthreads(); // the last use has ended
  values[threadIdx.x] = value;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      double other = values[threadIdx.x + half];
      values[threadIdx.x] =
          sum ? values[threadIdx.x] + other : largest(values[threadIdx.x], other);
    }
    __syncthreads();
  }
  return values[0];
}

/*
 * The initial error bounds, in one block: each column solves a triangular system with a small
 * relative error of the triangle, whose columns have norm 1; W's right side R^-T has an error of its
 * own, whose norm is the root of W's. scalars[LARGEST_INVERSE] gets the largest element of W's
 * diagonal.
 */
extern "C" __global__ void __launch_bounds__(MAX_THREADS) startErrors(Span *spans, int which) {
  Span span = spans[which];
  double trace = 0;
  double largest = 0;
  double inverseNorm = 0;
  for (int j = threadIdx.x; j < span.rows; j += blockDim.x) {
    trace += span.row[j];
    largest = fmax(largest, span.row[j]);
    inverseNorm = fmax(inverseNorm, span.norms[j]);
  }
  trace = reduce(trace, true);
  largest = reduce(largest, false);
  inverseNorm = reduce(inverseNorm, false);
  double gamma = (span.rows + 4) * ROUNDOFF;
  for (int j = threadIdx.x; j < span.rows + span.columns; j += blockDim.x) {
    double error = gamma * span.norms[j];
    if (j < span.rows) {
      error += gamma * sqrt(inverseNorm * span.rows * span.row[j]);
    }
    span.errors[j] = error;
  }
  if (threadIdx.x == 0) {
    span.scalars[INVERSE_TRACE] = trace;
    span.scalars[SWEEPS] = 0;
    span.scalars[FAILED] = 0;
    span.scalars[PIVOT] = -1;
    span.scalars[LARGEST_INVERSE] = largest;
    span.scalars[DEPENDENT] = (double) (span.columns - span.others);
    span.scalars[SPANNING] = (double) (span.rows + span.columns - span.others);
  }
}

static __device__ double drift(const Span &span, int x) {
  // The last sweep need not have been counted yet.
  return sqrt(span.drift[x]) + 2 * ROUNDOFF * (span.scalars[SWEEPS] + 1);
}

/* Whether what a span holds is too inexact, or a dependent vector has become independent. */
static __device__ bool needsStart(
    const Span &span, double largestDrift, double farthestDependentSquare) {
  // Where nothing spans, nothing is read from the tableau.
  return span.scalars[SPANNING] > 0
      && (span.scalars[FAILED] != 0
          || !(largestDrift <= span.allowedDrift)
          || (span.scalars[SWEEPS] > 0
              && sqrt(fmax(0.0, farthestDependentSquare)) > span.rankTolerance));
}

static __device__ double distance(const Span &span, int x) {
  return span.scalars[SPANNING] == 0 ? 1 : fmin(1.0, sqrt(fmax(0.0, span.squares[x])));
}

/* The bound of org.spanmatch.kernel.GramErrors, plus the drift. */
static __device__ double errorBound(const Span &span, int x, double distance) {
  if (span.scalars[SPANNING] == 0) {
    return 0;
  }
  double error = span.gramError + (span.started + 2) * ROUNDOFF;
  double sum = 1.25 * (1 + span.norms[span.rows + x]);
  double squareError = error * sum * sum;
  double bound = fmin(sqrt(squareError), squareError / distance);
  bool resolved = span.scalars[DEPENDENT] == 0
      && span.started * error * span.scalars[INVERSE_TRACE] <= 0.1;
  if (!resolved && bound < distance) {
    bound = distance;
  }
  bound += drift(span, x);
  return bound < 1 ? bound : 1; // also where it overflowed to NaN
}

/*
 * Answers: for each projected vector its distance, error bound and coefficient norm, in three rows of
 * `others` elements behind the scalars; and whether they count, or a fresh start is needed. One
 * block.
 */
extern "C" __global__ void __launch_bounds__(MAX_THREADS) answer(Span *spans, int which) {
  Span span = spans[which];
  double *answers = span.scalars + SCALARS;
  double largestDrift = 0;
  double farthestSquare = 0;
  for (int x = threadIdx.x; x < span.columns; x += blockDim.x) {
    if (x < span.others) {
      double far = distance(span, x);
      answers[x] = far;
      answers[span.others + x] = errorBound(span, x, far);
      answers[2 * span.others + x] =
          span.scalars[SPANNING] == 0 ? 0 : span.norms[span.rows + x];
      if (span.projected[x] != 0) {
        largestDrift = largest(largestDrift, drift(span, x));
      }
    } else if (span.projected[x] != 0) {
      farthestSquare = largest(farthestSquare, span.squares[x]);
    }
  }
  largestDrift = reduce(largestDrift, false);
  farthestSquare = reduce(farthestSquare, false);
  if (threadIdx.x == 0) {
    span.scalars[NEEDS_START] = needsStart(span, largestDrift, farthestSquare) ? 1 : 0;
  }
}

/* Takes a vector out of those that a span projects; or out of the span, which its row awaits. */
static __device__ void take(const Span &span, long long vector, bool spans) {
  long long place = span.places[vector];
  span.scalars[PIVOT] = -1;
  if (!spans) {
    span.projected[place] = 0;
    return;
  }
  span.scalars[SPANNING] -= 1;
  if (place < 0) {
    span.projected[-1 - place] = 0;
    span.scalars[DEPENDENT] -= 1;
  } else {
    span.spanning[place] = 0;
    span.scalars[PIVOT] = (double) place;
  }
}

/* Takes a vector out of one span, by one thread. */
extern "C" __global__ void takeOut(Span *spans, int which, int vector, int isSpanning) {
  take(spans[which], vector, isSpanning != 0);
}

/* Takes several vectors out of those that a span projects, one a thread. */
extern "C" __global__ void takeProjected(
    Span *spans, int which, const int *vectors, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) {
    spans[which].projected[spans[which].places[vectors[i]]] = 0;
  }
}

/* One step of peeling, as the host reads it; SpanLayout.java has the same list. */
struct Step {
  double vector;   // -1 if there was none
  double distance;
  double errorBound;
  double highest;  // the largest distance that any vector may have, by its error bound
};

/* What some of the vectors contribute to a step. */
struct Survey {
  double farthest;       // the largest distance, or -1
  double farthestIndex;  // whose it is: vectors of the second span count on from those of the first
  double farthestBound;  // its error bound
  double highest;        // the largest distance that any may have, by its error bound
  double largestDrift[2];
  double farthestDependentSquare[2];
};

/* Keeps the farther one; of two alike the first. */
static __device__ void merge(Survey &into, const Survey &other) {
  if (other.farthest > into.farthest
      || (other.farthest == into.farthest && other.farthestIndex < into.farthestIndex)) {
    into.farthest = other.farthest;
    into.farthestIndex = other.farthestIndex;
    into.farthestBound = other.farthestBound;
  }
  into.highest = largest(into.highest, other.highest);
  for (int i = 0; i < 2; i++) {
    into.largestDrift[i] = largest(into.largestDrift[i], other.largestDrift[i]);
    into.farthestDependentSquare[i] =
        largest(into.farthestDependentSquare[i], other.farthestDependentSquare[i]);
  }
}

/* Merges those of all threads of a block into the first one's. */
static __device__ void mergeAll(Survey *surveys) {
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      merge(surveys[threadIdx.x], surveys[threadIdx.x + half]);
    }
    __syncthreads();
  }
}

static __device__ Survey nothing() {
  Survey survey = {-1, 1e300, 0, 0, {0, 0}, {0, 0}};
  return survey;
}

/*
 * Looks at all vectors of both spans, one a thread: projected and dependent ones of the first, then of
 * the second. Each block of SURVEY threads leaves one Survey.
 */
extern "C" __global__ void survey(Span *spans, Survey *surveys) {
  __shared__ Survey own[SURVEY];
  long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  int which = i < spans[0].columns ? 0 : 1;
  const Span span = spans[which];
  long long x = which == 0 ? i : i - spans[0].columns;
  Survey found = nothing();
  if (x < span.columns && span.projected[x] != 0) {
    if (x < span.others) {
      found.farthest = distance(span, (int) x);
      found.farthestIndex = (double) i;
      found.farthestBound = errorBound(span, (int) x, found.farthest);
      found.highest = found.farthest + found.farthestBound;
      found.largestDrift[which] = drift(span, (int) x);
    } else {
      found.farthestDependentSquare[which] = span.squares[x];
    }
  }
  own[threadIdx.x] = found;
  mergeAll(own);
  if (threadIdx.x == 0) {
    surveys[blockIdx.x] = own[0];
  }
}

/* Notes that a pivot was swept out, or that it was too uncertain. */
static __device__ void count(const Span &span, int pending) {
  long long k = (long long) span.scalars[PIVOT];
  if (k < 0 || span.scalars[FAILED] != 0) {
    return;
  }
  // A pivot that was used leaves its root here.
  if (span.pendingRows[pending * span.leading + k] > 0) {
    span.scalars[SWEEPS] += 1;
  } else {
    span.scalars[FAILED] = 1;
  }
}

/* Counts the last sweep, by one thread per span. */
extern "C" __global__ void countSweep(Span *spans, int which, int pending) {
  count(spans[which + blockIdx.x], pending);
}

/*
 * Takes the vector with the largest distance out of both spans, the first of them where several have
 * it. Writes -1 when none is left or a span needs a fresh start, and from then on. One block of SURVEY
 * threads. The vectors are those of the columns of each span.
 */
extern "C" __global__ void peel(
    Span *spans, const Survey *surveys, int surveyCount, const int *firstVectors,
    const int *secondVectors, int step, Step *steps) {
  __shared__ Survey merged[SURVEY];
  Survey found = nothing();
  for (int i = threadIdx.x; i < surveyCount; i += blockDim.x) {
    merge(found, surveys[i]);
  }
  merged[threadIdx.x] = found;
  mergeAll(merged);
  if (threadIdx.x > 0) {
    return;
  }
  bool stopped = step > 0 && steps[step - 1].vector < 0;
  for (int i = 0; i < 2; i++) {
    if (step > 0) {
      count(spans[i], step - 1);
    }
    stopped = stopped
        || needsStart(spans[i], merged[0].largestDrift[i], merged[0].farthestDependentSquare[i]);
  }
  if (stopped || merged[0].farthest < 0) {
    steps[step].vector = -1;
    spans[0].scalars[PIVOT] = -1;
    spans[1].scalars[PIVOT] = -1;
    return;
  }
  long long index = (long long) merged[0].farthestIndex;
  int which = index < spans[0].columns ? 0 : 1;
  int x = (int) (which == 0 ? index : index - spans[0].columns);
  steps[step].distance = merged[0].farthest;
  steps[step].errorBound = merged[0].farthestBound;
  steps[step].highest = merged[0].highest;
  int vector = which == 0 ? firstVectors[x] : secondVectors[x];
  steps[step].vector = vector;
  take(spans[0], vector, which == 1);
  take(spans[1], vector, which == 0);
}

/*
 * Brings the row and the column of the pivot up to date with the pending updates, and sums the sizes
 * of the terms. One thread for each element of both; y counts the spans from `which` on.
 */
extern "C" __global__ void readPivot(Span *spans, int which, int pending) {
  Span span = spans[which + blockIdx.y];
  long long k = (long long) span.scalars[PIVOT];
  long long width = span.rows + span.columns;
  long long index = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  if (k < 0 || span.scalars[FAILED] != 0 || index >= width + span.rows) {
    return;
  }
  if (index < width) {
    long long j = index;
    double value = span.values[k * span.leading + j];
    double size = fabs(value);
    for (int t = 0; t < pending; t++) {
      double term = span.pendingColumns[t * span.rows + k] * span.pendingRows[t * span.leading + j];
      value -= term;
      size += fabs(term);
    }
    span.row[j] = value;
    span.rowSizes[j] = size;
    if (j == k) {
      span.scalars[PIVOT_ERROR] = span.errors[k];
    }
  } else {
    long long i = index - width;
    double value = span.values[i * span.leading + k];
    double size = fabs(value);
    for (int t = 0; t < pending; t++) {
      double term = span.pendingRows[t * span.leading + k] * span.pendingColumns[t * span.rows + i];
      value -= term;
      size += fabs(term);
    }
    span.column[i] = value;
    span.columnSizes[i] = size;
  }
}

/*
 * Sweeps the pivot out: the squared distances, their error bounds, and the pending update number
 * `pending`, which is zero where a span has no pivot. Threads as for readPivot().
 */
extern "C" __global__ void sweepOut(Span *spans, int which, int pending) {
  Span span = spans[which + blockIdx.y];
  long long k = (long long) span.scalars[PIVOT];
  long long width = span.rows + span.columns;
  long long index = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  bool sweeps = k >= 0 && span.scalars[FAILED] == 0;
  double pivot = 1;
  double root = 1;
  double gamma = (pending + 2) * ROUNDOFF;
  double pivotRounding = 0;
  double pivotError = 0;
  double spanNorm = 0;
  if (sweeps) { // the same in all threads
    double sizes = 0;
    for (long long i = threadIdx.x; i < span.rows; i += blockDim.x) {
      sizes += span.columnSizes[i];
      spanNorm += fabs(span.column[i]);
    }
    sizes = reduce(sizes, true);
    pivot = span.row[k];
    root = sqrt(pivot);
    spanNorm = reduce(spanNorm, true) / root;
    pivotRounding = gamma * span.rowSizes[k];
    pivotError =
        (2 * span.scalars[PIVOT_ERROR] + gamma * sizes + pivotRounding / root) / pivot;
    sweeps = pivotError * root <= WORST_PIVOT_ERROR;
  }
  if (index < width) {
    long long j = index;
    double *target = span.pendingRows + pending * span.leading;
    if (!sweeps) {
      target[j] = 0;
      return;
    }
    double size = fabs(span.row[j]);
    if (j >= span.rows) {
      long long x = j - span.rows;
      double step = size / root;
      double relative = span.scalars[PIVOT_ERROR] / root + pivotRounding / pivot;
      double error =
          span.errors[j] + step * (relative + ROUNDOFF) + gamma * span.rowSizes[j] / root;
      span.squares[x] += step * step;
      span.drift[x] += error * error;
    }
    span.errors[j] += size * (pivotError + 4 * ROUNDOFF) + 2 * gamma * span.rowSizes[j];
    span.norms[j] += spanNorm * size / root;
    target[j] = span.row[j] / root;
  } else if (index < width + span.rows) {
    long long i = index - width;
    span.pendingColumns[pending * span.rows + i] = sweeps ? span.column[i] / root : 0;
  }
}

/* After the pending updates have been applied: their rounding, and fresh norms. */
extern "C" __global__ void refresh(Span *spans, int which, int pending) {
  Span span = spans[which + blockIdx.y];
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  if (j < span.rows + span.columns) {
    span.errors[j] += (pending + 1) * ROUNDOFF * span.norms[j];
    span.norms[j] = columnNorm(span, j);
  }
}

/* The trace of W over the vectors that still span, when no update is pending; a block a span. */
extern "C" __global__ void __launch_bounds__(MAX_THREADS) refreshTrace(Span *spans, int which) {
  Span span = spans[which + blockIdx.x];
  double trace = 0;
  for (long long i = threadIdx.x; i < span.rows; i += blockDim.x) {
    if (span.spanning[i] != 0) {
      trace += span.values[i * span.leading + i];
    }
  }
  trace = reduce(trace, true);
  if (threadIdx.x == 0) {
    span.scalars[INVERSE_TRACE] = trace;
  }
}
