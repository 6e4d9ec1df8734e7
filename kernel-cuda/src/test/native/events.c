/* Events: the point in a stream where they were recorded last. */
#include "standin.h"

#include <time.h>

/* Runs outside the gate, but whoever reads the time has first seen under the gate that this has completed. */
static int note_time(void *payload)
{
    struct event *event = *(struct event **) payload;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    event->milliseconds = (double) now.tv_sec * 1e3 + (double) now.tv_nsec * 1e-6;
    return OK;
}

int cuEventCreate(struct event **handle, unsigned flags)
{
    const unsigned blocking_sync = 1, disable_timing = 2;
    struct context *context;
    int code = standin_enter(__func__, CREATION, OUT_OF_MEMORY, &context);
    if (code == OK && (flags & ~(blocking_sync | disable_timing)) != 0) {
        code = INVALID_VALUE;
    }
    if (code == OK) {
        *handle = standin_object_new(EVENT, context, sizeof **handle);
        (*handle)->timed = !(flags & disable_timing);
    }
    return standin_leave(code);
}

int cuEventDestroy_v2(void *handle)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (context != NULL) {
        struct event *event = standin_object(handle, EVENT, context);
        if (event != NULL) {
            standin_object_free(event);
        } else if (code == OK) {
            code = INVALID_HANDLE;
        }
    }
    return standin_leave(code);
}

int cuEventRecord(void *handle, void *stream_handle)
{
    struct context *context;
    int code = standin_enter(__func__, ORDERING, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct event *event = standin_object(handle, EVENT, context);
        struct stream *stream = standin_stream(stream_handle, context);
        if (event == NULL || stream == NULL) {
            code = INVALID_HANDLE;
        } else {
            event->ticket = standin_enqueue(stream, note_time, &event, sizeof event);
        }
    }
    return standin_leave(code);
}

int cuEventSynchronize(void *handle)
{
    struct context *context;
    int code = standin_enter(__func__, SYNCHRONISATION, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct event *event = standin_object(handle, EVENT, context);
        code = event == NULL ? INVALID_HANDLE : standin_wait(context, event->ticket);
    }
    return standin_leave(code);
}

int cuEventQuery(void *handle)
{
    struct context *context;
    int code = standin_enter(__func__, ORDERING, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct event *event = standin_object(handle, EVENT, context);
        code = event == NULL ? INVALID_HANDLE : is_reached(event->ticket) ? OK : NOT_READY;
    }
    return standin_leave(code);
}

int cuEventElapsedTime(float *milliseconds, void *start_handle, void *end_handle)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (code == OK) {
        struct event *start = standin_object(start_handle, EVENT, context);
        struct event *end = standin_object(end_handle, EVENT, context);
        if (start == NULL || end == NULL || !start->timed || !end->timed || start->ticket.stream == NULL
            || end->ticket.stream == NULL) {
            code = INVALID_HANDLE;
        } else if (!is_reached(start->ticket) || !is_reached(end->ticket)) {
            code = NOT_READY;
        } else {
            *milliseconds = (float) (end->milliseconds - start->milliseconds);
        }
    }
    return standin_leave(code);
}
