/* Tests the stand-in as its users see it, through the libraries' own calls. Ends at the first thing that is wrong. */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uintptr_t address;
typedef void *handle;

int cuInit(unsigned flags);
int cuDeviceGetName(char *name, int size, int device);
int cuDeviceGetCount(int *count);
int cuCtxCreate_v2(handle *context, unsigned flags, int device);
int cuCtxDestroy_v2(handle context);
int cuCtxSetCurrent(handle context);
int cuCtxSynchronize(void);
int cuCtxSetLimit(int limit, size_t value);
int cuCtxGetLimit(size_t *value, int limit);
int cuGetErrorName(int code, const char **text);
int cuMemGetInfo_v2(size_t *available, size_t *total);
int cuMemAlloc_v2(address *at, size_t size);
int cuMemFree_v2(address at);
int cuMemAllocHost_v2(handle *at, size_t size);
int cuMemFreeHost(handle at);
int cuMemcpyHtoD_v2(address to, const void *from, size_t size);
int cuMemcpyDtoH_v2(void *to, address from, size_t size);
int cuMemcpyDtoD_v2(address to, address from, size_t size);
int cuMemcpyHtoDAsync_v2(address to, const void *from, size_t size, handle stream);
int cuMemcpyDtoHAsync_v2(void *to, address from, size_t size, handle stream);
int cuMemcpyPeer(address to, handle to_context, address from, handle from_context, size_t size);
int cuMemcpy2D_v2(const void *copy);
int cuMemsetD8_v2(address at, unsigned char value, size_t count);
int cuMemsetD32Async(address at, unsigned value, size_t count, handle stream);
int cuStreamCreate(handle *stream, unsigned flags);
int cuStreamDestroy_v2(handle stream);
int cuStreamSynchronize(handle stream);
int cuStreamQuery(handle stream);
int cuStreamWaitEvent(handle stream, handle event, unsigned flags);
int cuEventCreate(handle *event, unsigned flags);
int cuEventDestroy_v2(handle event);
int cuEventRecord(handle event, handle stream);
int cuEventSynchronize(handle event);
int cuEventQuery(handle event);
int cuEventElapsedTime(float *milliseconds, handle start, handle end);
int cuModuleLoadData(handle *module, const void *image);
int cuModuleUnload(handle module);
int cuModuleGetFunction(handle *function, handle module, const char *name);
int cuLaunchKernel(handle function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, handle stream, void **arguments, void **extra);
int cuLaunchCooperativeKernel(handle function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, handle stream, void **arguments);
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, handle function, int threads, size_t shared);
int cuDeviceGetAttribute(int *value, int attribute, int device);
int cublasCreate_v2(handle *blas);
int cublasDestroy_v2(handle blas);
int cublasSetStream_v2(handle blas, handle stream);
int cublasSetPointerMode_v2(handle blas, int mode);
int cublasDgemm_v2(handle, int, int, int, int, int, const double *, const double *, int, const double *, int, const double *,
    double *, int);
int cublasDsyrk_v2(handle, int, int, int, int, const double *, const double *, int, const double *, double *, int);
int cublasDtrsm_v2(handle, int, int, int, int, int, int, const double *, const double *, int, double *, int);
int cublasDtrmm_v2(handle, int, int, int, int, int, int, const double *, const double *, int, const double *, int, double *, int);
int cublasDgemv_v2(handle, int, int, int, const double *, const double *, int, const double *, int, const double *, double *, int);
int cublasDgeam(handle, int, int, int, int, const double *, const double *, int, const double *, const double *, int, double *, int);
int cublasDdot_v2(handle, int, const double *, int, const double *, int, double *);
int cublasDnrm2_v2(handle, int, const double *, int, double *);
int cublasDscal_v2(handle, int, const double *, double *, int);
int cublasDcopy_v2(handle, int, const double *, int, double *, int);
int cublasGemmEx(handle, int, int, int, int, int, const void *, const void *, int, int, const void *, int, int, const void *, void *,
    int, int, int, int);
int cublasSgemm_v2(void);

enum { FAIL_SORT = 0x5A000001, FAIL_AFTER, FAIL_CODE, COUNTED, LIVE, REPORTS, IN_USE, MEMORY, PRINT, COOPERATIVE };

#define CHECK(condition) check(condition, #condition, __LINE__)
#define GIVES(code, call) gives(code, call, #call, __LINE__)

static void check(bool condition, const char *text, int line)
{
    if (!condition) {
        fprintf(stderr, "selftest.c:%d: not so: %s\n", line, text);
        exit(1);
    }
}

static void gives(int expected, int code, const char *text, int line)
{
    if (code != expected) {
        fprintf(stderr, "selftest.c:%d: %s gives %d, not %d\n", line, text, code, expected);
        exit(1);
    }
}

static size_t number(int limit)
{
    size_t value = 0;
    GIVES(0, cuCtxGetLimit(&value, limit));
    return value;
}

/* There is one report more than the last time, and it holds this text; then they are cleared. */
static void expect_report(const char *part)
{
    size_t count = number(REPORTS);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        const char *text = NULL;
        GIVES(0, cuGetErrorName(0x5A000000 + (int) i, &text));
        found = found || strstr(text, part) != NULL;
    }
    if (!found) {
        fprintf(stderr, "none of %zu reports says: %s\n", count, part);
        exit(1);
    }
    GIVES(0, cuCtxSetLimit(REPORTS, 0));
}

static void fail(size_t sort, size_t after, size_t code)
{
    GIVES(0, cuCtxSetLimit(FAIL_SORT, sort));
    GIVES(0, cuCtxSetLimit(FAIL_CODE, code));
    GIVES(0, cuCtxSetLimit(FAIL_AFTER, after));
}

static const char ptx[] = "//\n.version 8.0\n.target sm_70\n.address_size 64\n"
    ".visible .entry add_to(\n)\n.visible .entry sum_blocks(.param .u64 a)\n.visible .entry votes()\n.visible .entry diverge()\n"
    ".visible .entry take_apart()\n.visible .entry count_up()\n.visible .entry write_at()\n.visible .entry coordinates()\n"
    ".visible .entry sum_in_steps()\n.visible .entry wait_in_vain()\n.visible .entry not_in_source()\n";

static handle context, module;

static void open_context(void)
{
    GIVES(0, cuCtxCreate_v2(&context, 0, 0));
    GIVES(0, cuModuleLoadData(&module, ptx));
}

