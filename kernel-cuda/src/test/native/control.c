/* The tests' side entrance: failures on demand, counters and the reports, through calls of the driver's own API. */
#include "standin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LIMIT_FAIL_SORT = 0x5A000001,
    LIMIT_FAIL_AFTER = 0x5A000002,
    LIMIT_FAIL_CODE = 0x5A000003,
    LIMIT_COUNTED = 0x5A000004,
    LIMIT_LIVE_OBJECTS = 0x5A000005,
    LIMIT_REPORTS = 0x5A000006,
    LIMIT_MEMORY_IN_USE = 0x5A000007,
    LIMIT_MEMORY_SIZE = 0x5A000008,
    LIMIT_PRINT = 0x5A000009,
    LIMIT_COOPERATIVE = 0x5A00000A,
    REPORT_TEXTS = 0x5A000000
};

enum { DRIVER_CALLS = BLAS_CREATION - 1, ALL_CALLS = 2 * BLAS_COMPUTATION - 1 };

/* What the failure sorts 0 to 12 of the control call count. */
static const unsigned sorts[] = {
    NO_SORT,         DRIVER_CALLS,  ALLOCATION,       PINNED_ALLOCATION, LAUNCH,      COPY,
    SYNCHRONISATION, BLAS_CREATION, BLAS_COMPUTATION, CONTEXT_CREATION,  MODULE_LOAD, ALL_CALLS,
    COOPERATIVE_LAUNCH,
};

static unsigned counted_sorts;
static size_t counted, fail_at;
static int fail_code;
static size_t memory_limit = SIZE_MAX;
static size_t cooperative_limit = SIZE_MAX;

/* Reports come from the streams' threads, too, so they have a lock of their own. */
static pthread_mutex_t report_lock = PTHREAD_MUTEX_INITIALIZER;
static char texts[500][300];
static size_t reports;
static bool print = true;

_Thread_local const char *current_call = "a stream";

void standin_report(const char *format, ...)
{
    char text[sizeof texts[0]];
    int head = snprintf(text, sizeof text, "%s: ", current_call);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + head, sizeof text - head, format, arguments);
    va_end(arguments);

    pthread_mutex_lock(&report_lock);
    if (reports < sizeof texts / sizeof texts[0]) {
        snprintf(texts[reports], sizeof texts[0], "%s", text);
    }
    reports++;
    if (print) {
        fprintf(stderr, "[CUDA stand-in] %s\n", text);
    }
    pthread_mutex_unlock(&report_lock);
}

bool is_sticky(int code)
{
    return code >= 700 && code < 800 && code != COOPERATIVE_LAUNCH_TOO_LARGE;
}

int call_fails(enum sort sort, int natural_code)
{
    if (!(counted_sorts & sort) || ++counted != fail_at) {
        return OK;
    }
    return fail_code != 0 ? fail_code : natural_code;
}

size_t device_memory_limit(void)
{
    return memory_limit;
}

size_t cooperative_blocks(void)
{
    return cooperative_limit;
}

long standin_environment(const char *name, long standard)
{
    const char *text = getenv(name);
    return text != NULL && *text != 0 ? strtol(text, NULL, 0) : standard;
}

void standin_take_time(const char *name)
{
    usleep(1000 * (useconds_t) standin_environment(name, 0));
}

static size_t memory_in_use(void)
{
    size_t sum = 0;
    for (int device = 0; device_memory_total(device) != 0; device++) {
        sum += device_memory_used(device);
    }
    return sum;
}

static int set_control(int limit, size_t value)
{
    switch (limit) {
    case LIMIT_FAIL_SORT:
        if (value >= sizeof sorts / sizeof sorts[0]) {
            return INVALID_VALUE;
        }
        counted_sorts = sorts[value];
        return OK;
    case LIMIT_FAIL_AFTER:
        counted = 0;
        fail_at = value;
        return OK;
    case LIMIT_FAIL_CODE:
        fail_code = (int) value;
        return OK;
    case LIMIT_REPORTS:
        pthread_mutex_lock(&report_lock);
        reports = 0;
        pthread_mutex_unlock(&report_lock);
        return value == 0 ? OK : INVALID_VALUE;
    case LIMIT_MEMORY_SIZE:
        memory_limit = value;
        return OK;
    case LIMIT_COOPERATIVE:
        cooperative_limit = value;
        return OK;
    case LIMIT_PRINT:
        print = value != 0;
        return OK;
    default:
        return INVALID_VALUE;
    }
}

static int get_control(int limit, size_t *value)
{
    switch (limit) {
    case LIMIT_COUNTED:
        *value = counted;
        return OK;
    case LIMIT_LIVE_OBJECTS:
        *value = objects_live() + allocations_live();
        return OK;
    case LIMIT_REPORTS:
        *value = reports;
        return OK;
    case LIMIT_MEMORY_IN_USE:
        *value = memory_in_use();
        return OK;
    default:
        return INVALID_VALUE;
    }
}

static bool is_control(int limit)
{
    return limit > REPORT_TEXTS && limit <= LIMIT_COOPERATIVE;
}

int cuCtxSetLimit(int limit, size_t value)
{
    if (is_control(limit)) {
        pthread_mutex_lock(&gate);
        return standin_leave(set_control(limit, value));
    }
    struct context *context;
    return standin_leave(standin_enter(__func__, NO_SORT, OK, &context));
}

int cuCtxGetLimit(size_t *value, int limit)
{
    if (is_control(limit)) {
        pthread_mutex_lock(&gate);
        return standin_leave(get_control(limit, value));
    }
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    *value = 0;
    return standin_leave(code);
}

static const struct {
    int code;
    const char *name, *text;
} errors[] = {
    {OK, "CUDA_SUCCESS", "no error"},
    {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {PEER_ACCESS_UNSUPPORTED, "CUDA_ERROR_PEER_ACCESS_UNSUPPORTED", "peer access is not supported"},
    {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {INVALID_PTX, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {CONTEXT_IS_DESTROYED, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {COOPERATIVE_LAUNCH_TOO_LARGE, "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", "too many blocks in cooperative launch"},
    {NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

static const char *error_text(int code, bool name)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].code == code) {
            return name ? errors[i].name : errors[i].text;
        }
    }
    return NULL;
}

int cuGetErrorName(int code, const char **text)
{
    size_t report = (size_t) code - REPORT_TEXTS;
    if (report < sizeof texts / sizeof texts[0]) {
        *text = report < reports ? texts[report] : NULL;
    } else {
        *text = error_text(code, true);
    }
    return *text != NULL ? OK : INVALID_VALUE;
}

int cuGetErrorString(int code, const char **text)
{
    *text = error_text(code, false);
    return *text != NULL ? OK : INVALID_VALUE;
}
