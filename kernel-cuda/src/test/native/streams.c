/*
 * Streams: a queue and a thread each. An operation is never run by the call that enqueues it, and it
 * dawdles a little before it runs, so that a caller who forgets to wait does see what comes of it.
 */
#include "standin.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Roomy, as thread-local variables may lie on the stack as well: the kernels' shared memory, cuBLAS's packed blocks. */
enum { WORKER_STACK = 8 << 20 };

enum { SPIN_NANOSECONDS = 10000 };

/* Nanoseconds of delay, and every how many operations there is one, since tests run through very many. */
enum { SHORT_DELAY = 20000, SHORT_ONE_IN = 16, LONG_DELAY = 200000, LONG_ONE_IN = 1024 };

struct operation {
    struct operation *next;
    uint64_t number;
    int (*run)(void *payload);
    void *payload;
    size_t tickets;
    struct ticket after[]; /* what the operation waits for; the payload lies behind them */
};

struct stream {
    struct object object;
    bool blocking; /* waits for the legacy default stream, and the other way round */
    bool started, idle, closing;
    struct stream *next_closed;
    _Atomic uint64_t issued, completed;
    struct operation *first, *last;
    pthread_cond_t work;
};

pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* Some stream has got on, and somebody waits for one. */
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;
static unsigned waiters;

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

struct stream *stream_new(struct context *context, bool blocking)
{
    struct stream *stream = standin_object_new(STREAM, context, sizeof *stream);
    stream->blocking = blocking;
    pthread_cond_init(&stream->work, NULL);
    return stream;
}

/* The stream goes once its work is done; tickets for it stay good. */
void stream_close(struct stream *stream)
{
    struct context *context = stream->object.context;
    stream->closing = true;
    stream->next_closed = context->closed;
    context->closed = stream;
    pthread_cond_signal(&stream->work);
    standin_object_free(stream);
}

struct stream *standin_stream(void *handle, struct context *context)
{
    const uintptr_t legacy = 1;
    if (handle == NULL || (uintptr_t) handle == legacy) {
        return context->standard;
    }
    return standin_object(handle, STREAM, context);
}

struct ticket last_ticket(struct stream *stream)
{
    return (struct ticket){stream, stream->issued};
}

bool is_reached(struct ticket ticket)
{
    return ticket.stream == NULL || ticket.stream->completed >= ticket.number;
}

static void sleep_until(struct ticket ticket)
{
    waiters++;
    while (!is_reached(ticket)) {
        pthread_cond_wait(&progress, &gate);
    }
    waiters--;
}

int standin_wait(struct context *context, struct ticket ticket)
{
    if (!is_reached(ticket)) {
        pthread_mutex_unlock(&gate);
        for (uint64_t end = nanoseconds() + SPIN_NANOSECONDS; !is_reached(ticket) && nanoseconds() < end;) {
        }
        pthread_mutex_lock(&gate);
        sleep_until(ticket);
    }
    return context->error;
}

/* Some stream of the context with work left, or NULL. Forgets the closed ones that have none. */
static struct stream *busy_stream(struct context *context)
{
    for (struct object *member = context->members; member != NULL; member = member->next) {
        if (member->kind == STREAM && !is_reached(last_ticket((struct stream *) member))) {
            return (struct stream *) member;
        }
    }
    while (context->closed != NULL && is_reached(last_ticket(context->closed))) {
        context->closed = context->closed->next_closed;
    }
    return context->closed;
}

int standin_wait_idle(struct context *context)
{
    struct stream *busy;
    while ((busy = busy_stream(context)) != NULL) {
        standin_wait(context, last_ticket(busy));
    }
    return context->error;
}

void wait_for_workers(struct context *context)
{
    waiters++;
    while (context->workers != 0) {
        pthread_cond_wait(&progress, &gate);
    }
    waiters--;
}

static void announce_progress(void)
{
    if (waiters != 0) {
        pthread_cond_broadcast(&progress);
    }
}

/* A stand-in that is always prompt would hide what a busy device brings to light. */
static void dawdle(uint64_t *random)
{
    static _Atomic int delays = -1;
    if (delays < 0) {
        delays = standin_environment("SPANMATCH_STANDIN_DELAY", 1) != 0;
    }
    if (delays == 0) {
        return;
    }
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    if (*random % LONG_ONE_IN == 0) {
        nanosleep(&(struct timespec){.tv_nsec = LONG_DELAY}, NULL);
    } else if (*random % SHORT_ONE_IN == 0) {
        uint64_t length = *random / LONG_ONE_IN % SHORT_DELAY;
        for (uint64_t end = nanoseconds() + length; nanoseconds() < end;) {
        }
    }
}

static void await_work(struct stream *stream)
{
    uint64_t seen = stream->issued;
    pthread_mutex_unlock(&gate);
    for (uint64_t end = nanoseconds() + SPIN_NANOSECONDS; stream->issued == seen && nanoseconds() < end;) {
    }
    pthread_mutex_lock(&gate);
    stream->idle = true;
    while (stream->first == NULL && !stream->closing) {
        pthread_cond_wait(&stream->work, &gate);
    }
    stream->idle = false;
}

static void *work(void *argument)
{
    struct stream *stream = argument;
    struct context *context = stream->object.context;
    static _Atomic uint64_t seeds;
    uint64_t random = 0x9E3779B97F4A7C15u * ++seeds;

    pthread_mutex_lock(&gate);
    for (;;) {
        if (stream->first == NULL && !stream->closing) {
            await_work(stream);
        }
        struct operation *operation = stream->first;
        if (operation == NULL) {
            break;
        }
        for (size_t i = 0; i < operation->tickets; i++) {
            sleep_until(operation->after[i]);
        }
        bool lost = context->error != OK;
        pthread_mutex_unlock(&gate);

        int code = OK;
        if (operation->run != NULL && !lost) {
            dawdle(&random);
            code = operation->run(operation->payload);
        }

        pthread_mutex_lock(&gate);
        if (code != OK && context->error == OK) {
            context->error = code;
        }
        stream->first = operation->next;
        stream->completed = operation->number;
        announce_progress();
        free(operation);
    }
    context->workers--;
    announce_progress();
    pthread_mutex_unlock(&gate);
    return NULL;
}

