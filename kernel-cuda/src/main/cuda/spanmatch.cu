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
#define LINE 256 // threads of a block that works on a part of a line
#define WARP 32
#define ROW_LANES 16 // threads of a block that add up a column ...
#define COLUMNS_BLOCK 512 // ... in TILE columns
#define COLUMN_LINES 8 // lines of a span that have an element per column ...
#define WHOLE_LINES 3 // ... and how many of them have one per column of W too

// The most threads of a block. A kernel that runs in one block must state this bound, or it may take
// more registers than there are for all threads.
#define MAX_THREADS 1024

// As in Drift of the java backend, which explains them: what covers the rounding of kept rows and of
// the sums of the bounds; the largest relative error of a pivot that is used; the largest rounding of
// kept rows as a part of the other local errors; and of what is carried as a part of the norm.
#define SAFETY 1.01
#define WORST_PIVOT_ERROR 1e-3
#define WORST_KEPT 2e-3
#define WORST_CARRIED 1e-3

// As in SweptSpan of the java backend: a fresh start is due when drift exceeds this part of what else
// bounds an error, and when less than one row in FEW_LEFT is of a vector that still spans, unless all
// together are few.
#define DRIFT_SHARE 0.1
#define FEW_LEFT 4
#define SMALL 64

// Norms grow with each pending update. They are renewed early when they may be LOOSE times too large;
// with fewer updates than MANY that is not worth a pass over the tableau.
#define LOOSE 2
#define MANY 16

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
  FAILED,          // 1 if a pivot or a bound was too uncertain, or few vectors are left
  PENDING,         // number of updates that are not applied yet
  PIVOT,           // the row to sweep out, or -1
  PIVOT_ERROR,     // the local errors of its column before the sweep
  INDEFINITE,      // 1 if the factorisation met a pivot that was not positive
  LARGEST_INVERSE, // the largest element of W's diagonal at the start
  SPANNING,        // how many vectors span, dependent ones included
  DEPENDENT,       // how many of them are dependent on the others, and have no row
  NEEDS_START,     // 1 if a question found that a fresh start is needed
  APPLIED_NORM,    // the largest norm of a projected vector when no update was pending, 0: not known
  NEEDS_APPLYING   // 1 if a question found that bounds would be smaller without pending updates
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
 * every member has eight bytes. A vector that leaves the span loses its column of W when columns are
 * dropped, but keeps its row, which bounds the drift.
 */
struct Span {
  double *values;         // the tableau: rows x leading
  double *pendingRows;    // updates not applied yet: each a row of `leading` elements ...
  double *pendingColumns; // ... and one of `rows`
  double *row;            // the row that is being swept out, and the sizes of the terms in it
  double *rowSizes;
  double *column;
  double *columnSizes;
  double *rowSums;        // a RowSums from each block that reads parts of the column
  double *norms;          // at least the 1-norm of each column over the rows of vectors that span
  double *local;          // the drift of each column, as Drift of the java backend explains ...
  double *carried;
  double *components;     // ... of each projected vector ...
  double *joined;
  double *own;
  double *weights;        // ... and of each row, 0 while its vector spans
  double *squares;        // squared distances of the projected vectors
  double *projected;      // 1 for each column of C whose vector was not taken out, or else 0
  double *scalars;        // as enum Scalar numbers them, then the answers to a question
  long long *places;      // by vector: its row, or its column in C; -1 - column if it is dependent
  long long *pivots;      // by row: its vector's column in W, or -1 if that was dropped
  long long *vectors;     // by column of C
  long long rows;
  long long first;        // the first column of C
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
    double value = span.values[i * span.leading + span.first + x];
    square -= value * value;
  }
  span.squares[x] = square;
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
 * The initial drift, in one block: each column solves a triangular system with a small relative error
 * of the triangle, whose columns have norm 1. W's right side R^-T has an error too, z of which no
 * element exceeds gamma times the column's norm, and which R^-T amplifies: z'Wz <= max |z|^2 sum |W|.
 * scalars[LARGEST_INVERSE] gets the largest element of W's diagonal. What isn't set here is 0.
 */
