/*
 * The objects behind handles. They lie in slots of one reserved range that are never used twice, so a
 * handle can be judged by looking at it: whether it is one, and whether its object still lives.
 */
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { SLOT_SIZE = 256 };
#define SLOTS ((size_t) 1 << 23)

static char *slots;
static size_t slots_used;
static size_t live[KINDS];

static const char *const names[KINDS] = {
    "dead object", "context", "stream", "event", "module", "function", "cuBLAS handle",
};

const char *kind_name(enum kind kind)
{
    return names[kind];
}

/* Functions go with their module, and nobody creates the one stream that every context has from the start. */
size_t objects_live(void)
{
    size_t sum = 0;
    for (int kind = CONTEXT; kind < KINDS; kind++) {
        sum += live[kind];
    }
    return sum - live[FUNCTION] - live[CONTEXT];
}

void *standin_object_new(enum kind kind, struct context *context, size_t size)
{
    if (slots == NULL) {
        slots = mmap(NULL, SLOTS * SLOT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    if (slots == MAP_FAILED || slots_used == SLOTS || size > SLOT_SIZE) {
        fprintf(stderr, "[CUDA stand-in] no more room for objects\n");
        abort();
    }
    struct object *object = (struct object *) (slots + SLOT_SIZE * slots_used++);
    object->kind = kind;
    object->context = context;
    if (context != NULL) {
        object->next = context->members;
        if (object->next != NULL) {
            object->next->previous = object;
        }
        context->members = object;
    }
    live[kind]++;
    return object;
}

void standin_object_free(void *handle)
{
    struct object *object = handle;
    live[object->kind]--;
    object->kind = DEAD;
    if (object->context == NULL) {
        return;
    }
    if (object->previous != NULL) {
        object->previous->next = object->next;
    } else {
        object->context->members = object->next;
    }
    if (object->next != NULL) {
        object->next->previous = object->previous;
    }
}

bool object_is(const void *handle, enum kind kind)
{
    uintptr_t offset = (uintptr_t) handle - (uintptr_t) slots;
    return slots != NULL && offset < slots_used * SLOT_SIZE && offset % SLOT_SIZE == 0
        && ((const struct object *) handle)->kind == kind;
}

void *standin_object(const void *handle, enum kind kind, const struct context *context)
{
    if (!object_is(handle, kind)) {
        standin_report("%p is no live %s", handle, names[kind]);
        return NULL;
    }
    const struct object *object = handle;
    if (context != NULL && object->context != context) {
        standin_report("the %s belongs to another context", names[kind]);
        return NULL;
    }
    return (void *) object;
}