static void close_context(void)
{
    GIVES(0, cuModuleUnload(module));
    GIVES(0, cuCtxDestroy_v2(context));
    CHECK(number(LIVE) == 0);
    CHECK(number(REPORTS) == 0);
    CHECK(number(IN_USE) == 0);
}

static handle function(const char *name)
{
    handle result;
    GIVES(0, cuModuleGetFunction(&result, module, name));
    return result;
}

static address allocate(size_t size)
{
    address at;
    GIVES(0, cuMemAlloc_v2(&at, size));
    return at;
}

static int launch(const char *name, unsigned grid, unsigned block, handle stream, void **arguments)
{
    return cuLaunchKernel(function(name), grid, 1, 1, block, 1, 1, 0, stream, arguments, NULL);
}

static void test_start(void)
{
    int count;
    GIVES(3, cuDeviceGetCount(&count));
    GIVES(3, cuCtxSynchronize());
    GIVES(0, cuInit(0));
    GIVES(0, cuDeviceGetCount(&count));
    CHECK(count == 2);
    char name[64];
    GIVES(0, cuDeviceGetName(name, sizeof name, 1));
    CHECK(strcmp(name, "CPU stand-in, not a GPU") == 0);
    GIVES(101, cuDeviceGetName(name, sizeof name, 2));
    GIVES(201, cuCtxSynchronize());
    GIVES(15, cublasSgemm_v2());
}

static void test_memory(void)
{
    open_context();
    GIVES(0, cuCtxSetLimit(PRINT, 0));
    size_t available, total;
    GIVES(0, cuMemGetInfo_v2(&available, &total));
    CHECK(available == total && total == 256u << 20);

    address all = allocate(available);
    address more;
    GIVES(2, cuMemAlloc_v2(&more, 1));
    GIVES(0, cuMemFree_v2(all));
    GIVES(0, cuCtxSetLimit(MEMORY, 1000));
    GIVES(2, cuMemAlloc_v2(&more, 1001));
    GIVES(0, cuCtxSetLimit(MEMORY, SIZE_MAX));

    address at = allocate(8000);
    double host[1000];
    GIVES(0, cuMemcpyDtoH_v2(host, at, 8000));
    CHECK(isnan(host[0]) && isnan(host[999]));
    expect_report("1000 words of device memory were copied to the host, but never written");
    handle pinned;
    GIVES(0, cuMemAllocHost_v2(&pinned, 800));
    CHECK(isnan(((double *) pinned)[99]));

    GIVES(1, cuMemcpyDtoH_v2(host, at + 8, 8000));
    expect_report("runs 8 bytes over the end");
    GIVES(1, cuMemcpyHtoD_v2(at - 8, host, 8));
    expect_report("no live allocation");
    GIVES(1, cuMemcpyHtoD_v2((address) host, host, 8));
    expect_report("no device pointer");
    GIVES(1, cuMemcpyHtoD_v2(at, (void *) at, 8));
    expect_report("no host pointer");
    GIVES(1, cuMemcpyDtoH_v2(pinned, at, 801));
    expect_report("pinned memory");
    GIVES(1, cuMemFree_v2(at + 256));
    expect_report("not the start");
    GIVES(1, cuMemFreeHost(host));
    expect_report("no pinned memory");
    GIVES(1, cuMemsetD8_v2(at, 0, 8001));
    expect_report("target of a fill");
    GIVES(0, cuMemFreeHost(pinned));

    /* Kernels that write where they shouldn't. */
    long long offset = 8000;
    GIVES(0, launch("write_at", 1, 1, NULL, (void *[]){&at, &offset}));
    GIVES(0, cuCtxSynchronize());
    expect_report("0 bytes behind the end of an allocation of 8000 bytes");
    offset = -3;
    GIVES(0, launch("write_at", 1, 1, NULL, (void *[]){&at, &offset}));
    GIVES(0, cuMemFree_v2(at));
    expect_report("3 bytes before an allocation");
    GIVES(1, cuMemFree_v2(at));
    expect_report("double free");
    GIVES(1, cuMemcpyDtoH_v2(host, at, 8));
    expect_report("no live allocation");
    GIVES(1, launch("write_at", 1, 1, NULL, (void *[]){&at, &offset}));
    expect_report("argument 0 of the kernel write_at");
    *(char *) (at + 5) = 1;
    at = allocate(8000);
    expect_report("written after it had been freed");

    /* A rectangle: 3 rows of 16 bytes out of rows of 40 bytes. */
    for (int i = 0; i < 100; i++) {
        host[i] = i;
    }
    struct {
        size_t from_x, from_y;
        int from_type;
        const void *from_host;
        address from_device;
        void *from_array;
        size_t from_pitch, to_x, to_y;
        int to_type;
        void *to_host;
        address to_device;
        void *to_array;
        size_t to_pitch, width, height;
    } copy = {8, 1, 1, host, 0, NULL, 40, 16, 0, 2, NULL, at, NULL, 80, 16, 3};
    GIVES(0, cuMemcpy2D_v2(&copy));
    GIVES(0, cuMemcpyDtoH_v2(host, at, 8000));
    expect_report("994 words of device memory were copied to the host, but never written");
    CHECK(isnan(host[1]) && host[2] == 6 && host[3] == 7 && isnan(host[4]) && host[12] == 11 && host[23] == 17);
    copy.to_y = 98;
    GIVES(1, cuMemcpy2D_v2(&copy));
    expect_report("target of a copy");

    /* Everything that is left over. */
    GIVES(0, cuMemAllocHost_v2(&pinned, 800));
    handle stream, event, blas;
    GIVES(0, cuStreamCreate(&stream, 1));
    GIVES(0, cuEventCreate(&event, 0));
    GIVES(0, cublasCreate_v2(&blas));
    CHECK(number(LIVE) == 7);
    GIVES(0, cuCtxDestroy_v2(context));
    CHECK(number(REPORTS) == 6);
    expect_report("leak of 1 allocations of device memory with 8000 bytes");
    CHECK(number(LIVE) == 0);
    GIVES(201, cuCtxSynchronize());
    GIVES(0, cuCtxSetLimit(PRINT, 1));
}

