/* The projections on spans: fresh starts, answers, and the removal of vectors one by one. */
#include "span.cuh"

#define LINE 256 // threads of a block that works on a part of a line
#define WARP 32
#define MOST_PENDING 64 // updates of a span
#define TOGETHER 16 // terms of them that a thread reads without waiting in between
#define POLLS 64 // of a thread that waits for other blocks, before it lets others run
#define ROW_LANES 16 // threads of a block that add up a column ...
#define COLUMNS_BLOCK 512 // ... in TILE columns
#define COLUMN_LINES 8 // lines of a span that have an element per column ...
#define WHOLE_LINES 3 // ... and how many of them have one per column of W too

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

/*
 * Takes a vector out of those that a span projects; or out of the span, which its row awaits. Where
 * each block has scalars of its own, only one of them `marks` the vector's column.
 */
static __device__ void take(const Span &span, long long vector, bool spans, bool marks) {
  long long place = span.places[vector];
  span.scalars[PIVOT] = -1;
  if (spans) {
    span.scalars[SPANNING] -= 1;
    if (place >= 0) {
      span.scalars[PIVOT] = (double) place;
      span.scalars[PIVOT_ERROR] = span.local[span.pivots[place]];
      return;
    }
    span.scalars[DEPENDENT] -= 1;
    place = -1 - place;
  }
  if (marks) {
    span.projected[place] = 0;
  }
}

/* Takes a vector out of one span, by one thread. */
extern "C" __global__ void takeOut(Span *spans, int which, int vector, int isSpanning) {
  take(spans[which], vector, isSpanning != 0, true);
}

/* Takes several vectors out of those that a span projects, one a thread. */
extern "C" __global__ void takeProjected(
    Span *spans, int which, const long long *vectors, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) {
    spans[which].projected[spans[which].places[vectors[i]]] = 0;
  }
}

/* What a span needs before the next step can be taken. SpanLayout.java has the same list. */
enum Need { NOTHING, APPLYING, START };

