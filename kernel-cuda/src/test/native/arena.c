/*
 * Device memory, an arena of its own for each device, and pinned host memory, one arena more. Every
 * allocation lies between guard zones, and memory that nobody has written holds NaN whatever type it is
 * read as: in floating point a read of it shows in the result.
 */
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 256, GUARD = 256, MAX_DEVICES = 16, FREED_KEPT = 1024 };

/* A NaN as double, float and half, and as integers a number that no kernel writes, unlike -1. */
static const uint64_t POISON = 0xFFFBFFFBFFFBFFFB;

/* A NaN as well, but not the one of unwritten memory: a kernel that copies that one over a guard is found. */
static const uint64_t GUARD_WORD = 0xFFFA5A5A5A5A5A5A;
#define PINNED_SPACE ((size_t) 16 << 30)

struct block {
    uintptr_t start;
    size_t size;
    const struct context *owner;
};

struct arena {
    const char *memory;
    uintptr_t base;
    size_t space; /* of addresses; more than the size, so that guards take nothing from the memory */
    size_t size;
    size_t used;
    size_t touched; /* bytes from the base that were ever handed out; they hold poison where they are free */
    struct block *blocks; /* by address */
    size_t count, capacity;
    uintptr_t freed[FREED_KEPT];
    size_t frees;
};

static struct arena devices[MAX_DEVICES];
static int device_count;
static struct arena pinned;

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void map(struct arena *arena, const char *memory, size_t size, size_t space)
{
    void *base = mmap(NULL, space, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        perror("[CUDA stand-in] no address space for memory");
        abort();
    }
    *arena = (struct arena){.memory = memory, .base = (uintptr_t) base, .space = space, .size = size};
}

void arena_open(int count, size_t size)
{
    device_count = count < MAX_DEVICES ? count : MAX_DEVICES;
    for (int device = 0; device < device_count; device++) {
        map(&devices[device], "device memory", size, 2 * size + ((size_t) 64 << 20));
    }
    map(&pinned, "pinned memory", PINNED_SPACE, PINNED_SPACE);
}