static void test_contexts(void)
{
    open_context();
    address at = allocate(64);
    GIVES(0, cuMemsetD8_v2(at, 1, 64));
    handle stream, event, other;
    GIVES(0, cuStreamCreate(&stream, 0)); /* behind the fill, which is on the default stream */
    GIVES(0, cuEventCreate(&event, 2));
    GIVES(0, cuEventRecord(event, stream));
    GIVES(0, cuCtxCreate_v2(&other, 0, 1));
    GIVES(0, cuCtxSetLimit(PRINT, 0));
    GIVES(1, cuMemFree_v2(at));
    expect_report("another context");
    GIVES(400, cuStreamSynchronize(stream));
    expect_report("another context");
    GIVES(400, cuEventSynchronize(event));
    expect_report("another context");
    address there = allocate(64);
    GIVES(1, cuMemcpyDtoD_v2(there, at, 64));
    expect_report("another context");
    GIVES(0, cuCtxSetLimit(PRINT, 1));
    GIVES(0, cuStreamWaitEvent(NULL, event, 0));
    GIVES(0, cuMemcpyPeer(there, other, at, context, 64));
    char host[64];
    GIVES(0, cuMemcpyDtoH_v2(host, there, 64));
    CHECK(host[63] == 1);
    GIVES(0, cuMemFree_v2(there));
    GIVES(0, cuCtxDestroy_v2(other));
    GIVES(0, cuCtxSetCurrent(context));
    GIVES(0, cuMemFree_v2(at));
    GIVES(0, cuEventDestroy_v2(event));
    GIVES(0, cuStreamDestroy_v2(stream));
    close_context();
}

enum { MANY = 20000 };

static void test_order(void)
{
    open_context();
    handle first, second, event, start;
    GIVES(0, cuStreamCreate(&first, 1));
    GIVES(0, cuStreamCreate(&second, 1));
    GIVES(0, cuEventCreate(&event, 0));
    GIVES(0, cuEventCreate(&start, 0));
    double *pinned;
    GIVES(0, cuMemAllocHost_v2((handle *) &pinned, MANY * 8));
    address x = allocate(MANY * 8);
    int n = MANY, early = 0;
    double one = 1;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < MANY; i += 100) {
            pinned[i] = round;
        }
        double *pageable = malloc(MANY * 8);
        memset(pageable, 0, MANY * 8);
        GIVES(0, cuEventRecord(start, first));
        GIVES(0, cuMemcpyHtoDAsync_v2(x, pageable, MANY * 8, first));
        memset(pageable, 0xFF, MANY * 8); /* too late to make a difference */
        free(pageable);
        for (int i = 0; i < 10; i++) {
            GIVES(0, launch("add_to", (MANY + 127) / 128, 128, first, (void *[]){&x, &one, &n}));
        }
        GIVES(0, cuEventRecord(event, first));
        GIVES(0, cuStreamWaitEvent(second, event, 0));
        GIVES(0, cuMemcpyDtoHAsync_v2(pinned, x, MANY * 8, second));
        early += pinned[100] != 10; /* nobody has waited yet */
        CHECK(cuEventQuery(event) == 600 || cuEventQuery(event) == 0);
        GIVES(0, cuStreamSynchronize(second));
        CHECK(pinned[0] == 10 && pinned[MANY - 1] == 10);
        GIVES(0, cuEventQuery(event));
        GIVES(0, cuStreamQuery(first));
        float milliseconds = -1;
        GIVES(0, cuEventElapsedTime(&milliseconds, start, event));
        CHECK(milliseconds >= 0 && milliseconds < 1000);
    }
    CHECK(early > 100);

    /* Without an event between them, the streams run at the same time: some copies come too early. */
    early = 0;
    for (int round = 0; round < 200; round++) {
        GIVES(0, cuMemsetD8_v2(x, 0, MANY * 8));
        GIVES(0, cuCtxSynchronize());
        GIVES(0, launch("add_to", (MANY + 127) / 128, 128, first, (void *[]){&x, &one, &n}));
        GIVES(0, cuMemcpyDtoHAsync_v2(pinned, x, MANY * 8, second));
        GIVES(0, cuCtxSynchronize());
        early += pinned[MANY - 1] != 1;
    }
    CHECK(early > 0);

    /* Synchronous calls wait for blocking streams, but not for the others. */
    handle blocking;
    GIVES(0, cuStreamCreate(&blocking, 0));
    early = 0;
    for (int round = 0; round < 200; round++) {
        double last;
        GIVES(0, cuMemsetD8_v2(x, 0, MANY * 8)); /* and blocking streams wait for the default one */
        GIVES(0, launch("add_to", (MANY + 127) / 128, 128, blocking, (void *[]){&x, &one, &n}));
        GIVES(0, cuMemcpyDtoH_v2(&last, x + (MANY - 1) * 8, 8));
        CHECK(last == 1);
        GIVES(0, launch("add_to", (MANY + 127) / 128, 128, first, (void *[]){&x, &one, &n}));
        GIVES(0, cuMemcpyDtoH_v2(&last, x + (MANY - 1) * 8, 8));
        early += last != 2;
        GIVES(0, cuCtxSynchronize());
    }
    CHECK(early > 0);

    /* A wait is for the record made before it, not for one made later. */
    GIVES(0, cuEventRecord(event, first));
    GIVES(0, cuStreamWaitEvent(second, event, 0));
    GIVES(0, cuEventRecord(event, second));
    GIVES(0, cuStreamWaitEvent(first, event, 0));
    GIVES(0, cuEventSynchronize(event));

    GIVES(0, cuMemsetD32Async(x, 0x01020304, MANY * 2, first));
    GIVES(0, cuStreamDestroy_v2(first)); /* its work is done all the same */
    GIVES(0, cuCtxSetLimit(PRINT, 0));
    GIVES(400, cuStreamSynchronize(first));
    expect_report("no live stream");
    GIVES(0, cuCtxSetLimit(PRINT, 1));
    GIVES(0, cuStreamDestroy_v2(second));
    GIVES(0, cuStreamDestroy_v2(blocking));
    GIVES(0, cuEventDestroy_v2(event));
    GIVES(0, cuEventDestroy_v2(start));
    GIVES(0, cuMemFreeHost(pinned));
    GIVES(0, cuMemFree_v2(x));
    close_context();
}