/* One step of peeling, as the host reads it; SpanLayout.java has the same list. */
struct Step {
  double vector;   // -1 if there was none
  double distance;
  double errorBound;
  double highest;  // the largest distance that any vector may have, by its error bound
  double xNeeds;   // a Need of the first span, where there was no vector
  double yNeeds;   // and of the second one
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

/* Merges what the threads of a block of LINE threads have, the same in all of them. */
template <typename T> static __device__ T mergeAll(const T &own) {
  __shared__ T all[LINE];
  __syncthreads(); // the last use has ended
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
 * Looks at the elements of a part of a line, one a thread, of which those of C are projected vectors.
 * Each block leaves one Survey.
 */
static __device__ void surveyPart(const Span *spans, int which, int part, Survey *left) {
  const Span &span = spans[which];
  Survey found = nothing();
  long long index = (long long) part * LINE + threadIdx.x;
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
    *left = found;
  }
}

/* Looks at all vectors of both spans, before the first step; the grid is that of sweepOut(). */
extern "C" __global__ void __launch_bounds__(LINE) survey(Span *spans, Survey *surveys) {
  surveyPart(spans, blockIdx.y, blockIdx.x, surveys + blockIdx.y * gridDim.x + blockIdx.x);
}

/* Notes that a pivot was swept out, or that it was too uncertain, or that few are left. */
static __device__ void countLast(const Span &span) {
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
  span.scalars[PIVOT] = -1;
}

/* Counts the last sweep, by one thread per span. */
extern "C" __global__ void countSweep(Span *spans, int which) {
  countLast(spans[which + blockIdx.x]);
}

/*
 * Counts the last sweeps if there were any, and takes the vector with the largest distance out of both
 * spans, the first of them where several have it. Does not if none is left, or a span needs a fresh
 * start or its pending updates applied; then says what which one needs. By a block of LINE threads,
 * which all learn whether it did.
 */
static __device__ bool takeFarthest(
    const Span *spans, const Survey *surveys, int surveyCount, bool counts, bool marks, Step *step) {
  Survey found = nothing();
  for (int i = threadIdx.x; i < surveyCount; i += LINE) {
    merge(found, surveys[i]);
  }
  found = mergeAll(found);
  // A thread for each span, in different warps: most of the time goes by waiting for memory.
  __shared__ Need needs[2];
  int own = threadIdx.x / WARP;
  bool works = own < 2 && threadIdx.x % WARP == 0;
  if (works) {
    const Span &span = spans[own];
    if (counts) {
      countLast(span);
    }
    bool loose = isLoose(span, found.norm[own]);
    needs[own] = needsStart(span, found.driftsFar[own], found.farthestDependentSquare[own])
        ? START
        : loose || span.scalars[PENDING] >= MOST_PENDING ? APPLYING : NOTHING;
  }
  __syncthreads();
  bool takes = found.farthest >= 0 && needs[0] == NOTHING && needs[1] == NOTHING;
  if (works && takes) {
    long long index = (long long) found.farthestIndex;
    int which = index < spans[0].columns ? 0 : 1;
    long long vector = spans[which].vectors[which == 0 ? index : index - spans[0].columns];
    if (own == 0 && marks) {
      *step = {(double) vector, found.farthest, found.farthestBound, found.highest, 0, 0};
    }
    take(spans[own], vector, which != own, marks);
  } else if (works) {
    if (own == 0 && marks) {
      *step = {-1, 0, 0, 0, (double) needs[0], (double) needs[1]};
    }
    spans[own].scalars[PIVOT] = -1;
  }
  return takes;
}

/* Takes a vector out and writes the step; after the first step that took none, the others take none. */
extern "C" __global__ void __launch_bounds__(LINE) peel(
    Span *spans, const Survey *surveys, int surveyCount, int step, Step *steps) {
  if (step > 0 && steps[step - 1].vector < 0) {
    if (threadIdx.x == 0) {
      steps[step] = steps[step - 1];
    }
    return;
  }
  takeFarthest(spans, surveys, surveyCount, step > 0, true, steps + step);
}

/* Subtracts `count` terms, at least 1 and at most TOGETHER; for fewer reads the last one again. */
static __device__ void subtractSome(
    double &value, double &size, const double *factors, long long factorStride,
    const double *elements, long long stride, int count) {
  double terms[TOGETHER];
#pragma unroll
  for (int u = 0; u < TOGETHER; u++) {
    int at = u < count ? u : count - 1;
    double term = __dmul_rn(factors[at * factorStride], elements[at * stride]);
    terms[u] = u < count ? term : 0;
  }
#pragma unroll
  for (int u = 0; u < TOGETHER; u++) {
    value = __dsub_rn(value, terms[u]);
    size += fabs(terms[u]);
  }
}

/*
 * Subtracts the terms of an element that are pending from a value, and adds their sizes. TOGETHER are
 * read at a time: one after the other, each would wait for the last. Products are rounded before they
 * are subtracted, in every place that this is compiled into: the pivot is to be the same number as an
 * element of its row and of its column.
 */
static __device__ double subtractTerms(
    double value, double &size, const double *factors, long long factorStride,
    const double *elements, long long stride, int count) {
  int t = 0;
  for (; t + TOGETHER <= count; t += TOGETHER) {
    subtractSome(
        value, size, factors + t * factorStride, factorStride, elements + t * stride, stride,
        TOGETHER);
  }
  if (t < count) {
    subtractSome(
        value, size, factors + t * factorStride, factorStride, elements + t * stride, stride,
        count - t);
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

static __device__ void merge(RowSums &into, const RowSums &other) {
  into.read += other.read;
  into.keptRead += other.keptRead;
  into.keptCarried += other.keptCarried;
  into.spanNorm += other.spanNorm;
}

/*
 * Brings the row and the column of the pivot up to date with the pending updates, and sums the sizes
 * of the terms. One thread for each element of a part of both, which lie one behind the other.
 */
static __device__ void readPart(const Span &span, int part) {
  long long k = (long long) span.scalars[PIVOT];
  long long width = span.first + span.columns;
  long long first = (long long) part * LINE;
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
  if (first + LINE > width && first < width + span.rows) { // all threads
    sums = mergeAll(sums);
    if (threadIdx.x == 0) {
      ((RowSums *) span.rowSums)[part] = sums;
    }
  }
}

/* Reads the pivots, in blocks of LINE threads; y counts the spans from `which` on. */
extern "C" __global__ void __launch_bounds__(LINE) readPivot(Span *spans, int which) {
  Span span = spans[which + blockIdx.y];
  readPart(span, blockIdx.x);
}

/*
 * Sweeps the pivot out: the squared distances, the drift, and one pending update, which is zero if
 * the pivot is not good enough. Threads as for readPart().
 */
static __device__ void sweepPart(const Span &span, int part) {
  long long k = (long long) span.scalars[PIVOT];
  long long pending = (long long) span.scalars[PENDING];
  long long width = span.first + span.columns;
  long long index = (long long) part * LINE + threadIdx.x;
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
      merge(sums, ((const RowSums *) span.rowSums)[block]);
    }
    sums = mergeAll(sums);
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
}

/*
 * Sweeps the pivots out, in the grid of readPivot(). Then surveys what is left of both spans, unless
 * `surveys` is null.
 */
extern "C" __global__ void __launch_bounds__(LINE) sweepOut(
    Span *spans, int which, Survey *surveys) {
  int own = which + blockIdx.y;
  Span span = spans[own];
  sweepPart(span, blockIdx.x);
  if (surveys) {
    surveyPart(spans, own, blockIdx.x, surveys + blockIdx.y * gridDim.x + blockIdx.x);
  }
}

/*
 * Waits until all blocks of a cooperative launch have come here; each of them then sees what any has
 * written before. `arrived` is 0 before the first launch and needs no other care: block 0 adds what
 * makes its highest bit change when the last block arrives, whatever the order, as in grid_group::sync()
 * of CUDA's cooperative groups. Of each block one thread arrives, between barriers of its block; its first
 * fence makes the writes of the block visible to the device before it arrives, its second one keeps later
 * reads of the block from being served before all have arrived, or by lines that the multiprocessor's
 * first-level cache has kept. So ordinary reads and writes on both sides are in order (PTX ISA, "Memory
 * consistency model": fences and barriers are cumulative); none may go by the read-only cache.
 */
static __device__ void awaitAll(unsigned int *arrived) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    unsigned int before = atomicAdd(arrived, blockIdx.x == 0 ? 0x80000000u - (gridDim.x - 1) : 1u);
    for (int polls = 0; ((before ^ *(volatile unsigned int *) arrived) & 0x80000000u) == 0; polls++) {
      if (polls >= POLLS) {
        __nanosleep(100); // some block is far behind
      }
    }
    __threadfence();
  }
  __syncthreads();
}

