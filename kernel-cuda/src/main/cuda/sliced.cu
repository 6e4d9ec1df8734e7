/*
 * The way around float64 products, for GPUs on which they are slow: from rows of doubles to slices of
 * eight bits, whose products cuBLAS adds up exactly in 32-bit integers, and from these sums to a Gram
 * matrix. Slicing.java has the numbers, docs/accuracy.md the error bound.
 *
 * A neuron's samples have a common exponent e: the largest of them is below 127/128 of 2^e. With S
 * slices a sample is an integer times 2^(e + 1 - 8S), and the integer is written with S digits of base
 * 256, which lie in [-128, 127]. Digit s, from 1 on, so counts 2^(e + 1 - 8s).
 *
 * These are bit operations on integers. Conversions and float64 arithmetic are what such GPUs lack.
 */
#include "common.cuh"

#define SLICE_CHUNK 128 // samples of a block ...
#define SLICE_ROWS 8    // ... and its threads along the samples
#define MOST_SLICES 7
#define HALF_GROUPS 4 // groups that are combined in one 64-bit integer; there are two of these
#define WORD_BYTES 4

#define FRACTION_BITS 52
#define LEADING_ZEROS 11 // of a significand in 64 bits
#define BIAS 1023
#define NOT_FINITE 2047

/* The bits of the absolute value: they have the same order as the values, and NaN comes last. */
static __device__ long long sizeBits(double value) {
  return __double_as_longlong(value) & 0x7fffffffffffffffLL;
}

/*
 * The bits of every neuron's largest absolute value in each chunk of samples: x counts neurons, y
 * chunks, with TILE x SLICE_ROWS threads.
 */
extern "C" __global__ void chunkMaxima(
    const double *samples, long long leading, int neurons, int count, long long *maxima) {
  __shared__ long long partial[SLICE_ROWS][TILE];
  int neuron = blockIdx.x * TILE + threadIdx.x;
  int first = blockIdx.y * SLICE_CHUNK;
  int last = min(count, first + SLICE_CHUNK);
  long long largest = 0;
  if (neuron < neurons) {
    for (int sample = first + threadIdx.y; sample < last; sample += SLICE_ROWS) {
      largest = max(largest, sizeBits(samples[sample * leading + neuron]));
    }
  }
  partial[threadIdx.y][threadIdx.x] = largest;
  __syncthreads();
  if (threadIdx.y == 0 && neuron < neurons) {
    for (int row = 1; row < SLICE_ROWS; row++) {
      largest = max(largest, partial[row][threadIdx.x]);
    }
    maxima[(long long) blockIdx.y * neurons + neuron] = largest;
  }
}

/* 2^exponent, rounded to infinity or 0 where a double can't hold it. */
static __device__ double powerOfTwo(int exponent) {
  if (exponent > BIAS) {
    return __longlong_as_double((long long) NOT_FINITE << FRACTION_BITS);
  }
  if (exponent > -BIAS) {
    return __longlong_as_double((long long) (exponent + BIAS) << FRACTION_BITS);
  }
  int bit = exponent + BIAS - 1 + FRACTION_BITS; // of a subnormal number
  return bit < 0 ? 0 : __longlong_as_double(1LL << bit);
}

/*
 * The common exponent of every neuron and 2 to the power of it, which is NaN where a sample is not
 * finite, so that all products with it are. One thread a neuron.
 */
extern "C" __global__ void chooseExponents(
    const long long *maxima, int chunkCount, int neurons, int *exponents, double *factors) {
  int neuron = blockIdx.x * blockDim.x + threadIdx.x;
  if (neuron >= neurons) {
    return;
  }
  long long largest = 0;
  for (int chunk = 0; chunk < chunkCount; chunk++) {
    largest = max(largest, maxima[(long long) chunk * neurons + neuron]);
  }
  int field = (int) (largest >> FRACTION_BITS);
  // Brings a subnormal number's first bit to where that of normal ones is.
  int shift = field > 0 ? 0 : __clzll(largest) - LEADING_ZEROS;
  int binade = (field > 0 ? field : 1 - shift) - BIAS;
  // From 127/64 of the power of two on the next exponent is taken.
  bool nearNext = (largest << shift >> (FRACTION_BITS - 6) & 63) == 63;
  int exponent = binade + 1 + nearNext;
  exponents[neuron] = exponent;
  factors[neuron] =
      field == NOT_FINITE ? __longlong_as_double(0x7ff8LL << 48) : powerOfTwo(exponent);
}