static void test_kernels(void)
{
    open_context();
    GIVES(0, cuCtxSetLimit(PRINT, 0));
    handle none;
    GIVES(500, cuModuleGetFunction(&none, module, "add"));
    GIVES(500, cuModuleGetFunction(&none, module, "not_in_source"));
    expect_report("not_in_source");
    static const char no_cubin[64] = "\x7f" "ELF";
    GIVES(200, cuModuleLoadData(&none, no_cubin));
    GIVES(218, cuModuleLoadData(&none, "// nothing"));

    enum { N = 10007, BLOCKS = (N + 255) / 256 };
    double *host = malloc(N * 8);
    double sum = 0;
    for (int i = 0; i < N; i++) {
        host[i] = i % 17;
        sum += host[i];
    }
    address x = allocate(N * 8), sums = allocate(BLOCKS * 8);
    int n = N;
    GIVES(0, cuMemcpyHtoD_v2(x, host, N * 8));
    GIVES(0, launch("sum_blocks", BLOCKS, 256, NULL, (void *[]){&x, &sums, &n}));
    n = 0; /* the arguments are taken at the launch */
    GIVES(0, cuMemcpyDtoH_v2(host, sums, BLOCKS * 8));
    for (int i = 0; i < BLOCKS; i++) {
        sum -= host[i];
    }
    CHECK(sum == 0);

    address any = sums, all = sums + 4, count = sums + 8;
    for (int from = 0; from < 20; from++) {
        int votes[3];
        GIVES(0, launch("votes", 1, 21, NULL, (void *[]){&any, &all, &count, &from}));
        GIVES(0, cuMemcpyDtoH_v2(votes, sums, 12));
        CHECK(votes[0] == 1 && votes[1] == 0 && votes[2] == 10 - from / 2);
    }

    struct {
        double first;
        int second[5];
    } numbers = {1.5, {0, 0, 0, 0, 9}};
    char small = -3;
    GIVES(0, launch("take_apart", 1, 1, NULL, (void *[]){&numbers, &small, &x}));
    GIVES(0, cuMemcpyDtoH_v2(host, x, 24));
    CHECK(host[0] == 1.5 && host[1] == 9 && host[2] == -3);

    address counter = x, highest = x + 8, half = x + 16;
    GIVES(0, cuMemsetD8_v2(x, 0, 24));
    GIVES(0, launch("count_up", 100, 70, NULL, (void *[]){&counter, &highest, &half}));
    GIVES(0, cuMemcpyDtoH_v2(host, x, 24));
    CHECK(((uint64_t *) host)[0] == 7000 && ((int *) host)[2] == 6999 && host[2] == 3500);

    GIVES(0, cuLaunchKernel(function("coordinates"), 3, 2, 2, 5, 3, 4, 0, NULL, (void *[]){&x}, NULL));
    GIVES(0, cuMemcpyDtoH_v2(host, x, 12 * 60 * 4));
    for (unsigned i = 0; i < 12 * 60; i++) {
        CHECK(((unsigned *) host)[i] == (i / 60 | i % 60 << 16));
    }

    GIVES(1, launch("count_up", 0, 70, NULL, (void *[]){&counter, &highest, &half}));
    GIVES(1, launch("count_up", 1, 1025, NULL, (void *[]){&counter, &highest, &half}));
    expect_report("can't be launched");

    /* A kernel that goes wrong takes its context with it. */
    GIVES(0, launch("diverge", 1, 64, NULL, (void *[]){&x}));
    GIVES(719, cuCtxSynchronize());
    expect_report("different barriers");
    GIVES(719, cuMemcpyDtoH_v2(host, x, 8));
    GIVES(719, cuMemFree_v2(x));
    CHECK(number(IN_USE) == (BLOCKS * 8 + 255) / 256 * 256);
    GIVES(0, cuCtxDestroy_v2(context));
    CHECK(number(REPORTS) == 0 && number(LIVE) == 0);
    GIVES(0, cuCtxSetLimit(PRINT, 1));
    free(host);
}

static int launch_together(const char *name, unsigned grid, unsigned block, void **arguments)
{
    return cuLaunchCooperativeKernel(function(name), grid, 1, 1, block, 1, 1, 0, NULL, arguments);
}

enum { MOST_BLOCKS = 32 };

/* What sum_in_steps leaves, by a plain loop; false if the device has something else. */
static bool sums_in_steps(unsigned blocks, unsigned threads, int steps, int barriers)
{
    address arrived = allocate(4), values = allocate(8 * MOST_BLOCKS);
    long long expected[MOST_BLOCKS], found[MOST_BLOCKS];
    for (unsigned i = 0; i < blocks; i++) {
        expected[i] = i * i;
    }
    GIVES(0, cuMemsetD8_v2(arrived, 0, 4));
    GIVES(0, cuMemcpyHtoD_v2(values, expected, 8 * blocks));
    for (int step = 0; step < steps; step++) {
        long long sum = 0;
        for (unsigned i = 0; i < blocks; i++) {
            sum += expected[i];
        }
        for (unsigned i = 0; i < blocks; i++) {
            expected[i] = sum % 1000 + i;
        }
    }
    /* In two launches: the word of the barrier serves both. */
    for (int part = 0; part < 2; part++) {
        int now = part == 0 ? steps / 3 : steps - steps / 3;
        GIVES(0, launch_together("sum_in_steps", blocks, threads, (void *[]){&arrived, &values, &now, &barriers}));
    }
    GIVES(0, cuMemcpyDtoH_v2(found, values, 8 * blocks));
    GIVES(0, cuMemFree_v2(arrived));
    GIVES(0, cuMemFree_v2(values));
    return memcmp(found, expected, 8 * blocks) == 0;
}

