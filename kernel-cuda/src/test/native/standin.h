/*
 * What the parts of the stand-in driver share. Everything below runs under one lock, the gate, unless
 * it says otherwise: standin_enter takes it and standin_leave gives it back, and the operations on
 * the streams run outside it.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The driver's result codes that the stand-in gives of its own accord. */
enum {
    OK = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    NO_BINARY_FOR_GPU = 209,
    PEER_ACCESS_UNSUPPORTED = 217,
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    CONTEXT_IS_DESTROYED = 709,
    LAUNCH_FAILED = 719,
    COOPERATIVE_LAUNCH_TOO_LARGE = 720,
    NOT_SUPPORTED = 801
};

/* What a call does, for the tests that make the n-th call of some sort fail; NO_SORT is never made to fail. */
enum sort {
    NO_SORT = 0,
    ALLOCATION = 1 << 0,
    PINNED_ALLOCATION = 1 << 1,
    LAUNCH = 1 << 2,
    COPY = 1 << 3,
    SYNCHRONISATION = 1 << 4,
    CREATION = 1 << 5, /* of streams and events */
    ORDERING = 1 << 6, /* records of events and waits of streams for them */
    CONTEXT_CREATION = 1 << 7,
    MODULE_LOAD = 1 << 8,
    COOPERATIVE_LAUNCH = 1 << 9, /* which is a LAUNCH too */
    BLAS_CREATION = 1 << 10,
    BLAS_COMPUTATION = 1 << 11
};

enum kind { DEAD, CONTEXT, STREAM, EVENT, MODULE, FUNCTION, BLAS_HANDLE, KINDS };

/* The head of everything that a handle points to. */
struct object {
    enum kind kind;
    struct context *context;
    struct object *next, *previous; /* the members of the context */
};

struct context {
    struct object object;
    int device;
    int error; /* a code from 700 on: the context is lost, and every call gets this code */
    struct stream *standard; /* the legacy default stream */
    struct stream *closed; /* streams destroyed while they still had work to do */
    struct object *members;
    unsigned workers; /* threads of streams that have not ended yet */
};

/* A point in a stream: reached when as many operations have completed. */
struct ticket {
    struct stream *stream;
    uint64_t number;
};

struct event {
    struct object object;
    bool timed;
    struct ticket ticket; /* of the latest record; no stream: never recorded */
    double milliseconds;
};

/* objects.c */
void *standin_object_new(enum kind kind, struct context *context, size_t size);
void standin_object_free(void *object);
/* NULL, and a report, where the handle is not a live one of this kind in this context (or in any, if NULL). */
void *standin_object(const void *handle, enum kind kind, const struct context *context);
bool object_is(const void *handle, enum kind kind);
const char *kind_name(enum kind kind);
size_t objects_live(void);

/* control.c */
extern _Thread_local const char *current_call; /* for the reports */
void standin_report(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The code to fail with, or OK; counts the call. */
int call_fails(enum sort sort, int natural_code);
bool is_sticky(int code);
size_t device_memory_limit(void);
/* The most blocks of a cooperative launch that a multiprocessor takes; 0: there are no such launches. */
size_t cooperative_blocks(void);
long standin_environment(const char *name, long standard);
/* Sleeps as many milliseconds as a variable says; not within the gate, as other calls go on meanwhile. */
void standin_take_time(const char *name);

/* contexts.c */
enum { MULTIPROCESSORS = 4, MULTIPROCESSOR_THREADS = 2048 };
/*
 * Opens a call: takes the gate and finds the current context, which is NULL where there is none. Gives
 * the code to return at once, or OK. A call that releases something does so in a lost context, too.
 */
int standin_enter(const char *call, enum sort sort, int natural_code, struct context **context);
/* The same for calls that need no context. */
int enter_without_context(const char *call, enum sort sort, int natural_code);
int standin_leave(int code);
/* The compute capability as ten times the major number and the minor one. */
int device_capability(void);
/* The newest CUDA that the driver supports, such as 13000. */
int standin_driver_version(void);

/* arena.c */
void arena_open(int devices, size_t size);
int device_allocate(struct context *context, size_t size, uintptr_t *address);
int device_free(struct context *context, uintptr_t address);
int pinned_allocate(struct context *context, size_t size, void **address);
int pinned_free(struct context *context, void *address);
/* Whether the range lies in one live allocation of the context; what: how the report calls it. */
bool standin_device_range(const struct context *context, const void *address, size_t size, const char *what);
bool is_device_pointer(const void *address);
bool standin_host_range(const void *address, size_t size, const char *what);
bool is_pinned(const void *address);

/* How many of the whole words there hold what fresh and freed memory does. */
size_t words_unwritten(const void *from, size_t size);
void check_guards(const struct context *context);
/* Frees all that the context holds; reports it as leaks where asked. */
void release_memory(struct context *context, bool report);
size_t device_memory_total(int device);
size_t device_memory_used(int device);
size_t allocations_live(void);

/* streams.c */
extern pthread_mutex_t gate;
struct stream *stream_new(struct context *context, bool blocking);
void stream_close(struct stream *stream);
/* The stream behind a handle; NULL is the legacy default stream. NULL, and a report, if it is none of the context's. */
struct stream *standin_stream(void *handle, struct context *context);
/*
 * Puts an operation at the end of a stream. It runs later, on the stream's thread and outside the gate,
 * with a copy of the payload; what it returns other than OK is the end of the context.
 */
struct ticket standin_enqueue(struct stream *stream, int (*run)(void *payload), const void *payload, size_t size);
/* An operation that does nothing but wait. */
void enqueue_wait(struct stream *stream, struct ticket ticket);
struct ticket last_ticket(struct stream *stream);
bool is_reached(struct ticket ticket);
/* Leaves the gate while it waits. Gives the code of the context after it. */
int standin_wait(struct context *context, struct ticket ticket);
int standin_wait_idle(struct context *context);
void wait_for_workers(struct context *context);

#endif
