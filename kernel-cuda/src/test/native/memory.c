/* The driver's calls for memory: allocations, copies and fills. */
#include "standin.h"

#include <stdlib.h>
#include <string.h>

/* A rectangle of bytes, as it lies in memory. */
struct area {
    bool on_device;
    char *at;
    size_t pitch;
    const struct context *owner;
};

struct copy {
    struct area to, from;
    size_t width, height;
};

struct fill {
    char *at;
    size_t count;
    unsigned value;
    unsigned width; /* bytes of one value */
};

int cuMemAlloc_v2(uintptr_t *address, size_t size)
{
    struct context *context;
    int code = standin_enter(__func__, ALLOCATION, OUT_OF_MEMORY, &context);
    if (code == OK) {
        code = device_allocate(context, size, address);
    }
    return standin_leave(code);
}

/* Waits for the context's work, as the real one does. */
int cuMemFree_v2(uintptr_t address)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (context != NULL) {
        int error = standin_wait_idle(context);
        int freed = device_free(context, address);
        code = code != OK ? code : error != OK ? error : freed;
    }
    return standin_leave(code);
}

static int allocate_pinned(void **address, size_t size, const char *call)
{
    struct context *context;
    int code = standin_enter(call, PINNED_ALLOCATION, OUT_OF_MEMORY, &context);
    if (code == OK) {
        code = pinned_allocate(context, size, address);
    }
    return standin_leave(code);
}

int cuMemAllocHost_v2(void **address, size_t size)
{
    return allocate_pinned(address, size, __func__);
}

int cuMemHostAlloc(void **address, size_t size, unsigned flags)
{
    (void) flags;
    return allocate_pinned(address, size, __func__);
}

int cuMemFreeHost(void *address)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (context != NULL) {
        int error = standin_wait_idle(context);
        int freed = pinned_free(context, address);
        code = code != OK ? code : error != OK ? error : freed;
    }
    return standin_leave(code);
}

int cuMemGetInfo_v2(size_t *available, size_t *total)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (code == OK) {
        size_t used = device_memory_used(context->device);
        *total = device_memory_total(context->device);
        *available = *total > used ? *total - used : 0;
    }
    return standin_leave(code);
}

static int run_copy(void *payload)
{
    const struct copy *copy = payload;
    size_t unwritten = 0;
    for (size_t row = 0; row < copy->height; row++) {
        if (copy->from.on_device && !copy->to.on_device) {
            unwritten += words_unwritten(copy->from.at + row * copy->from.pitch, copy->width);
        }
        memcpy(copy->to.at + row * copy->to.pitch, copy->from.at + row * copy->from.pitch, copy->width);
    }
    if (unwritten > 0) {
        standin_report("%zu words of device memory were copied to the host, but never written", unwritten);
    }
    return OK;
}

/* The source lies behind the copy in the payload. */
static int run_staged_copy(void *payload)
{
    struct copy copy = *(struct copy *) payload;
    copy.from.at = (char *) payload + sizeof copy;
    copy.from.pitch = copy.width;
    return run_copy(&copy);
}

static bool is_valid(const struct area *area, size_t width, size_t height, const char *what)
{
    if (height > 1 && area->pitch < width) {
        standin_report("%s: rows of %zu bytes lie only %zu bytes apart", what, width, area->pitch);
        return false;
    }
    size_t size = (height - 1) * area->pitch + width;
    return area->on_device ? standin_device_range(area->owner, area->at, size, what)
                           : standin_host_range(area->at, size, what);
}

/* Pageable memory may change as soon as the call has returned, so what is to be copied is taken along. */
static void stage(struct stream *stream, const struct copy *copy)
{
    char *payload = malloc(sizeof *copy + copy->width * copy->height);
    struct copy packed = *copy;
    packed.to = (struct area){.at = payload + sizeof *copy, .pitch = copy->width};
    run_copy(&packed);
    memcpy(payload, copy, sizeof *copy);
    standin_enqueue(stream, run_staged_copy, payload, sizeof *copy + copy->width * copy->height);
    free(payload);
}

static int enqueue_copy(struct context *context, struct stream *stream, const struct copy *copy, bool synchronous)
{
    if (copy->width == 0 || copy->height == 0) {
        return OK;
    }
    if (!is_valid(&copy->to, copy->width, copy->height, "target of a copy")
        || !is_valid(&copy->from, copy->width, copy->height, "source of a copy")) {
        return INVALID_VALUE;
    }
    if (!synchronous && !copy->from.on_device && !is_pinned(copy->from.at)) {
        stage(stream, copy);
        return OK;
    }
    struct ticket ticket = standin_enqueue(stream, run_copy, copy, sizeof *copy);
    bool to_pageable = !copy->to.on_device && !is_pinned(copy->to.at);
    return synchronous || to_pageable ? standin_wait(context, ticket) : OK;
}

/*
 * The synchronous calls go through the legacy default stream. Those that stay on the device aren't
 * synchronous for the host, in CUDA either.
 */
static int copy_call(const char *call, struct copy copy, bool asynchronous, void *stream_handle)
{
    struct context *context;
    int code = standin_enter(call, COPY, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct stream *stream = asynchronous ? standin_stream(stream_handle, context) : context->standard;
        bool on_device = copy.to.on_device && copy.from.on_device;
        copy.to.owner = copy.to.owner != NULL ? copy.to.owner : context;
        copy.from.owner = copy.from.owner != NULL ? copy.from.owner : context;
        code = stream == NULL ? INVALID_HANDLE : enqueue_copy(context, stream, &copy, !asynchronous && !on_device);
    }
    return standin_leave(code);
}