extern "C" __global__ void __launch_bounds__(MAX_THREADS) startErrors(Span *spans, int which) {
  Span span = spans[which];
  double trace = 0;
  double largest = 0;
  double sum = 0;
  for (int j = threadIdx.x; j < span.rows; j += blockDim.x) {
    trace += span.row[j];
    largest = fmax(largest, span.row[j]);
    sum += span.norms[j];
  }
  trace = reduce(trace, true);
  largest = reduce(largest, false);
  sum = reduce(sum, true);
  double gamma = (span.rows + 4) * ROUNDOFF;
  for (int j = threadIdx.x; j < span.rows + span.columns; j += blockDim.x) {
    double error = gamma * span.norms[j];
    if (j < span.rows) {
      error += gamma * sqrt(sum * span.row[j]);
    } else {
      span.joined[j - span.rows] = error * error;
      span.projected[j - span.rows] = 1;
    }
    span.local[j] = error;
  }
  if (threadIdx.x == 0) {
    span.scalars[INVERSE_TRACE] = trace;
    span.scalars[PIVOT] = -1;
    span.scalars[LARGEST_INVERSE] = largest;
    span.scalars[DEPENDENT] = (double) (span.columns - span.others);
    span.scalars[SPANNING] = (double) (span.rows + span.columns - span.others);
  }
}

/* Bounds the error of a column. */
static __device__ double columnError(const Span &span, long long j) {
  return SAFETY * (span.local[j] + span.carried[j]);
}

/* Bounds what sweeps have added to the error of a distance. */
static __device__ double drift(const Span &span, int x) {
  // The last sweep need not have been counted yet.
  return sqrt(fmin(span.components[x], span.joined[x])) + sqrt(span.own[x])
      + 2 * ROUNDOFF * (span.scalars[SWEEPS] + 1);
}

static __device__ double distance(const Span &span, int x) {
  return span.scalars[SPANNING] == 0 ? 1 : fmin(1.0, sqrt(fmax(0.0, span.squares[x])));
}

/* The bound of org.spanmatch.kernel.backend.GramErrors. */
static __device__ double boundWithoutDrift(const Span &span, int x, double distance) {
  double error = span.gramError + (span.started + 2) * ROUNDOFF;
  double sum = 1.25 * (1 + span.norms[span.first + x]);
  double squareError = error * sum * sum;
  double bound = fmin(sqrt(squareError), squareError / distance);
  bool resolved = span.scalars[DEPENDENT] == 0
      && span.started * error * span.scalars[INVERSE_TRACE] <= 0.1;
  return resolved || bound >= distance ? bound : distance;
}

/* What is known of a projected vector. */
struct Known {
  double distance;
  double bound;
  double driftsFar; // 1 if what sweeps have added counts too much
};

static __device__ Known known(const Span &span, int x) {
  Known known = {distance(span, x), 0, 0};
  if (span.scalars[SPANNING] > 0) {
    double without = boundWithoutDrift(span, x, known.distance);
    double added = drift(span, x);
    double bound = without + added;
    known.bound = bound < 1 ? bound : 1; // also where it overflowed to NaN
    known.driftsFar = !(added <= span.allowedDrift) && !(added <= DRIFT_SHARE * without) ? 1 : 0;
  }
  return known;
}

/* Whether what a span holds is too inexact, or a dependent vector has become independent. */
static __device__ bool needsStart(
    const Span &span, double driftsFar, double farthestDependentSquare) {
  // Where nothing spans, nothing is read from the tableau.
  return span.scalars[SPANNING] > 0
      && (span.scalars[FAILED] != 0
          || driftsFar != 0
          || (span.scalars[SWEEPS] > 0
              && sqrt(fmax(0.0, farthestDependentSquare)) > span.rankTolerance));
}