/* value * 2^scale, rounded to the nearest integer, which has fewer than 63 bits. */
static __device__ long long fixedPoint(double value, int scale) {
  long long size = sizeBits(value);
  int field = (int) (size >> FRACTION_BITS);
  long long mantissa = size & ((1LL << FRACTION_BITS) - 1);
  mantissa |= field > 0 ? 1LL << FRACTION_BITS : 0;
  int shift = max(field, 1) - BIAS - FRACTION_BITS + scale;
  if (shift >= 0) {
    mantissa <<= shift;
  } else if (shift >= -FRACTION_BITS - 2) {
    mantissa = (mantissa + (1LL << (-shift - 1))) >> -shift;
  } else {
    mantissa = 0;
  }
  return value < 0 ? -mantissa : mantissa;
}

/*
 * Cuts some samples into slices: for every neuron `sliceCount` runs of `depth` bytes, a run for each
 * digit, the most significant one first, or last if `descending`. What there is beyond `count` samples
 * and `neurons` neurons is filled with zeros, up to `depth`, a multiple of WORD_BYTES, and `padded`.
 * x counts neurons, y chunks of samples, with TILE x SLICE_ROWS threads.
 */
extern "C" __global__ void slice(
    const double *samples, long long leading, int neurons, int padded, int count, int depth,
    int sliceCount, int descending, const int *exponents, unsigned int *slices) {
  __shared__ unsigned int words[MOST_SLICES][TILE][SLICE_CHUNK / WORD_BYTES + 1];
  int firstNeuron = blockIdx.x * TILE;
  int firstSample = blockIdx.y * SLICE_CHUNK;
  int neuron = firstNeuron + threadIdx.x;
  int scale = neuron < neurons ? 8 * sliceCount - 1 - exponents[neuron] : 0;
  for (int i = threadIdx.y; i < SLICE_CHUNK; i += SLICE_ROWS) {
    int sample = firstSample + i;
    bool isThere = neuron < neurons && sample < count;
    long long rest = isThere ? fixedPoint(samples[sample * leading + neuron], scale) : 0;
    for (int digit = sliceCount - 1; digit >= 0; digit--) {
      signed char value = (signed char) rest;
      ((signed char *) words[digit][threadIdx.x])[i] = value;
      rest = (rest - value) >> 8;
    }
  }
  __syncthreads();
  int word = firstSample / WORD_BYTES + threadIdx.x;
  int wordCount = depth / WORD_BYTES;
  for (int line = threadIdx.y; line < sliceCount * TILE; line += SLICE_ROWS) {
    int digit = line / TILE;
    int place = line % TILE;
    if (word < wordCount && firstNeuron + place < padded) {
      int run = descending ? sliceCount - 1 - digit : digit;
      long long start = ((long long) (firstNeuron + place) * sliceCount + run) * wordCount;
      slices[start + word] = words[digit][place][threadIdx.x];
    }
  }
}

/*
 * Adds the sums of products of slices to some rows of a Gram matrix, from the diagonal on: target is
 * the first one's element on the diagonal, and factors begin with that row's. Group k has the
 * products of digits that count 2^(-14 - 8k) together, besides the factors. All groups make two
 * integers of at most 53 bits, so that one sum and one addition are all that rounds. x counts
 * columns, y rows.
 */
extern "C" __global__ void addGroups(
    const int *groups, long long groupSize, int groupCount, int columns, int width,
    const double *factors, double *target, long long leading) {
  int column = blockIdx.x * blockDim.x + threadIdx.x;
  int row = blockIdx.y;
  if (column >= columns || column < row) {
    return;
  }
  const int *sums = groups + (long long) row * width + column;
  long long high = 0;
  long long low = 0;
  for (int k = 0; k < HALF_GROUPS; k++) {
    high = high * 256 + (k < groupCount ? sums[k * groupSize] : 0);
    low = low * 256 + (k + HALF_GROUPS < groupCount ? sums[(k + HALF_GROUPS) * groupSize] : 0);
  }
  double sum = fma((double) low, 0x1p-32, (double) high) * 0x1p-38;
  double *element = target + row * leading + column;
  *element = fma(sum, factors[row] * factors[column], *element);
}