static void start(struct stream *stream)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, WORKER_STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* Signals are for the program's own threads; the small stacks of the kernels' threads have no room for them. */
    sigset_t all, before;
    sigfillset(&all);
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        sigdelset(&all, faults[i]); /* a kernel that crashes shall still be reported */
    }
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, work, stream) != 0) {
        fprintf(stderr, "[CUDA stand-in] no thread for a stream\n");
        abort();
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    stream->started = true;
    stream->object.context->workers++;
}

/* What an operation of this stream has to wait for by the rules of the legacy default stream. */
static size_t legacy_order(struct stream *stream, struct ticket *after)
{
    size_t count = 0;
    struct context *context = stream->object.context;
    if (stream != context->standard) {
        if (stream->blocking && !is_reached(last_ticket(context->standard))) {
            after[count++] = last_ticket(context->standard);
        }
        return count;
    }
    for (struct object *member = context->members; member != NULL; member = member->next) {
        struct stream *other = (struct stream *) member;
        if (member->kind == STREAM && other != stream && other->blocking && !is_reached(last_ticket(other))) {
            after[count++] = last_ticket(other);
        }
    }
    return count;
}

static size_t members_of(const struct context *context)
{
    size_t count = 0;
    for (const struct object *member = context->members; member != NULL; member = member->next) {
        count += member->kind == STREAM;
    }
    return count;
}

static struct ticket append(struct stream *stream, int (*run)(void *), const void *payload, size_t size, struct ticket after)
{
    /* One more than there are streams, since the payload has to start at a multiple of 16 bytes anyway. */
    size_t room = stream == stream->object.context->standard ? members_of(stream->object.context) + 1 : 2;
    size_t head = (sizeof(struct operation) + room * sizeof after + 15) / 16 * 16;
    struct operation *operation = malloc(head + size);
    operation->next = NULL;
    operation->number = stream->issued + 1;
    operation->run = run;
    operation->payload = (char *) operation + head;
    operation->tickets = legacy_order(stream, operation->after);
    if (!is_reached(after)) {
        operation->after[operation->tickets++] = after;
    }
    if (size != 0) {
        memcpy(operation->payload, payload, size);
    }
    if (stream->first == NULL) {
        stream->first = operation;
    } else {
        stream->last->next = operation;
    }
    stream->last = operation;
    stream->issued = operation->number;
    if (!stream->started) {
        start(stream);
    } else if (stream->idle) {
        pthread_cond_signal(&stream->work);
    }
    return last_ticket(stream);
}

struct ticket standin_enqueue(struct stream *stream, int (*run)(void *), const void *payload, size_t size)
{
    return append(stream, run, payload, size, (struct ticket){0});
}

void enqueue_wait(struct stream *stream, struct ticket ticket)
{
    append(stream, NULL, NULL, 0, ticket);
}

/* The driver's calls. */

static int create(struct stream **handle, unsigned flags, const char *call)
{
    const unsigned non_blocking = 1;
    struct context *context;
    int code = standin_enter(call, CREATION, OUT_OF_MEMORY, &context);
    if (code == OK && flags > non_blocking) {
        code = INVALID_VALUE;
    }
    if (code == OK) {
        *handle = stream_new(context, flags != non_blocking);
    }
    return standin_leave(code);
}

int cuStreamCreate(struct stream **handle, unsigned flags)
{
    return create(handle, flags, __func__);
}

int cuStreamCreateWithPriority(struct stream **handle, unsigned flags, int priority)
{
    (void) priority;
    return create(handle, flags, __func__);
}

int cuStreamDestroy_v2(void *handle)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (context != NULL) {
        struct stream *stream = handle == NULL ? NULL : standin_object(handle, STREAM, context);
        if (stream == NULL || stream == context->standard) {
            code = code != OK ? code : INVALID_HANDLE;
        } else {
            stream_close(stream);
        }
    }
    return standin_leave(code);
}

int cuStreamSynchronize(void *handle)
{
    struct context *context;
    int code = standin_enter(__func__, SYNCHRONISATION, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct stream *stream = standin_stream(handle, context);
        code = stream == NULL ? INVALID_HANDLE : standin_wait(context, last_ticket(stream));
    }
    return standin_leave(code);
}

int cuStreamQuery(void *handle)
{
    struct context *context;
    int code = standin_enter(__func__, ORDERING, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct stream *stream = standin_stream(handle, context);
        code = stream == NULL ? INVALID_HANDLE : is_reached(last_ticket(stream)) ? OK : NOT_READY;
    }
    return standin_leave(code);
}

/* As in CUDA, the event may belong to another context, that of another device for example. */
int cuStreamWaitEvent(void *handle, void *event_handle, unsigned flags)
{
    struct context *context;
    int code = standin_enter(__func__, ORDERING, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct stream *stream = standin_stream(handle, context);
        struct event *event = standin_object(event_handle, EVENT, NULL);
        if (stream == NULL || event == NULL) {
            code = INVALID_HANDLE;
        } else if (flags != 0) {
            code = INVALID_VALUE;
        } else {
            enqueue_wait(stream, event->ticket);
        }
    }
    return standin_leave(code);
}