static void test_cooperative(void)
{
    enum { ATTRIBUTE = 95 };
    open_context();
    int value, steps = 4, two = 2;
    GIVES(0, cuDeviceGetAttribute(&value, ATTRIBUTE, 0));
    CHECK(value == 1);
    GIVES(0, cuOccupancyMaxActiveBlocksPerMultiprocessor(&value, function("sum_in_steps"), 256, 0));
    CHECK(4 * value == MOST_BLOCKS);
    for (unsigned blocks = 1; blocks <= MOST_BLOCKS; blocks++) {
        CHECK(sums_in_steps(blocks, 1 + blocks * blocks % 256, 20, 2));
    }
    /* A kernel without one of its barriers, or without any, must not get away with it. */
    CHECK(!sums_in_steps(8, 64, 20, 1));
    CHECK(!sums_in_steps(8, 64, 20, 0));

    address arrived = allocate(4), values = allocate(8 * MOST_BLOCKS);
    GIVES(0, cuMemsetD8_v2(arrived, 0, 4));
    GIVES(0, cuMemsetD8_v2(values, 0, 8 * MOST_BLOCKS));
    void *arguments[] = {&arrived, &values, &steps, &two};
    GIVES(720, launch_together("sum_in_steps", MOST_BLOCKS + 1, 256, arguments));
    GIVES(720, launch_together("sum_in_steps", MOST_BLOCKS, 257, arguments));
    GIVES(0, cuCtxSetLimit(COOPERATIVE, 1));
    GIVES(0, cuOccupancyMaxActiveBlocksPerMultiprocessor(&value, function("sum_in_steps"), 256, 0));
    CHECK(value == 1);
    GIVES(720, launch_together("sum_in_steps", 5, 32, arguments));
    GIVES(0, launch_together("sum_in_steps", 4, 32, arguments));
    GIVES(0, cuCtxSetLimit(COOPERATIVE, 0));
    GIVES(0, cuDeviceGetAttribute(&value, ATTRIBUTE, 0));
    CHECK(value == 0);
    GIVES(801, launch_together("sum_in_steps", 1, 32, arguments));
    GIVES(0, cuCtxSetLimit(COOPERATIVE, SIZE_MAX));
    fail(12, 1, 720);
    GIVES(720, launch_together("sum_in_steps", 1, 32, arguments)); /* and the context lives on */
    GIVES(0, launch_together("sum_in_steps", 1, 32, arguments));
    fail(4, 0, 0);
    GIVES(0, launch_together("sum_in_steps", 1, 32, arguments));
    CHECK(number(COUNTED) == 1);
    fail(0, 0, 0);
    GIVES(0, cuCtxSynchronize());

    GIVES(0, cuCtxSetLimit(PRINT, 0));
    handle first = context, first_module = module;
    open_context();
    address other = allocate(4);
    GIVES(0, cuMemsetD8_v2(other, 0, 4));
    GIVES(0, launch_together("wait_in_vain", 3, 32, (void *[]){&other}));
    GIVES(719, cuCtxSynchronize());
    expect_report("none goes on");
    GIVES(0, cuCtxDestroy_v2(context));
    open_context();
    other = allocate(4);
    GIVES(0, cuMemsetD8_v2(other, 0, 4));
    GIVES(0, launch("wait_in_vain", 3, 32, NULL, (void *[]){&other}));
    GIVES(719, cuCtxSynchronize());
    expect_report("not launched cooperatively");
    GIVES(0, cuCtxDestroy_v2(context));
    GIVES(0, cuCtxSetLimit(REPORTS, 0));
    GIVES(0, cuCtxSetLimit(PRINT, 1));
    context = first;
    module = first_module;
    GIVES(0, cuCtxSetCurrent(context));

    GIVES(0, cuMemFree_v2(arrived));
    GIVES(0, cuMemFree_v2(values));
    close_context();
}

static void test_failures(void)
{
    open_context();
    address at = allocate(64), other;
    handle blas, pinned;
    GIVES(0, cublasCreate_v2(&blas));
    double host[8] = {0}, result;
    fail(2, 2, 0);
    other = allocate(64);
    GIVES(0, cuMemcpyHtoD_v2(at, host, 64));
    GIVES(2, cuMemAlloc_v2(&other, 64));
    GIVES(0, cuMemFree_v2(other));
    CHECK(number(COUNTED) == 2);
    other = allocate(64);
    GIVES(0, cuMemFree_v2(other));
    fail(3, 1, 46);
    GIVES(46, cuMemAllocHost_v2(&pinned, 64));
    fail(7, 1, 0);
    handle second;
    GIVES(1, cublasCreate_v2(&second));
    fail(8, 1, 0);
    GIVES(13, cublasDdot_v2(blas, 8, (double *) at, 1, (double *) at, 1, &result));
    GIVES(0, cublasDdot_v2(blas, 8, (double *) at, 1, (double *) at, 1, &result));
    fail(11, 0, 0);
    GIVES(0, cuMemcpyHtoD_v2(at, host, 64));
    GIVES(0, cublasDdot_v2(blas, 8, (double *) at, 1, (double *) at, 1, &result));
    GIVES(0, cuCtxSynchronize());
    CHECK(number(COUNTED) == 3);
    fail(9, 1, 0);
    GIVES(2, cuCtxCreate_v2(&second, 0, 0));
    fail(10, 1, 222);
    GIVES(222, cuModuleLoadData(&second, ptx));
    fail(6, 1, 700);
    GIVES(700, cuCtxSynchronize());
    GIVES(700, cuMemcpyHtoD_v2(at, host, 64));
    GIVES(13, cublasDdot_v2(blas, 8, (double *) at, 1, (double *) at, 1, &result));
    GIVES(14, cublasSetStream_v2(blas, NULL));
    GIVES(14, cublasDestroy_v2(blas));
    GIVES(700, cuMemFree_v2(at));
    GIVES(700, cuModuleUnload(module));
    CHECK(number(LIVE) == 1 && number(IN_USE) == 0);
    GIVES(0, cuCtxDestroy_v2(context));
    CHECK(number(REPORTS) == 0);
    fail(0, 0, 0);
}

/* cuBLAS, against loops as plain as can be. */

static uint64_t random_state = 1;

static int random_below(int n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int) ((random_state >> 33) % (unsigned) n);
}

static double random_double(void)
{
    return (random_below(2000001) - 1000000) * 1e-6;
}

enum { LARGEST = 300, ROOM = LARGEST * LARGEST };
static double A[ROOM], B[ROOM], C[ROOM], expected[ROOM];
static address dA, dB, dC;
static handle blas;

static void fill_all(void)
{
    for (int i = 0; i < ROOM; i++) {
        A[i] = random_double();
        B[i] = random_double();
        C[i] = random_double();
    }
    memcpy(expected, C, sizeof C);
}

static void upload(void)
{
    GIVES(0, cuMemcpyHtoD_v2(dA, A, sizeof A));
    GIVES(0, cuMemcpyHtoD_v2(dB, B, sizeof B));
    GIVES(0, cuMemcpyHtoD_v2(dC, C, sizeof C));
}