/* Whether norms may be much too large; notes the largest one when no update is pending. */
static __device__ bool isLoose(const Span &span, double norm) {
  if (span.scalars[PENDING] == 0) {
    span.scalars[APPLIED_NORM] = norm;
  }
  return span.scalars[PENDING] >= MANY && !(norm <= LOOSE * span.scalars[APPLIED_NORM]);
}

/*
 * Answers: for each projected vector its distance, error bound and coefficient norm, in three rows of
 * `others` elements behind the scalars; and whether they count, or a fresh start is needed or pending
 * updates must be applied. One block.
 */
extern "C" __global__ void __launch_bounds__(MAX_THREADS) answer(Span *spans, int which) {
  Span span = spans[which];
  double *answers = span.scalars + SCALARS;
  double driftsFar = 0;
  double farthestSquare = 0;
  double norm = 0;
  for (int x = threadIdx.x; x < span.columns; x += blockDim.x) {
    if (x < span.others) {
      Known found = known(span, x);
      answers[x] = found.distance;
      answers[span.others + x] = found.bound;
      answers[2 * span.others + x] =
          span.scalars[SPANNING] == 0 ? 0 : span.norms[span.first + x];
      if (span.projected[x] != 0) {
        driftsFar = largest(driftsFar, found.driftsFar);
        norm = largest(norm, span.norms[span.first + x]);
      }
    } else if (span.projected[x] != 0) {
      farthestSquare = largest(farthestSquare, span.squares[x]);
    }
  }
  driftsFar = reduce(driftsFar, false);
  farthestSquare = reduce(farthestSquare, false);
  norm = reduce(norm, false);
  if (threadIdx.x == 0) {
    span.scalars[NEEDS_START] = needsStart(span, driftsFar, farthestSquare) ? 1 : 0;
    span.scalars[NEEDS_APPLYING] = isLoose(span, norm) ? 1 : 0;
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
    span.scalars[PIVOT] = (double) place;
  }
}

/* Takes a vector out of one span, by one thread. */
extern "C" __global__ void takeOut(Span *spans, int which, int vector, int isSpanning) {
  take(spans[which], vector, isSpanning != 0);
}

/* Takes several vectors out of those that a span projects, one a thread. */
extern "C" __global__ void takeProjected(
    Span *spans, int which, const long long *vectors, int count) {
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
  double driftsFar[2];   // 1 if what sweeps have added to an error counts too much
  double farthestDependentSquare[2];
  double norm[2];        // the largest of a projected vector
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
    into.driftsFar[i] = largest(into.driftsFar[i], other.driftsFar[i]);
    into.farthestDependentSquare[i] =
        largest(into.farthestDependentSquare[i], other.farthestDependentSquare[i]);
    into.norm[i] = largest(into.norm[i], other.norm[i]);
  }
}

/* Merges those of all threads of a block of LINE threads; the first one has the result. */
static __device__ Survey mergeAll(const Survey &own) {
  __shared__ Survey all[LINE];
  all[threadIdx.x] = own;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      merge(all[threadIdx.x], all[threadIdx.x + half]);
    }
    __syncthreads();
  }
  return all[0];
}

static __device__ Survey nothing() {
  Survey survey = {-1, 1e300, 0, 0, {0, 0}, {0, 0}, {0, 0}};
  return survey;
}

/*
 * Looks at the elements of a line of a span, one a thread, of which those of C are projected vectors.
 * Each block leaves one Survey.
 */
