/*
 * What the kernels' source takes from CUDA, for a C++ compiler. It is included before that source. There
 * are no warp functions (shuffles, votes), no half arithmetic and no dynamic shared memory.
 */
#ifndef CUDA_ON_CPU_H
#define CUDA_ON_CPU_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <type_traits>

/* build.sh gives another value of this one for listing the names of the kernels. */
#ifndef __global__
#define __global__
#endif
#define __device__
#define __host__
#define __constant__ static const
#define __shared__ static thread_local
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
};
struct __align__(16) double2 {
    double x, y;
};
struct __align__(8) float2 {
    float x, y;
};
struct __align__(16) float4 {
    float x, y, z, w;
};
struct __align__(8) uint2 {
    unsigned x, y;
};
struct __align__(16) uint4 {
    unsigned x, y, z, w;
};

/*
 * Each stream's thread has its own, since each runs its kernels by itself. Hidden, so that one look-up
 * finds all of them; the initial-exec model would be faster still, but would drag the shared memory of
 * all kernels into the little room that a program has for the libraries it loads as it runs.
 */
#define STANDIN_PER_WORKER extern __thread __attribute__((visibility("hidden")))
STANDIN_PER_WORKER uint3 threadIdx;
STANDIN_PER_WORKER uint3 blockIdx;
STANDIN_PER_WORKER dim3 blockDim;
STANDIN_PER_WORKER dim3 gridDim;
static const int warpSize = 32;

enum standin_barrier_kind { STANDIN_SYNC, STANDIN_OR, STANDIN_AND, STANDIN_COUNT };

/* The line tells barriers apart: threads of a block that wait at different ones are a fault of the kernel. */
extern "C" int standin_barrier(enum standin_barrier_kind kind, int value, int line);
#define __syncthreads() ((void) standin_barrier(STANDIN_SYNC, 0, __LINE__))
#define __syncthreads_or(predicate) standin_barrier(STANDIN_OR, (predicate) != 0, __LINE__)
#define __syncthreads_and(predicate) standin_barrier(STANDIN_AND, (predicate) != 0, __LINE__)
#define __syncthreads_count(predicate) standin_barrier(STANDIN_COUNT, (predicate) != 0, __LINE__)

/*
 * Where one block of a cooperative launch waits for another one: only one of them runs at a time, until it
 * comes here or to its end.
 */
extern "C" void standin_pause(void);
static inline void __nanosleep(unsigned) { standin_pause(); }

static inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void __threadfence_block() { }

template <typename A, typename B> static inline typename std::common_type<A, B>::type min(A a, B b)
{
    using T = typename std::common_type<A, B>::type;
    if constexpr (std::is_floating_point<T>::value) {
        return fmin(T(a), T(b)); /* as in CUDA: the other one if one is NaN */
    } else {
        return T(b) < T(a) ? T(b) : T(a);
    }
}

template <typename A, typename B> static inline typename std::common_type<A, B>::type max(A a, B b)
{
    using T = typename std::common_type<A, B>::type;
    if constexpr (std::is_floating_point<T>::value) {
        return fmax(T(a), T(b));
    } else {
        return T(a) < T(b) ? T(b) : T(a);
    }
}

template <typename To, typename From> static inline To standin_bits(From from)
{
    static_assert(sizeof(To) == sizeof(From), "as many bits");
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}

using std::isfinite;
using std::isinf;
using std::isnan;

static inline double rsqrt(double x) { return 1 / sqrt(x); }
static inline float rsqrtf(float x) { return 1 / sqrtf(x); }
static inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dsub_rn(double a, double b) { return a - b; }
static inline double __ddiv_rn(double a, double b) { return a / b; }
static inline double __dsqrt_rn(double a) { return sqrt(a); }
static inline float __double2float_rn(double x) { return float(x); }
static inline double __int2double_rn(int x) { return x; }
static inline double __longlong_as_double(long long x) { return standin_bits<double>(x); }
static inline long long __double_as_longlong(double x) { return standin_bits<long long>(x); }
static inline float __int_as_float(int x) { return standin_bits<float>(x); }
static inline int __float_as_int(float x) { return standin_bits<int>(x); }
static inline float __uint_as_float(unsigned x) { return standin_bits<float>(x); }
static inline unsigned __float_as_uint(float x) { return standin_bits<unsigned>(x); }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(unsigned(x)); }
static inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll((unsigned long long) x); }
static inline int __ffs(int x) { return __builtin_ffs(x); }

/* Not a function of CUDA, where one can convert implicitly, but one that people write by habit. */
static inline double __float2double_rn(float x) { return x; }

static inline unsigned __byte_perm(unsigned low, unsigned high, unsigned selector)
{
    uint64_t bytes = (uint64_t) high << 32 | low;
    unsigned result = 0;
    for (int i = 0; i < 4; i++) {
        unsigned choice = selector >> 4 * i & 15;
        unsigned byte = unsigned(bytes >> 8 * (choice & 7)) & 255;
        if (choice & 8) {
            byte = byte & 128 ? 255 : 0;
        }
        result |= byte << 8 * i;
    }
    return result;
}

template <typename T> static inline T __ldg(const T *at) { return *at; }

/* Atomic for real, as kernels of several streams run at the same time. */
template <typename T, typename Change> static inline T standin_atomic(T *at, Change change)
{
    T old;
    __atomic_load(at, &old, __ATOMIC_RELAXED);
    for (;;) {
        T changed = change(old);
        if (__atomic_compare_exchange(at, &old, &changed, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            return old;
        }
    }
}

/* So that only the first argument decides on the type. */
template <typename T> struct standin_same {
    using type = T;
};
template <typename T> using standin_value = typename standin_same<T>::type;

template <typename T> static inline T atomicAdd(T *at, standin_value<T> value)
{
    return standin_atomic(at, [=](T old) { return T(old + value); });
}
template <typename T> static inline T atomicMax(T *at, standin_value<T> value)
{
    return standin_atomic(at, [=](T old) { return max(old, value); });
}
template <typename T> static inline T atomicMin(T *at, standin_value<T> value)
{
    return standin_atomic(at, [=](T old) { return min(old, value); });
}
template <typename T> static inline T atomicOr(T *at, standin_value<T> value)
{
    return standin_atomic(at, [=](T old) { return T(old | value); });
}
template <typename T> static inline T atomicAnd(T *at, standin_value<T> value)
{
    return standin_atomic(at, [=](T old) { return T(old & value); });
}
template <typename T> static inline T atomicExch(T *at, standin_value<T> value)
{
    return standin_atomic(at, [=](T) { return value; });
}
template <typename T> static inline T atomicCAS(T *at, standin_value<T> expected, standin_value<T> value)
{
    return standin_atomic(at, [=](T old) { return old == expected ? value : old; });
}

#endif