static void compare(address device, double tolerance, const char *what)
{
    GIVES(0, cuMemcpyDtoH_v2(C, device, sizeof C));
    for (int i = 0; i < ROOM; i++) {
        if (memcmp(&C[i], &expected[i], 8) != 0 && !(fabs(C[i] - expected[i]) <= tolerance)) {
            fprintf(stderr, "%s: element %d is %.17g, not %.17g\n", what, i, C[i], expected[i]);
            exit(1);
        }
    }
}

static double at_op(const double *a, int ld, int op, int i, int j)
{
    return op == 0 ? a[i + j * ld] : a[j + i * ld];
}

static int random_ld(int rows)
{
    return rows + random_below(LARGEST - rows + 1);
}

static void spoil(double *at, int rows, int columns, int ld)
{
    for (int j = 0; j < columns; j++) {
        for (int i = 0; i < rows; i++) {
            at[i + j * ld] = NAN;
        }
    }
}

static void test_gemm(int m, int n, int k, int op_a, int op_b, double alpha, double beta)
{
    fill_all();
    int lda = random_ld(op_a == 0 ? m : k), ldb = random_ld(op_b == 0 ? k : n), ldc = random_ld(m);
    if (beta == 0) {
        spoil(C, m, n, ldc);
    }
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            double sum = 0;
            for (int l = 0; l < k; l++) {
                sum += at_op(A, lda, op_a, i, l) * at_op(B, ldb, op_b, l, j);
            }
            expected[i + j * ldc] = alpha * sum + (beta == 0 ? 0 : beta * C[i + j * ldc]);
        }
    }
    upload();
    GIVES(0, cublasDgemm_v2(blas, op_a, op_b, m, n, k, &alpha, (double *) dA, lda, (double *) dB, ldb, &beta, (double *) dC, ldc));
    compare(dC, 1e-12, "gemm");
}

static void test_syrk(int n, int k, int fill, int op, double alpha, double beta)
{
    fill_all();
    int lda = random_ld(op == 0 ? n : k), ldc = random_ld(n);
    for (int j = 0; j < n; j++) {
        for (int i = fill == 0 ? j : 0; i < (fill == 0 ? n : j + 1); i++) {
            double sum = 0;
            for (int l = 0; l < k; l++) {
                sum += at_op(A, lda, op, i, l) * at_op(A, lda, op, j, l);
            }
            expected[i + j * ldc] = alpha * sum + (beta == 0 ? 0 : beta * C[i + j * ldc]);
            C[i + j * ldc] = beta == 0 ? NAN : C[i + j * ldc];
        }
    }
    upload();
    GIVES(0, cublasDsyrk_v2(blas, fill, op, n, k, &alpha, (double *) dA, lda, &beta, (double *) dC, ldc));
    compare(dC, 1e-12, "syrk");
}

/* A well-conditioned triangle; what must not be read is NaN. */
static void make_triangle(int size, int lda, int fill, int diag)
{
    for (int j = 0; j < size; j++) {
        for (int i = 0; i < size; i++) {
            double *at = &A[i + j * lda];
            bool inside = fill == 0 ? i > j : i < j;
            *at = inside ? *at / size : i == j && diag == 0 ? 1.5 + *at : NAN;
        }
    }
}

static double triangle_at(int lda, int fill, int op, int diag, int i, int j)
{
    if (i == j && diag == 1) {
        return 1;
    }
    int row = op == 0 ? i : j, column = op == 0 ? j : i;
    bool inside = row == column || (fill == 0 ? row > column : row < column);
    return inside ? A[row + column * lda] : 0;
}

/* op(A) X or X op(A), from B to expected. */
static void multiply_plainly(int side, int fill, int op, int diag, int m, int n, double alpha, int lda, int ldb, int ldc)
{
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            double sum = 0;
            for (int l = 0; l < (side == 0 ? m : n); l++) {
                sum += side == 0 ? triangle_at(lda, fill, op, diag, i, l) * B[l + j * ldb]
                                 : B[i + l * ldb] * triangle_at(lda, fill, op, diag, l, j);
            }
            expected[i + j * ldc] = alpha * sum;
        }
    }
}

static void test_triangular(int side, int fill, int op, int diag, int m, int n, double alpha)
{
    int size = side == 0 ? m : n;
    fill_all();
    int lda = random_ld(size), ldb = random_ld(m), ldc = random_ld(m);
    make_triangle(size, lda, fill, diag);
    multiply_plainly(side, fill, op, diag, m, n, alpha, lda, ldb, ldc);
    upload();
    GIVES(0, cublasDtrmm_v2(blas, side, fill, op, diag, m, n, &alpha, (double *) dA, lda, (double *) dB, ldb, (double *) dC, ldc));
    compare(dC, 1e-12, "trmm");

    /* The solution of what was multiplied is what it was before, but for the factor. */
    fill_all();
    make_triangle(size, lda, fill, diag);
    multiply_plainly(side, fill, op, diag, m, n, alpha, lda, ldb, ldb);
    memcpy(C, expected, sizeof C);
    upload();
    double inverse = 1 / alpha;
    GIVES(0, cublasDtrsm_v2(blas, side, fill, op, diag, m, n, &inverse, (double *) dA, lda, (double *) dC, ldb));
    for (int j = 0; j < n; j++) {
        memcpy(expected + j * ldb, B + j * ldb, (size_t) m * 8);
    }
    compare(dC, 1e-9, "trsm");
}