static __device__ void surveyLine(
    const Span *spans, const Span &span, int which, long long index, Survey *surveys) {
  Survey found = nothing();
  long long x = index - span.first;
  if (x >= 0 && x < span.columns && span.projected[x] != 0) {
    if (x < span.others) {
      Known of = known(span, (int) x);
      found.farthest = of.distance;
      found.farthestIndex = (double) (which == 0 ? x : spans[0].columns + x);
      found.farthestBound = of.bound;
      found.highest = of.distance + of.bound;
      found.driftsFar[which] = of.driftsFar;
      found.norm[which] = span.norms[index];
    } else {
      found.farthestDependentSquare[which] = span.squares[x];
    }
  }
  found = mergeAll(found);
  if (threadIdx.x == 0) {
    surveys[blockIdx.y * gridDim.x + blockIdx.x] = found;
  }
}

/* Looks at all vectors of both spans, before the first step; the grid is that of sweepOut(). */
extern "C" __global__ void __launch_bounds__(LINE) survey(Span *spans, Survey *surveys) {
  Span span = spans[blockIdx.y];
  long long index = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  surveyLine(spans, span, blockIdx.y, index, surveys);
}

/* Notes that a pivot was swept out, or that it was too uncertain, or that few are left. */
static __device__ void count(const Span &span) {
  long long k = (long long) span.scalars[PIVOT];
  if (k < 0) {
    return;
  }
  long long pending = (long long) span.scalars[PENDING];
  // A pivot that was used leaves its root here.
  if (span.pendingRows[pending * span.leading + span.pivots[k]] > 0) {
    span.scalars[SWEEPS] += 1;
  } else {
    span.scalars[FAILED] = 1;
  }
  if (span.rows > SMALL && FEW_LEFT * span.scalars[SPANNING] < span.rows) {
    // A fresh start costs so little now that the cheaper sweeps pay for it.
    span.scalars[FAILED] = 1;
  }
  span.scalars[PENDING] += 1;
}

/* Counts the last sweep, by one thread per span. */
extern "C" __global__ void countSweep(Span *spans, int which) {
  count(spans[which + blockIdx.x]);
}

/*
 * Takes the vector with the largest distance out of both spans, the first of them where several have
 * it. Writes -1 when none is left, or a span needs a fresh start or its pending updates applied, and
 * from then on. One block of LINE threads.
 */
extern "C" __global__ void __launch_bounds__(LINE) peel(
    Span *spans, const Survey *surveys, int surveyCount, int step, Step *steps) {
  Survey found = nothing();
  for (int i = threadIdx.x; i < surveyCount; i += blockDim.x) {
    merge(found, surveys[i]);
  }
  found = mergeAll(found);
  // A thread for each span, in different warps: most of the time goes by waiting for memory.
  __shared__ bool stops[2];
  int own = threadIdx.x / WARP;
  bool works = own < 2 && threadIdx.x % WARP == 0;
  if (works) {
    Span span = spans[own];
    if (step > 0) {
      count(span);
    }
    bool loose = isLoose(span, found.norm[own]);
    stops[own] = loose
        || needsStart(span, found.driftsFar[own], found.farthestDependentSquare[own]);
  }
  __syncthreads();
  if (!works) {
    return;
  }
  bool stopped = found.farthest < 0 || stops[0] || stops[1]
      || (step > 0 && steps[step - 1].vector < 0);
  if (stopped) {
    if (own == 0) {
      steps[step] = {-1, 0, 0, 0};
    }
    spans[own].scalars[PIVOT] = -1;
    return;
  }
  long long index = (long long) found.farthestIndex;
  int which = index < spans[0].columns ? 0 : 1;
  long long vector = spans[which].vectors[which == 0 ? index : index - spans[0].columns];
  if (own == 0) {
    steps[step] = {(double) vector, found.farthest, found.farthestBound, found.highest};
  }
  take(spans[own], vector, which != own);
}

/*
 * Subtracts the terms of an element that are pending from a value, and adds their sizes. Eight are
 * read at a time: one after the other, each would wait for the last. Products are rounded before they
 * are subtracted, in every place that this is compiled into: the pivot is to be the same number as an
 * element of its row and of its column.
 */