/* The index of the first block that starts after the address. */
static size_t block_after(const struct arena *arena, uintptr_t address)
{
    size_t low = 0, high = arena->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (arena->blocks[middle].start <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool contains(const struct arena *arena, const void *address)
{
    return (uintptr_t) address - arena->base < arena->space;
}

/* Where the guard behind a block ends. */
static uintptr_t end_of(const struct block *block)
{
    return block->start + rounded(block->size) + GUARD;
}

static void fill_guard(uintptr_t from, uintptr_t to)
{
    for (uintptr_t at = from; at < to; at++) {
        *(unsigned char *) at = (unsigned char) (GUARD_WORD >> 8 * (at % 8));
    }
}

/* The first byte of a guard that was written over, or 0. */
static uintptr_t broken_guard(uintptr_t from, uintptr_t to)
{
    for (uintptr_t at = from; at < to;) {
        if (at % 8 == 0 && to - at >= 8 && *(const uint64_t *) at == GUARD_WORD) {
            at += 8;
        } else if (*(const unsigned char *) at == (unsigned char) (GUARD_WORD >> 8 * (at % 8))) {
            at++;
        } else {
            return at;
        }
    }
    return 0;
}

static void check_block(const struct arena *arena, const struct block *block)
{
    uintptr_t before = broken_guard(block->start - GUARD, block->start);
    uintptr_t after = broken_guard(block->start + block->size, end_of(block));
    if (before != 0) {
        standin_report("%s was written %zu bytes before an allocation of %zu bytes", arena->memory,
            (size_t) (block->start - before), block->size);
        fill_guard(block->start - GUARD, block->start);
    }
    if (after != 0) {
        standin_report("%s was written %zu bytes behind the end of an allocation of %zu bytes", arena->memory,
            (size_t) (after - block->start - block->size), block->size);
        fill_guard(block->start + block->size, end_of(block));
    }
}

/* From one multiple of 8 to another, as the next two. */
static void poison(uintptr_t from, uintptr_t to)
{
    for (uint64_t *word = (uint64_t *) from; (uintptr_t) word < to; word++) {
        *word = POISON;
    }
}

static bool is_poison(const uint64_t *from, size_t size)
{
    return size == 0 || (*from == POISON && memcmp(from, from + 1, size - sizeof *from) == 0);
}

size_t words_unwritten(const void *from, size_t size)
{
    size_t count = 0;
    uintptr_t end = (uintptr_t) from + size;
    for (uintptr_t at = ((uintptr_t) from + 7) / 8 * 8; at + 8 <= end; at += 8) {
        count += *(const uint64_t *) at == POISON;
    }
    return count;
}

/* Free memory that was in use before holds poison already, unless somebody has written through an old pointer. */
static void poison_new(struct arena *arena, uintptr_t from, uintptr_t to)
{
    uintptr_t touched = arena->base + arena->touched;
    if (from < touched) {
        uintptr_t end = to < touched ? to : touched;
        if (!is_poison((const uint64_t *) from, end - from)) {
            standin_report("%s was written after it had been freed", arena->memory);
            poison(from, end);
        }
    }
    if (to > touched) {
        uintptr_t start = from > touched ? from : touched;
        poison(start, to);
        arena->touched = to - arena->base;
    }
}

static void insert(struct arena *arena, size_t index, struct block block)
{
    if (arena->count == arena->capacity) {
        arena->capacity = 2 * arena->capacity + 64;
        arena->blocks = realloc(arena->blocks, arena->capacity * sizeof block);
    }
    memmove(arena->blocks + index + 1, arena->blocks + index, (arena->count - index) * sizeof block);
    arena->blocks[index] = block;
    arena->count++;
}

/* First fit. */
static int allocate(struct arena *arena, const struct context *owner, size_t size, uintptr_t *address)
{
    size_t limit = device_memory_limit();
    limit = arena == &pinned || limit > arena->size ? arena->size : limit;
    if (size == 0) {
        return INVALID_VALUE;
    }
    if (size > limit || arena->used + rounded(size) > limit) {
        return OUT_OF_MEMORY;
    }
    size_t need = rounded(size) + 2 * GUARD;
    uintptr_t free_from = arena->base;
    size_t index = 0;
    while (index < arena->count && arena->blocks[index].start - GUARD - free_from < need) {
        free_from = end_of(&arena->blocks[index++]);
    }
    if (index == arena->count && arena->base + arena->space - free_from < need) {
        return OUT_OF_MEMORY;
    }
    struct block block = {.start = free_from + GUARD, .size = size, .owner = owner};
    poison_new(arena, free_from, free_from + need);
    fill_guard(free_from, block.start);
    fill_guard(block.start + size, end_of(&block));
    insert(arena, index, block);
    arena->used += rounded(size);
    *address = block.start;
    return OK;
}

static void discard(struct arena *arena, size_t index)
{
    struct block block = arena->blocks[index];
    check_block(arena, &block);
    poison(block.start - GUARD, end_of(&block));
    arena->count--;
    memmove(arena->blocks + index, arena->blocks + index + 1, (arena->count - index) * sizeof block);
    arena->used -= rounded(block.size);
    arena->freed[arena->frees++ % FREED_KEPT] = block.start;
}

static bool was_freed(const struct arena *arena, uintptr_t address)
{
    for (size_t i = 0; i < FREED_KEPT; i++) {
        if (arena->freed[i] == address) {
            return true;
        }
    }
    return false;
}

static int release(struct arena *arena, const struct context *owner, uintptr_t address)
{
    size_t index = block_after(arena, address);
    if (index == 0 || arena->blocks[index - 1].start != address) {
        const char *wrong = was_freed(arena, address) ? "a double free" : "not the start of a live allocation";
        standin_report("%p in %s: %s", (void *) address, arena->memory, wrong);
        return INVALID_VALUE;
    }
    if (arena->blocks[index - 1].owner != owner) {
        standin_report("%p in %s belongs to another context", (void *) address, arena->memory);
        return INVALID_VALUE;
    }
    discard(arena, index - 1);
    return OK;
}

int device_allocate(struct context *context, size_t size, uintptr_t *address)
{
    return allocate(&devices[context->device], context, size, address);
}

int pinned_allocate(struct context *context, size_t size, void **address)
{
    uintptr_t start = 0;
    int code = allocate(&pinned, context, size, &start);
    *address = (void *) start;
    return code;
}

/* The device arena that holds the address, or NULL. */
static struct arena *device_arena(const void *address)
{
    for (int device = 0; device < device_count; device++) {
        if (contains(&devices[device], address)) {
            return &devices[device];
        }
    }
    return NULL;
}

int device_free(struct context *context, uintptr_t address)
{
    struct arena *arena = device_arena((const void *) address);
    if (address == 0) {
        return OK;
    }
    if (arena == NULL) {
        standin_report("%p is no device pointer", (void *) address);
        return INVALID_VALUE;
    }
    return release(arena, context, address);
}

int pinned_free(struct context *context, void *address)
{
    if (!contains(&pinned, address)) {
        standin_report("%p is no pinned memory", address);
        return INVALID_VALUE;
    }
    return release(&pinned, context, (uintptr_t) address);
}

static bool range_is_live(const struct arena *arena, const struct context *owner, const void *address, size_t size, const char *what)
{
    uintptr_t start = (uintptr_t) address;
    size_t index = block_after(arena, start);
    const struct block *block = index == 0 ? NULL : &arena->blocks[index - 1];
    if (block == NULL || start > block->start + block->size) {
        standin_report("%s at %p lies in no live allocation of %s", what, address, arena->memory);
        return false;
    }
    size_t room = block->start + block->size - start;
    if (size > room) {
        standin_report("%s of %zu bytes runs %zu bytes over the end of an allocation of %zu bytes of %s", what, size,
            size - room, block->size, arena->memory);
        return false;
    }
    if (owner != NULL && block->owner != owner) {
        standin_report("%s at %p lies in an allocation of another context", what, address);
        return false;
    }
    return true;
}

bool standin_device_range(const struct context *context, const void *address, size_t size, const char *what)
{
    const struct arena *arena = device_arena(address);
    if (arena == NULL) {
        standin_report("%s: %p is no device pointer", what, address);
        return false;
    }
    return range_is_live(arena, context, address, size, what);
}

bool is_device_pointer(const void *address)
{
    return device_arena(address) != NULL;
}

bool is_pinned(const void *address)
{
    return contains(&pinned, address);
}

bool standin_host_range(const void *address, size_t size, const char *what)
{
    if (address == NULL || is_device_pointer(address)) {
        standin_report("%s: %p is no host pointer", what, address);
        return false;
    }
    return !is_pinned(address) || range_is_live(&pinned, NULL, address, size, what);
}

static void check_arena(const struct arena *arena, const struct context *context)
{
    for (size_t i = 0; i < arena->count; i++) {
        if (arena->blocks[i].owner == context) {
            check_block(arena, &arena->blocks[i]);
        }
    }
}

void check_guards(const struct context *context)
{
    check_arena(&devices[context->device], context);
    check_arena(&pinned, context);
}

static void release_from(struct arena *arena, const struct context *context, bool report)
{
    size_t bytes = 0, blocks = 0;
    for (size_t i = arena->count; i-- > 0;) {
        if (arena->blocks[i].owner == context) {
            bytes += arena->blocks[i].size;
            blocks++;
            discard(arena, i);
        }
    }
    if (report && blocks != 0) {
        standin_report("leak of %zu allocations of %s with %zu bytes", blocks, arena->memory, bytes);
    }
}

void release_memory(struct context *context, bool report)
{
    release_from(&devices[context->device], context, report);
    release_from(&pinned, context, report);
}

size_t device_memory_total(int device)
{
    if (device >= device_count) {
        return 0;
    }
    size_t limit = device_memory_limit();
    return limit < devices[device].size ? limit : devices[device].size;
}

size_t device_memory_used(int device)
{
    return devices[device].used;
}

size_t allocations_live(void)
{
    size_t sum = pinned.count;
    for (int device = 0; device < device_count; device++) {
        sum += devices[device].count;
    }
    return sum;
}