static void test_vectors(void)
{
    for (int round = 0; round < 40; round++) {
        int m = 1 + random_below(90), n = 1 + random_below(90), op = round % 2, lda = random_ld(m);
        int step_x = 1 + random_below(3), step_y = -1 - random_below(3);
        double alpha = 0.5, beta = round % 3 - 1;
        fill_all();
        int rows = op == 0 ? m : n, columns = op == 0 ? n : m;
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < columns; j++) {
                sum += at_op(A, lda, op, i, j) * B[j * step_x];
            }
            double *y = &expected[(i - rows + 1) * step_y];
            *y = alpha * sum + (beta == 0 ? 0 : beta * *y);
        }
        upload();
        GIVES(0, cublasDgemv_v2(blas, op, m, n, &alpha, (double *) dA, lda, (double *) dB, step_x, &beta, (double *) dC, step_y));
        compare(dC, 1e-12, "gemv");

        int op_b = round / 2 % 2, ldb = random_ld(n > m ? n : m), ldc = random_ld(m);
        lda = random_ld(n > m ? n : m);
        fill_all();
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                expected[i + j * ldc] = alpha * at_op(A, lda, op, i, j) + (beta == 0 ? 0 : beta * at_op(B, ldb, op_b, i, j));
            }
        }
        if (beta == 0) {
            B[0] = NAN;
        }
        upload();
        GIVES(0, cublasDgeam(blas, op, op_b, m, n, &alpha, (double *) dA, lda, &beta, (double *) dB, ldb, (double *) dC, ldc));
        compare(dC, 1e-15, "geam");
    }
    fill_all();
    upload();
    double dot = 0, squares = 0, result;
    for (int i = 0; i < 1000; i++) {
        dot += A[2 * i] * B[3 * (999 - i)];
        squares += A[2 * i] * A[2 * i];
    }
    GIVES(0, cublasDdot_v2(blas, 1000, (double *) dA, 2, (double *) dB, -3, &result));
    CHECK(fabs(result - dot) < 1e-12);
    GIVES(0, cublasDnrm2_v2(blas, 1000, (double *) dA, 2, &result));
    CHECK(fabs(result - sqrt(squares)) < 1e-12);

    /* With numbers on the device, results go there, and factors are read when the stream comes to it. */
    GIVES(0, cublasSetPointerMode_v2(blas, 1));
    GIVES(0, cublasDdot_v2(blas, 1000, (double *) dA, 2, (double *) dB, -3, (double *) dC));
    GIVES(0, cublasDscal_v2(blas, 10, (double *) dC, (double *) (dC + 80), 1));
    GIVES(0, cublasDcopy_v2(blas, 10, (double *) dA, 1, (double *) (dC + 160), -1));
    GIVES(0, cublasSetPointerMode_v2(blas, 0));
    expected[0] = dot;
    for (int i = 0; i < 10; i++) {
        expected[10 + i] *= dot;
        expected[29 - i] = A[i];
    }
    compare(dC, 1e-11, "dot, scal and copy");
}

static void test_blas_arguments(void)
{
    double one = 1, *a = (double *) dA, *c = (double *) dC;
    GIVES(0, cuCtxSetLimit(PRINT, 0));
    GIVES(7, cublasDgemm_v2(blas, 0, 0, 10, 10, 10, &one, a, 9, a, 10, &one, c, 10));
    expect_report("leading dimension");
    GIVES(7, cublasDgemm_v2(blas, 0, 0, LARGEST + 1, LARGEST, 1, &one, a, LARGEST + 1, a, 1, &one, c, LARGEST + 1));
    expect_report("over the end");
    GIVES(7, cublasDgemm_v2(blas, 0, 0, 2, 2, 2, &one, A, 2, a, 2, &one, c, 2));
    expect_report("no device pointer");
    GIVES(7, cublasDgemm_v2(blas, 0, 0, 2, 2, 2, a, a, 2, a, 2, &one, c, 2));
    expect_report("no host pointer");
    GIVES(7, cublasDgemm_v2(blas, 3, 0, 2, 2, 2, &one, a, 2, a, 2, &one, c, 2));
    GIVES(1, cublasDgemm_v2(NULL, 0, 0, 2, 2, 2, &one, a, 2, a, 2, &one, c, 2));
    double zero = 0;
    GIVES(0, cublasDgemm_v2(blas, 0, 0, 2, 2, 2, &zero, NULL, 2, NULL, 2, &zero, c, 2));
    GIVES(0, cuCtxSetLimit(PRINT, 1));
    CHECK(number(REPORTS) == 0);
}

enum { BYTES_MOST = 96 };

static int multiply_bytes(int op_a, int m, int n, int k, const int *alpha, address a, int lda, int type, int ldc)
{
    int zero = 0;
    return cublasGemmEx(blas, op_a, 0, m, n, k, alpha, (void *) a, type, lda, (void *) dB, 3, lda, &zero, (void *) dC, 10, ldc, 72, -1);
}

static void test_bytes(int m, int n, int k, bool extreme)
{
    static int8_t a[BYTES_MOST * BYTES_MOST], b[BYTES_MOST * BYTES_MOST];
    static int32_t c[BYTES_MOST * BYTES_MOST], found[BYTES_MOST * BYTES_MOST];
    int one = 1;
    for (int i = 0; i < BYTES_MOST * BYTES_MOST; i++) {
        a[i] = (int8_t) (extreme ? -128 : random_below(256) - 128);
        b[i] = (int8_t) (extreme ? -128 : random_below(256) - 128);
        c[i] = found[i] = 7;
    }
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++) {
            c[i + j * BYTES_MOST] = 0;
            for (int l = 0; l < k; l++) {
                c[i + j * BYTES_MOST] += a[l + i * BYTES_MOST] * b[l + j * BYTES_MOST];
            }
        }
    }
    GIVES(0, cuMemcpyHtoD_v2(dA, a, sizeof a));
    GIVES(0, cuMemcpyHtoD_v2(dB, b, sizeof b));
    GIVES(0, cuMemcpyHtoD_v2(dC, found, sizeof found));
    GIVES(0, multiply_bytes(1, m, n, k, &one, dA, BYTES_MOST, 3, BYTES_MOST));
    GIVES(0, cuMemcpyDtoH_v2(found, dC, sizeof found));
    CHECK(memcmp(c, found, sizeof c) == 0);
}

static void test_bytes_arguments(void)
{
    int one = 1;
    GIVES(0, cuCtxSetLimit(PRINT, 0));
    GIVES(15, multiply_bytes(0, 8, 8, 8, &one, dA, 8, 3, 8));
    expect_report("A must be transposed");
    GIVES(15, multiply_bytes(1, 8, 8, 6, &one, dA, 8, 3, 8));
    expect_report("m and k must be multiples of 4");
    GIVES(15, multiply_bytes(1, 8, 8, 8, &one, dA, 10, 3, 8));
    expect_report("leading dimensions must be multiples of 4");
    GIVES(15, multiply_bytes(1, 8, 8, 8, &one, dA + 2, 8, 3, 8));
    expect_report("aligned to 4 bytes");
    GIVES(15, multiply_bytes(1, 8, 8, 8, &one, dA, 8, 0, 8));
    GIVES(7, multiply_bytes(1, 8, 8, 8, &one, dA, 4, 3, 8));
    expect_report("leading dimension of 4");
    GIVES(7, multiply_bytes(1, 8, 8, 8, (int *) dA, dA, 8, 3, 8));
    expect_report("no host pointer");
    int many = 1 << 30;
    int8_t bytes[64];
    memset(bytes, 64, sizeof bytes);
    GIVES(0, cuMemcpyHtoD_v2(dA, bytes, sizeof bytes));
    GIVES(0, cuMemcpyHtoD_v2(dB, bytes, sizeof bytes));
    GIVES(0, multiply_bytes(1, 8, 8, 8, &many, dA, 8, 3, 8));
    GIVES(0, cuCtxSynchronize());
    expect_report("leaves the range of 32-bit integers");
    GIVES(0, cuCtxSetLimit(PRINT, 1));
    CHECK(number(REPORTS) == 0);
}