static __device__ double subtractTerms(
    double value, double &size, const double *factors, long long factorStride,
    const double *elements, long long stride, int count) {
  int t = 0;
  for (; t + 8 <= count; t += 8) {
    double terms[8];
#pragma unroll
    for (int u = 0; u < 8; u++) {
      terms[u] = __dmul_rn(factors[(t + u) * factorStride], elements[(t + u) * stride]);
    }
#pragma unroll
    for (int u = 0; u < 8; u++) {
      value = __dsub_rn(value, terms[u]);
      size += fabs(terms[u]);
    }
  }
  for (; t < count; t++) {
    double term = __dmul_rn(factors[t * factorStride], elements[t * stride]);
    value = __dsub_rn(value, term);
    size += fabs(term);
  }
  return value;
}

/* What a sweep sums over the rows: see Drift.sweep() of the java backend. */
struct RowSums {
  double read;        // sizes of the terms of the column, of vectors that span
  double keptRead;    // and of those that have left, times their weights
  double keptCarried; // the elements of the column of those, times their weights
  double spanNorm;    // the 1-norm of what is left of the column
};

static __device__ void addTo(RowSums &into, const RowSums &other) {
  into.read += other.read;
  into.keptRead += other.keptRead;
  into.keptCarried += other.keptCarried;
  into.spanNorm += other.spanNorm;
}

/* Sums over a block of LINE threads, the same in all of them. */
static __device__ RowSums sumRows(const RowSums &own) {
  __shared__ RowSums all[LINE];
  all[threadIdx.x] = own;
  __syncthreads();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      addTo(all[threadIdx.x], all[threadIdx.x + half]);
    }
    __syncthreads();
  }
  return all[0];
}

/*
 * Brings the row and the column of the pivot up to date with the pending updates, and sums the sizes
 * of the terms. One thread for each element of both, in blocks of LINE; y counts the spans from
 * `which` on.
 */
extern "C" __global__ void __launch_bounds__(LINE) readPivot(Span *spans, int which) {
  Span span = spans[which + blockIdx.y];
  long long k = (long long) span.scalars[PIVOT];
  long long width = span.first + span.columns;
  long long first = (long long) blockIdx.x * blockDim.x;
  long long index = first + threadIdx.x;
  if (k < 0 || span.scalars[FAILED] != 0) {
    return; // all threads
  }
  int pending = (int) span.scalars[PENDING];
  long long pivot = span.pivots[k];
  RowSums sums = {0, 0, 0, 0};
  if (index < width) {
    long long j = index;
    double value = span.values[k * span.leading + j];
    double size = fabs(value);
    span.row[j] = subtractTerms(
        value, size, span.pendingColumns + k, span.rows, span.pendingRows + j, span.leading,
        pending);
    span.rowSizes[j] = size;
    if (j == pivot) {
      span.scalars[PIVOT_ERROR] = span.local[pivot];
    }
  } else if (index < width + span.rows) {
    long long i = index - width;
    double value = span.values[i * span.leading + pivot];
    double size = fabs(value);
    value = subtractTerms(
        value, size, span.pendingRows + pivot, span.leading, span.pendingColumns + i, span.rows,
        pending);
    span.column[i] = value;
    span.columnSizes[i] = size;
    // Row k still spans, and has no weight.
    double weight = span.weights[i];
    if (weight > 0) {
      sums.keptRead = weight * size;
      sums.keptCarried = weight * fabs(value);
    } else {
      sums.read = size;
      sums.spanNorm = i == k ? 0 : fabs(value);
    }
  }
  if (first + blockDim.x > width && first < width + span.rows) { // all threads
    sums = sumRows(sums);
    if (threadIdx.x == 0) {
      ((RowSums *) span.rowSums)[blockIdx.x] = sums;
    }
  }
}

