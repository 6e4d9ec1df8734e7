/* From the bytes of a file to rows of doubles, their moments, and sums of partial Gram matrices. */
#include "common.cuh"

#define CHUNK 128      // samples of a block that adds up moments
#define MOMENT_ROWS 8  // and its threads along the samples

// As GramCode.java numbers them.
enum ElementType {
  FLOAT16, FLOAT32, FLOAT64, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOLEAN,
  BFLOAT16
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
    case BFLOAT16: return __uint_as_float(bits16(data, index, bigEndian) << 16);
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

/* The diagonal of a matrix. */
extern "C" __global__ void diagonal(
    const double *matrix, long long leading, int size, double *target) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < size) {
    target[i] = matrix[i * leading + i];
  }
}