/*
 * Takes up to `count` steps in one cooperative launch of any number of blocks of LINE threads: what peel(),
 * readPivot() and sweepOut() do, by the same functions on the same parts, so with the same results to the
 * bit. A line of each span has `parts` parts. Every block chooses the farthest vector by itself, from all
 * surveys, and has a copy of the scalars, in which it keeps the same books as all others; block 0 writes
 * them back. A step takes two barriers: between the survey and the choice, and between the column and the
 * sweep, since sums over the column decide whether the pivot may be used, and bound all errors.
 */
extern "C" __global__ void __launch_bounds__(LINE) peelTogether(
    Span *spans, Survey *surveys, int parts, int count, Step *steps, unsigned int *arrived) {
  __shared__ Span own[2];
  __shared__ double scalars[2][SCALARS];
  for (int i = threadIdx.x; i < 2 * SCALARS; i += LINE) {
    scalars[i / SCALARS][i % SCALARS] = spans[i / SCALARS].scalars[i % SCALARS];
  }
  if (threadIdx.x < 2) {
    own[threadIdx.x] = spans[threadIdx.x];
    own[threadIdx.x].scalars = scalars[threadIdx.x];
  }
  __syncthreads();
  bool isFirst = blockIdx.x == 0;
  for (int i = blockIdx.x; i < 2 * parts; i += gridDim.x) {
    surveyPart(own, i / parts, i % parts, surveys + i);
  }
  awaitAll(arrived);
  bool takes = true;
  for (int step = 0; step < count && takes; step++) {
    takes = takeFarthest(own, surveys, 2 * parts, step > 0, isFirst, steps + step);
    __syncthreads();
    if (takes) { // or not, in all blocks
      for (int i = blockIdx.x; i < 2 * parts; i += gridDim.x) {
        readPart(own[i / parts], i % parts);
      }
      awaitAll(arrived);
      for (int i = blockIdx.x; i < 2 * parts; i += gridDim.x) {
        sweepPart(own[i / parts], i % parts);
        surveyPart(own, i / parts, i % parts, surveys + i);
      }
      awaitAll(arrived);
    }
  }
  if (isFirst && threadIdx.x < 2) {
    countLast(own[threadIdx.x]);
    for (int i = 0; i < SCALARS; i++) {
      spans[threadIdx.x].scalars[i] = scalars[threadIdx.x][i];
    }
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
