/* The driver itself, devices and contexts. */
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_DEPTH = 32 };

static int device_count;
static bool initialized;

static _Thread_local struct context *stack[STACK_DEPTH];
static _Thread_local size_t depth;

static struct context *current(void)
{
    return depth == 0 ? NULL : stack[depth - 1];
}

/* A failure that a test has asked for loses the context if the code is one of those that do. */
static int failure(enum sort sort, int natural_code, struct context *context)
{
    int code = call_fails(sort, natural_code);
    if (context != NULL && is_sticky(code)) {
        context->error = code;
    }
    return code;
}

int enter_without_context(const char *call, enum sort sort, int natural_code)
{
    pthread_mutex_lock(&gate);
    current_call = call;
    return initialized ? failure(sort, natural_code, NULL) : NOT_INITIALIZED;
}

int standin_enter(const char *call, enum sort sort, int natural_code, struct context **context)
{
    int code = enter_without_context(call, NO_SORT, OK);
    *context = NULL;
    if (code != OK) {
        return code;
    }
    if (current() == NULL) {
        return INVALID_CONTEXT;
    }
    if (!object_is(current(), CONTEXT)) {
        return CONTEXT_IS_DESTROYED;
    }
    *context = current();
    return (*context)->error != OK ? (*context)->error : failure(sort, natural_code, *context);
}

int standin_leave(int code)
{
    pthread_mutex_unlock(&gate);
    return code;
}

int cuInit(unsigned flags)
{
    int code = (int) standin_environment("SPANMATCH_STANDIN_INIT", OK);
    if (code == OK && flags != 0) {
        code = INVALID_VALUE;
    }
    pthread_mutex_lock(&gate);
    if (code == OK && !initialized) {
        device_count = (int) standin_environment("SPANMATCH_STANDIN_DEVICES", 1);
        arena_open(device_count, (size_t) standin_environment("SPANMATCH_STANDIN_MEMORY", 2L << 30));
        initialized = true;
    }
    return standin_leave(code);
}

int standin_driver_version(void)
{
    return (int) standin_environment("SPANMATCH_STANDIN_DRIVER", 12060);
}

int cuDriverGetVersion(int *version)
{
    *version = standin_driver_version();
    return OK;
}

static int enter_device(const char *call, int device)
{
    int code = enter_without_context(call, NO_SORT, OK);
    return code == OK && (device < 0 || device >= device_count) ? INVALID_DEVICE : code;
}

int cuDeviceGetCount(int *count)
{
    int code = enter_without_context(__func__, NO_SORT, OK);
    *count = device_count;
    return standin_leave(code);
}

int cuDeviceGet(int *device, int ordinal)
{
    int code = enter_device(__func__, ordinal);
    *device = ordinal;
    return standin_leave(code);
}

int cuDeviceGetName(char *name, int size, int device)
{
    int code = enter_device(__func__, device);
    if (code == OK) {
        snprintf(name, (size_t) size, "CPU stand-in, not a GPU");
    }
    return standin_leave(code);
}

int cuDeviceGetUuid(unsigned char uuid[16], int device)
{
    int code = enter_device(__func__, device);
    if (code == OK) {
        memcpy(uuid, "CPU stand-in #", 15);
        uuid[15] = (unsigned char) device;
    }
    return standin_leave(code);
}

int cuDeviceTotalMem_v2(size_t *size, int device)
{
    int code = enter_device(__func__, device);
    if (code == OK) {
        *size = device_memory_total(device);
    }
    return standin_leave(code);
}

int device_capability(void)
{
    const char *text = getenv("SPANMATCH_STANDIN_CAPABILITY");
    int major = 9, minor = 0;
    if (text != NULL) {
        sscanf(text, "%d.%d", &major, &minor);
    }
    return 10 * major + minor;
}

static int attribute_value(int attribute, int device)
{
    static const struct {
        int attribute, value;
    } values[] = {
        {1, 1024},        /* threads a block */
        {2, 1024},        /* block dimensions */
        {3, 1024},
        {4, 64},
        {5, 0x7FFFFFFF},  /* grid dimensions */
        {6, 65535},
        {7, 65535},
        {8, 48 << 10},    /* shared memory a block */
        {9, 64 << 10},    /* constant memory */
        {10, 32},         /* warp size */
        {12, 65536},      /* registers a block */
        {13, 1000000},    /* clock, kHz */
        {16, MULTIPROCESSORS},
        {31, 1},          /* concurrent kernels */
        {36, 1000000},    /* memory clock, kHz */
        {37, 64},         /* memory bus width, bits */
        {38, 1 << 20},    /* second-level cache */
        {39, MULTIPROCESSOR_THREADS},
        {40, 2},          /* asynchronous engines */
        {41, 1},          /* unified addressing */
        {81, 64 << 10},   /* shared memory a multiprocessor */
        {82, 65536},      /* registers a multiprocessor */
    };
    enum {
        PCI_BUS = 33,
        CAPABILITY_MAJOR = 75,
        CAPABILITY_MINOR = 76,
        SINGLE_TO_DOUBLE_RATIO = 87,
        COOPERATIVE_LAUNCHES = 95
    };
    switch (attribute) {
    case PCI_BUS:
        return device + 1;
    case COOPERATIVE_LAUNCHES:
        return cooperative_blocks() != 0;
    case CAPABILITY_MAJOR:
        return device_capability() / 10;
    case CAPABILITY_MINOR:
        return device_capability() % 10;
    case SINGLE_TO_DOUBLE_RATIO:
        return (int) standin_environment("SPANMATCH_STANDIN_RATIO", 2);
    default:
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            if (values[i].attribute == attribute) {
                return values[i].value;
            }
        }
        return 0;
    }
}