/*
 * Sweeps the pivot out: the squared distances, the drift, and one pending update, which is zero if
 * the pivot is not good enough. Threads as for readPivot(), in blocks of LINE. Then surveys what is
 * left of both spans, unless `surveys` is null.
 */
extern "C" __global__ void __launch_bounds__(LINE) sweepOut(
    Span *spans, int which, Survey *surveys) {
  Span span = spans[which + blockIdx.y];
  long long k = (long long) span.scalars[PIVOT];
  long long pending = (long long) span.scalars[PENDING];
  long long width = span.first + span.columns;
  long long index = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  bool sweeps = k >= 0 && span.scalars[FAILED] == 0;
  double gamma = (pending + 2) * ROUNDOFF;
  RowSums sums = {0, 0, 0, 0};
  double pivot = 1;
  double root = 1;
  double leaving = 0;  // f_k of Drift
  double error = 0;    // F_k
  double relative = 0; // of the pivot
  if (sweeps) {        // the same in all threads
    int last = (int) ((width + span.rows - 1) / LINE);
    for (int block = (int) (width / LINE) + threadIdx.x; block <= last; block += LINE) {
      addTo(sums, ((const RowSums *) span.rowSums)[block]);
    }
    sums = sumRows(sums);
    sums.read *= gamma;
    sums.keptRead *= gamma;
    long long column = span.pivots[k];
    pivot = span.row[column];
    root = sqrt(pivot);
    leaving = span.scalars[PIVOT_ERROR] + sums.read + sums.keptRead;
    error = SAFETY * (span.scalars[PIVOT_ERROR] + sums.keptCarried);
    relative = (error + gamma * span.rowSizes[column] / root) / root;
    sweeps = relative <= WORST_PIVOT_ERROR && sums.keptRead <= WORST_KEPT * leaving;
  }
  if (k >= 0 && index < width) {
    long long j = index;
    double update = 0;
    if (sweeps) {
      double size = fabs(span.row[j]);
      double rounding = gamma * span.rowSizes[j];
      double before = columnError(span, j);
      span.local[j] += (rounding + 4 * ROUNDOFF * size) * (1 + 2 * leaving / root);
      span.carried[j] += size / pivot * (sums.keptCarried + leaving);
      if (j >= span.first) {
        long long x = j - span.first;
        double moved = size * ((error + sums.read) / pivot + 4 * ROUNDOFF) + rounding;
        double seen = size * (relative + ROUNDOFF) / root + SAFETY * rounding / root;
        double step = size / root;
        span.components[x] += before * before;
        span.joined[x] += 2 * columnError(span, j) * moved;
        span.own[x] += seen * seen;
        span.squares[x] += step * step;
      }
      span.norms[j] += sums.spanNorm / root * (size / root);
      update = span.row[j] / root;
    }
    span.pendingRows[pending * span.leading + j] = update;
  } else if (k >= 0 && index < width + span.rows) {
    long long i = index - width;
    double update = 0;
    if (sweeps) {
      // Row k becomes the multipliers, as kept by Drift, instead of 0.
      update = span.column[i] / root - (i == k ? 1 : 0);
      if (i == k) {
        span.weights[k] = leaving / root;
      }
    }
    span.pendingColumns[pending * span.rows + i] = update;
  }
  if (surveys) {
    surveyLine(spans, span, which + blockIdx.y, index, surveys);
  }
}

/*
 * Before the pending updates are applied: their rounding, and whether it is small beside that of the
 * others for each column of W that a later sweep may use. Threads as for readPivot(), of one span.
 */
extern "C" __global__ void settle(Span *spans, int which, int pending) {
  Span span = spans[which];
  long long width = span.first + span.columns;
  long long index = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  if (index < width) {
    double error = (pending + 1) * ROUNDOFF * (1.001 * span.norms[index] + span.carried[index]);
    span.local[index] += error;
    if (index >= span.first) {
      span.joined[index - span.first] += 2 * columnError(span, index) * error;
    }
  } else if (index < width + span.rows) {
    long long i = index - width;
    long long j = span.pivots[i];
    if (span.weights[i] == 0 && j >= 0
        && !(span.carried[j] <= WORST_CARRIED * span.norms[j])) {
      span.scalars[FAILED] = 1; // whichever thread finds one
    }
  }
}