static void test_blas(void)
{
    open_context();
    dA = allocate(sizeof A);
    dB = allocate(sizeof B);
    dC = allocate(sizeof C);
    GIVES(0, cublasCreate_v2(&blas));
    const double betas[] = {0, 1, -0.5};
    for (int round = 0; round < 60; round++) {
        int m = 1 + random_below(120), n = 1 + random_below(120), k = random_below(round % 10 == 0 ? 300 : 70);
        test_gemm(m, n, k, round % 2, round / 2 % 3, round == 7 ? 0 : 1.25, betas[round % 3]);
        test_syrk(n, k, round % 2, round / 2 % 2, -0.75, betas[round % 3]);
    }
    test_gemm(300, 7, 300, 1, 0, 1, 0);
    test_gemm(5, 299, 290, 0, 1, -1, 1);
    test_syrk(299, 280, 0, 0, 1, 0);
    test_syrk(299, 280, 1, 1, 1, 1);
    test_bytes(12, 5, 32, false);
    test_bytes(96, 96, 96, false);
    test_bytes(4, 1, 4, true);
    test_bytes_arguments();
    for (int combination = 0; combination < 32; combination++) {
        for (int round = 0; round < 3; round++) {
            int m = 1 + random_below(round == 2 ? 200 : 40), n = 1 + random_below(round == 2 ? 200 : 40);
            test_triangular(combination & 1, combination >> 1 & 1, combination >> 2 & 1, combination >> 3 & 1, m, n,
                combination >> 4 ? 1 : -2);
        }
    }
    test_vectors();
    test_blas_arguments();
    GIVES(0, cublasDestroy_v2(blas));
    GIVES(0, cuMemFree_v2(dA));
    GIVES(0, cuMemFree_v2(dB));
    GIVES(0, cuMemFree_v2(dC));
    close_context();
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

static void time_blas(const char *what, int size)
{
    double one = 1, zero = 0, *a = (double *) dA, *b = (double *) dB, *c = (double *) dC;
    double best = INFINITY;
    for (int round = 0; round < 5; round++) {
        double start = seconds();
        switch (what[1]) {
        case 'e':
            GIVES(0, cublasDgemm_v2(blas, 0, 1, size, size, size, &one, a, size, b, size, &zero, c, size));
            break;
        case 'y':
            GIVES(0, cublasDsyrk_v2(blas, 0, 0, size, size, &one, a, size, &zero, c, size));
            break;
        default:
            GIVES(0, cublasDtrsm_v2(blas, 0, 0, 0, 1, size, size, &one, a, size, c, size));
        }
        GIVES(0, cuCtxSynchronize());
        double time = seconds() - start;
        best = time < best ? time : best;
    }
    double operations = (what[1] == 'e' ? 2.0 : 1.0) * size * size * size;
    printf("%s, n = %4d: %5.1f GFLOP/s\n", what, size, operations / best * 1e-9);
}

static void benchmark(void)
{
    open_context();
    size_t size = 1024 * 1024 * 8;
    dA = allocate(size);
    dB = allocate(size);
    dC = allocate(size);
    GIVES(0, cuMemsetD8_v2(dA, 0, size));
    GIVES(0, cuMemsetD8_v2(dB, 0, size));
    GIVES(0, cublasCreate_v2(&blas));
    const char *const what[] = {"gemm", "syrk", "trsm"};
    for (int i = 0; i < 3; i++) {
        for (int n = 64; n <= 1024; n *= 2) {
            time_blas(what[i], n);
        }
    }
    double value = 0;
    int n = 0, launches = 200000;
    handle add_to = function("add_to"), sum_blocks = function("sum_blocks");
    void *arguments[] = {&dA, &value, &n};
    double start = seconds();
    for (int i = 0; i < launches; i++) {
        GIVES(0, cuLaunchKernel(add_to, 1, 1, 1, 32, 1, 1, 0, NULL, arguments, NULL));
    }
    GIVES(0, cuCtxSynchronize());
    printf("a launch of 32 threads: %.2f us\n", (seconds() - start) / launches * 1e6);
    start = seconds();
    for (int i = 0; i < launches / 10; i++) {
        GIVES(0, cuLaunchKernel(add_to, 1, 1, 1, 32, 1, 1, 0, NULL, arguments, NULL));
        GIVES(0, cuStreamSynchronize(NULL));
    }
    printf("a launch of 32 threads and a wait for it: %.2f us\n", (seconds() - start) / (launches / 10) * 1e6);
    start = seconds();
    int blocks = 20000, length = blocks;
    GIVES(0, cuLaunchKernel(sum_blocks, (unsigned) blocks, 1, 1, 256, 1, 1, 0, NULL, (void *[]){&dA, &dB, &length}, NULL));
    GIVES(0, cuCtxSynchronize());
    printf("a block of 256 threads with 9 barriers: %.2f us\n", (seconds() - start) / blocks * 1e6);
    GIVES(0, cublasDestroy_v2(blas));
    GIVES(0, cuMemFree_v2(dA));
    GIVES(0, cuMemFree_v2(dB));
    GIVES(0, cuMemFree_v2(dC));
    close_context();
}

int main(int count, char **arguments)
{
    test_start();
    if (count > 1 && strcmp(arguments[1], "benchmark") == 0) {
        benchmark();
        return 0;
    }
    test_memory();
    test_contexts();
    test_order();
    test_kernels();
    test_cooperative();
    test_failures();
    test_blas();
    puts("all as it should be");
    return 0;
}