int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    int code = enter_device(__func__, device);
    if (code == OK) {
        *value = attribute_value(attribute, device);
    }
    return standin_leave(code);
}

int cuDeviceCanAccessPeer(int *can, int device, int peer)
{
    int code = enter_device(__func__, device);
    if (code == OK && (peer < 0 || peer >= device_count)) {
        code = INVALID_DEVICE;
    }
    *can = 0;
    return standin_leave(code);
}

int cuCtxEnablePeerAccess(void *peer, unsigned flags)
{
    (void) peer;
    (void) flags;
    return PEER_ACCESS_UNSUPPORTED;
}

static bool push(struct context *context)
{
    if (depth == STACK_DEPTH) {
        standin_report("the thread's stack of contexts is full");
        return false;
    }
    stack[depth++] = context;
    return true;
}

int cuCtxCreate_v2(struct context **handle, unsigned flags, int device)
{
    (void) flags;
    standin_take_time("SPANMATCH_STANDIN_CONTEXT_MS");
    int code = enter_device(__func__, device);
    if (code == OK) {
        code = call_fails(CONTEXT_CREATION, OUT_OF_MEMORY);
    }
    if (code == OK) {
        struct context *context = standin_object_new(CONTEXT, NULL, sizeof *context);
        context->device = device;
        context->standard = stream_new(context, true);
        *handle = context;
        code = push(context) ? OK : INVALID_CONTEXT;
    }
    return standin_leave(code);
}

int cuCtxCreate(struct context **handle, unsigned flags, int device)
{
    return cuCtxCreate_v2(handle, flags, device);
}

static void release_members(struct context *context, bool report)
{
    size_t leaks[KINDS] = {0};
    while (context->members != NULL) {
        struct object *member = context->members;
        leaks[member->kind] += member != (struct object *) context->standard;
        if (member->kind == STREAM) {
            stream_close((struct stream *) member);
        } else {
            standin_object_free(member);
        }
    }
    for (int kind = STREAM; report && kind < KINDS; kind++) {
        if (kind != FUNCTION && leaks[kind] != 0) {
            standin_report("leak of %zu objects, kind: %s", leaks[kind], kind_name(kind));
        }
    }
}

/* A lost context goes silently: its user could not be expected to release everything. */
int cuCtxDestroy_v2(void *handle)
{
    int code = enter_without_context(__func__, NO_SORT, OK);
    struct context *context = code == OK ? standin_object(handle, CONTEXT, NULL) : NULL;
    if (context == NULL) {
        return standin_leave(code != OK ? code : INVALID_CONTEXT);
    }
    bool report = standin_wait_idle(context) == OK;
    release_members(context, report);
    wait_for_workers(context);
    release_memory(context, report);
    standin_object_free(context);
    if (current() == context) {
        depth--;
    }
    return standin_leave(OK);
}

int cuCtxPushCurrent_v2(void *handle)
{
    int code = enter_without_context(__func__, NO_SORT, OK);
    if (code == OK) {
        struct context *context = standin_object(handle, CONTEXT, NULL);
        code = context != NULL && push(context) ? OK : INVALID_CONTEXT;
    }
    return standin_leave(code);
}

int cuCtxPopCurrent_v2(struct context **handle)
{
    int code = enter_without_context(__func__, NO_SORT, OK);
    if (code == OK && depth == 0) {
        code = INVALID_CONTEXT;
    }
    if (code == OK) {
        if (handle != NULL) {
            *handle = current();
        }
        depth--;
    }
    return standin_leave(code);
}

int cuCtxSetCurrent(void *handle)
{
    int code = enter_without_context(__func__, NO_SORT, OK);
    if (code == OK) {
        struct context *context = handle == NULL ? NULL : standin_object(handle, CONTEXT, NULL);
        if (handle != NULL && context == NULL) {
            code = INVALID_CONTEXT;
        } else {
            depth -= depth != 0;
            if (context != NULL) {
                push(context);
            }
        }
    }
    return standin_leave(code);
}

int cuCtxGetCurrent(struct context **handle)
{
    int code = enter_without_context(__func__, NO_SORT, OK);
    *handle = current();
    return standin_leave(code);
}

int cuCtxGetDevice(int *device)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (context != NULL) {
        *device = context->device;
    }
    return standin_leave(code);
}

int cuCtxSynchronize(void)
{
    struct context *context;
    int code = standin_enter(__func__, SYNCHRONISATION, LAUNCH_FAILED, &context);
    if (code == OK) {
        code = standin_wait_idle(context);
        check_guards(context);
    }
    return standin_leave(code);
}