/*
 * When no update is pending: the norms of the columns and what their rows of vectors that have left
 * carry. A block takes TILE columns, with TILE x ROW_LANES threads. The last block computes the trace
 * of W over the vectors that still span.
 */
extern "C" __global__ void __launch_bounds__(COLUMNS_BLOCK) refresh(Span *spans, int which) {
  __shared__ double norms[ROW_LANES][TILE];
  __shared__ double carried[ROW_LANES][TILE];
  Span span = spans[which];
  long long width = span.first + span.columns;
  bool ofTrace = blockIdx.x == gridDim.x - 1;
  long long j = (long long) blockIdx.x * TILE + threadIdx.x;
  double norm = 0;
  double kept = 0;
  if (ofTrace) {
    for (long long i = threadIdx.y * TILE + threadIdx.x; i < span.rows; i += TILE * ROW_LANES) {
      if (span.weights[i] == 0 && span.pivots[i] >= 0) {
        norm += span.values[i * span.leading + span.pivots[i]];
      }
    }
  } else if (j < width) {
#pragma unroll 4
    for (long long i = threadIdx.y; i < span.rows; i += ROW_LANES) {
      double size = fabs(span.values[i * span.leading + j]);
      double weight = span.weights[i];
      norm += weight > 0 ? 0 : size;
      kept += weight * size;
    }
  }
  norms[threadIdx.y][threadIdx.x] = norm;
  carried[threadIdx.y][threadIdx.x] = kept;
  __syncthreads();
  if (threadIdx.y == 0) {
    for (int lane = 1; lane < ROW_LANES; lane++) {
      norm += norms[lane][threadIdx.x];
      kept += carried[lane][threadIdx.x];
    }
    norms[0][threadIdx.x] = norm;
    if (!ofTrace && j < width) {
      span.norms[j] = norm;
      span.carried[j] = kept;
    }
  }
  __syncthreads();
  if (ofTrace && threadIdx.y == 0 && threadIdx.x == 0) {
    double trace = 0;
    for (int lane = 0; lane < TILE; lane++) {
      trace += norms[0][lane];
    }
    span.scalars[INVERSE_TRACE] = trace;
    span.scalars[PENDING] = 0;
    span.scalars[APPLIED_NORM] = 0;
  }
}

/* Keeps some elements of a line, in place, in one block; sources ascend. */
static __device__ void keep(double *line, const long long *sources, long long before, int count) {
  for (int from = 0; from < count; from += blockDim.x) {
    int j = from + threadIdx.x;
    double value = j < count ? line[sources[j] - before] : 0;
    __syncthreads(); // no element is overwritten before it was read
    if (j < count) {
      line[j] = value;
    }
  }
}

/*
 * Drops columns of the tableau when no update is pending, in place: a block for each row, and one for
 * each other line that has an element per column.
 */
extern "C" __global__ void dropColumns(
    Span *spans, int which, const long long *sources, int keptFirst, int kept) {
  Span span = spans[which];
  if (blockIdx.x < span.rows) {
    keep(span.values + blockIdx.x * span.leading, sources, 0, kept);
    return;
  }
  double *lines[COLUMN_LINES] = {
    span.norms, span.local, span.carried, span.components, span.joined, span.own, span.squares,
    span.projected
  };
  int line = (int) (blockIdx.x - span.rows);
  bool whole = line < WHOLE_LINES; // those of W too
  keep(
      lines[line], whole ? sources : sources + keptFirst, whole ? 0 : span.first,
      whole ? kept : kept - keptFirst);
}
