/* Kernels for the stand-in's own test. */

extern "C" __global__ void add_to(double *x, double value, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        x[i] += value;
    }
}

/* One sum a block, by a tree. */
extern "C" __global__ void __launch_bounds__(256) sum_blocks(const double *__restrict__ x, double *__restrict__ sums, int n)
{
    __shared__ double part[256];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    part[threadIdx.x] = i < n ? x[i] : 0;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            part[threadIdx.x] += part[threadIdx.x + half];
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        sums[blockIdx.x] = part[0];
    }
}

/* Threads above the limit leave before the barrier, the first one among them if the limit is 0. */
extern "C" __global__ void votes(int *any, int *all, int *count, int from)
{
    if (threadIdx.x < from) {
        return;
    }
    int is_odd = threadIdx.x % 2;
    int some = __syncthreads_or(is_odd);
    int every = __syncthreads_and(is_odd);
    int odd = __syncthreads_count(is_odd);
    if (threadIdx.x == from) {
        *any = some;
        *all = every;
        *count = odd;
    }
}

extern "C" __global__ void diverge(int *x)
{
    if (threadIdx.x % 2) {
        __syncthreads();
        x[0] = 1;
    } else {
        __syncthreads();
        x[1] = 1;
    }
}

struct Numbers {
    double first;
    int second[5];
};

extern "C" __global__ void take_apart(struct Numbers numbers, char small, double *out)
{
    out[0] = numbers.first;
    out[1] = numbers.second[4];
    out[2] = small;
}

extern "C" __global__ void count_up(unsigned long long *counter, int *highest, double *sum)
{
    atomicAdd(counter, 1ULL);
    atomicMax(highest, (int) (blockIdx.x * blockDim.x + threadIdx.x));
    atomicAdd(sum, 0.5);
}

/* A barrier of all blocks, one thread of each; a word that begins as 0 serves all of them. */
static __device__ void await_grid(unsigned *arrived)
{
    __threadfence();
    unsigned before = atomicAdd(arrived, blockIdx.x == 0 ? 0x80000000u - (gridDim.x - 1) : 1);
    while (((before ^ *(volatile unsigned *) arrived) & 0x80000000u) == 0) {
        __nanosleep(20);
    }
    __threadfence();
}

/* Each block adds up what all have written in the step before; without barriers it reads too much or too little. */
extern "C" __global__ void sum_in_steps(unsigned *arrived, long long *values, int steps, int barriers)
{
    __shared__ long long sum;
    for (int step = 0; step < steps; step++) {
        __syncthreads();
        if (threadIdx.x == 0) {
            sum = 0;
            for (unsigned i = 0; i < gridDim.x; i++) {
                sum += values[i];
            }
            if (barriers > 0) {
                await_grid(arrived);
            }
        }
        __syncthreads();
        if (threadIdx.x == blockDim.x - 1) {
            values[blockIdx.x] = sum % 1000 + blockIdx.x;
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            if (barriers > 1) {
                await_grid(arrived);
            } else {
                __nanosleep(20);
            }
        }
    }
}

/* Block 0 does not come to the barrier. */
extern "C" __global__ void wait_in_vain(unsigned *arrived)
{
    if (blockIdx.x > 0) {
        await_grid(arrived);
    }
}

extern "C" __global__ void write_at(char *x, long long offset)
{
    x[offset] = 7;
}

extern "C" __global__ void coordinates(unsigned *out)
{
    unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    unsigned threads = blockDim.x * blockDim.y * blockDim.z;
    __syncthreads();
    out[block * threads + thread] = __byte_perm(block, thread, 0x5410);
}