static struct area host_area(const void *at)
{
    return (struct area){.at = (char *) at};
}

static struct area device_area(uintptr_t at)
{
    return (struct area){.on_device = true, .at = (char *) at};
}

static struct copy line(struct area to, struct area from, size_t size)
{
    return (struct copy){.to = to, .from = from, .width = size, .height = 1};
}

int cuMemcpyHtoD_v2(uintptr_t to, const void *from, size_t size)
{
    return copy_call(__func__, line(device_area(to), host_area(from), size), false, NULL);
}

int cuMemcpyDtoH_v2(void *to, uintptr_t from, size_t size)
{
    return copy_call(__func__, line(host_area(to), device_area(from), size), false, NULL);
}

int cuMemcpyDtoD_v2(uintptr_t to, uintptr_t from, size_t size)
{
    return copy_call(__func__, line(device_area(to), device_area(from), size), false, NULL);
}

int cuMemcpyHtoDAsync_v2(uintptr_t to, const void *from, size_t size, void *stream)
{
    return copy_call(__func__, line(device_area(to), host_area(from), size), true, stream);
}

int cuMemcpyDtoHAsync_v2(void *to, uintptr_t from, size_t size, void *stream)
{
    return copy_call(__func__, line(host_area(to), device_area(from), size), true, stream);
}

int cuMemcpyDtoDAsync_v2(uintptr_t to, uintptr_t from, size_t size, void *stream)
{
    return copy_call(__func__, line(device_area(to), device_area(from), size), true, stream);
}

static struct copy peer_copy(uintptr_t to, struct context *to_context, uintptr_t from, struct context *from_context, size_t size)
{
    struct copy copy = line(device_area(to), device_area(from), size);
    copy.to.owner = to_context;
    copy.from.owner = from_context;
    return copy;
}

int cuMemcpyPeer(uintptr_t to, struct context *to_context, uintptr_t from, struct context *from_context, size_t size)
{
    return copy_call(__func__, peer_copy(to, to_context, from, from_context, size), false, NULL);
}

int cuMemcpyPeerAsync(uintptr_t to, struct context *to_context, uintptr_t from, struct context *from_context, size_t size, void *stream)
{
    return copy_call(__func__, peer_copy(to, to_context, from, from_context, size), true, stream);
}

/* CUDA_MEMCPY2D of cuda.h. */
struct side_2d {
    size_t x, y;
    int type;
    const void *host;
    uintptr_t device;
    void *array;
    size_t pitch;
};

struct copy_2d {
    struct side_2d from, to;
    size_t width, height;
};

enum { HOST_MEMORY = 1, DEVICE_MEMORY = 2 };

static struct area area_2d(const struct side_2d *side)
{
    struct area area = side->type == DEVICE_MEMORY ? device_area(side->device) : host_area(side->host);
    area.at += side->y * side->pitch + side->x;
    area.pitch = side->pitch;
    return area;
}

static int copy_2d(const char *call, const struct copy_2d *copy, bool asynchronous, void *stream)
{
    if (copy->from.type < HOST_MEMORY || copy->from.type > DEVICE_MEMORY || copy->to.type < HOST_MEMORY
        || copy->to.type > DEVICE_MEMORY) {
        return NOT_SUPPORTED;
    }
    struct copy areas = {area_2d(&copy->to), area_2d(&copy->from), copy->width, copy->height};
    return copy_call(call, areas, asynchronous, stream);
}

int cuMemcpy2D_v2(const struct copy_2d *copy)
{
    return copy_2d(__func__, copy, false, NULL);
}

int cuMemcpy2DAsync_v2(const struct copy_2d *copy, void *stream)
{
    return copy_2d(__func__, copy, true, stream);
}

static int run_fill(void *payload)
{
    const struct fill *fill = payload;
    if (fill->width == 1) {
        memset(fill->at, (int) fill->value, fill->count);
        return OK;
    }
    for (size_t i = 0; i < fill->count; i++) {
        ((unsigned *) (void *) fill->at)[i] = fill->value;
    }
    return OK;
}

static int fill_call(const char *call, struct fill fill, bool asynchronous, void *stream_handle)
{
    struct context *context;
    int code = standin_enter(call, COPY, LAUNCH_FAILED, &context);
    if (code == OK && fill.count != 0) {
        struct stream *stream = asynchronous ? standin_stream(stream_handle, context) : context->standard;
        if (stream == NULL) {
            code = INVALID_HANDLE;
        } else if ((uintptr_t) fill.at % fill.width != 0
                   || !standin_device_range(context, fill.at, fill.count * fill.width, "target of a fill")) {
            code = INVALID_VALUE;
        } else {
            standin_enqueue(stream, run_fill, &fill, sizeof fill);
        }
    }
    return standin_leave(code);
}

int cuMemsetD8_v2(uintptr_t at, unsigned char value, size_t count)
{
    return fill_call(__func__, (struct fill){(char *) at, count, value, 1}, false, NULL);
}

int cuMemsetD32_v2(uintptr_t at, unsigned value, size_t count)
{
    return fill_call(__func__, (struct fill){(char *) at, count, value, 4}, false, NULL);
}

int cuMemsetD8Async(uintptr_t at, unsigned char value, size_t count, void *stream)
{
    return fill_call(__func__, (struct fill){(char *) at, count, value, 1}, true, stream);
}

int cuMemsetD32Async(uintptr_t at, unsigned value, size_t count, void *stream)
{
    return fill_call(__func__, (struct fill){(char *) at, count, value, 4}, true, stream);
}
