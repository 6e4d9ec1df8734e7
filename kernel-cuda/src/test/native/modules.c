/*
 * Modules and launches. A module is only looked at for its entries, and a binary for its GPU; what runs
 * under their names is the same source, compiled for the processor.
 */
#include "standin.h"

#include "kernels.h"

#include <ctype.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct module {
    struct object object;
    char *text;
};

struct function {
    struct object object;
    struct module *module;
    const struct kernel *kernel;
};

enum { MAX_PARAMETERS = 64, BLOCK_THREADS = 1024, BLOCK_DEPTH = 64, GRID_HEIGHT = 65535, PARAMETER_ALIGNMENT = 16 };

struct launch {
    const struct kernel *kernel;
    bool cooperative;
    struct shape grid, block;
    size_t offsets[MAX_PARAMETERS]; /* of the arguments, from the start of the payload */
};

static bool is_ptx(const char *image)
{
    /* Looked at first, as binary images have no end that a search for text would stop at. */
    unsigned char first = (unsigned char) image[0];
    return (isspace(first) || first == '/' || first == '.') && strstr(image, ".version") != NULL;
}

static bool is_binary(const char *image)
{
    return memcmp(image, ELFMAG, SELFMAG) == 0;
}

/* Whether the device of the stand-in runs a binary: one of CUDA 13, for its major and no higher minor capability. */
static int check_binary(const Elf64_Ehdr *header)
{
    enum { MACHINE = 190, ABI_OF_CUDA_13 = 8, CUDA_13 = 13000 };
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != MACHINE || header->e_ident[EI_ABIVERSION] != ABI_OF_CUDA_13) {
        return INVALID_IMAGE;
    }
    int architecture = header->e_flags >> 8 & 0xFF, own = device_capability();
    bool fits = architecture / 10 == own / 10 && architecture % 10 <= own % 10;
    return fits && standin_driver_version() >= CUDA_13 ? OK : NO_BINARY_FOR_GPU;
}

/* What is_ptx() would find: a line for each of the global functions. */
static char *entries_of_binary(const char *image)
{
    const Elf64_Ehdr *header = (const void *) image;
    const Elf64_Shdr *sections = (const void *) (image + header->e_shoff);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < header->e_shnum; i++) {
        const Elf64_Sym *symbols = (const void *) (image + sections[i].sh_offset);
        size_t count = sections[i].sh_type == SHT_SYMTAB ? sections[i].sh_size / sizeof *symbols : 0;
        for (size_t j = 0; j < count; j++) {
            if (symbols[j].st_info == ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)) {
                fprintf(out, ".entry %s\n", image + sections[sections[i].sh_link].sh_offset + symbols[j].st_name);
            }
        }
    }
    fclose(out);
    return text;
}

int cuModuleLoadDataEx(struct module **handle, const char *image, unsigned options, void *names, void *values)
{
    (void) options;
    (void) names;
    (void) values;
    bool binary = image != NULL && is_binary(image);
    if (!binary) {
        standin_take_time("SPANMATCH_STANDIN_PTX_MS");
    }
    struct context *context;
    int code = standin_enter("cuModuleLoadData", MODULE_LOAD, OUT_OF_MEMORY, &context);
    if (code == OK && binary) {
        code = check_binary((const void *) image);
    } else if (code == OK && (image == NULL || !is_ptx(image))) {
        code = INVALID_PTX;
    }
    if (code == OK) {
        *handle = standin_object_new(MODULE, context, sizeof **handle);
        (*handle)->text = binary ? entries_of_binary(image) : strdup(image);
    }
    return standin_leave(code);
}

int cuModuleLoadData(struct module **handle, const char *image)
{
    return cuModuleLoadDataEx(handle, image, 0, NULL, NULL);
}

static void free_functions(struct context *context, const struct module *module)
{
    struct object *next;
    for (struct object *member = context->members; member != NULL; member = next) {
        next = member->next;
        if (member->kind == FUNCTION && ((struct function *) member)->module == module) {
            standin_object_free(member);
        }
    }
}

int cuModuleUnload(void *handle)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (context != NULL) {
        struct module *module = standin_object(handle, MODULE, context);
        if (module != NULL) {
            free_functions(context, module);
            free(module->text);
            standin_object_free(module);
        } else if (code == OK) {
            code = INVALID_HANDLE;
        }
    }
    return standin_leave(code);
}

static bool has_entry(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, ".entry")) != NULL;) {
        at += strlen(".entry");
        at += strspn(at, " \t\r\n");
        if (strncmp(at, name, length) == 0 && !isalnum((unsigned char) at[length]) && at[length] != '_' && at[length] != '$') {
            return true;
        }
    }
    return false;
}

static const struct kernel *kernel_named(const char *name)
{
    for (size_t i = 0; standin_kernels[i] != NULL; i++) {
        for (const struct kernel *kernel = standin_kernels[i]; kernel->name != NULL; kernel++) {
            if (strcmp(kernel->name, name) == 0) {
                return kernel;
            }
        }
    }
    return NULL;
}

int cuModuleGetFunction(struct function **handle, void *module_handle, const char *name)
{
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (code == OK) {
        struct module *module = standin_object(module_handle, MODULE, context);
        const struct kernel *kernel = kernel_named(name);
        if (module == NULL) {
            code = INVALID_HANDLE;
        } else if (!has_entry(module->text, name)) {
            code = NOT_FOUND;
        } else if (kernel == NULL) {
            standin_report("the module has the kernel %s, but the source compiled into the stand-in doesn't", name);
            code = NOT_FOUND;
        } else {
            *handle = standin_object_new(FUNCTION, context, sizeof **handle);
            (*handle)->module = module;
            (*handle)->kernel = kernel;
        }
    }
    return standin_leave(code);
}

int cuFuncSetAttribute(void *handle, int attribute, int value)
{
    (void) attribute;
    (void) value;
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (code == OK && standin_object(handle, FUNCTION, context) == NULL) {
        code = INVALID_HANDLE;
    }
    return standin_leave(code);
}

int cuFuncGetAttribute(int *value, int attribute, void *handle)
{
    const int max_threads_per_block = 0;
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (code == OK && standin_object(handle, FUNCTION, context) == NULL) {
        code = INVALID_HANDLE;
    }
    *value = attribute == max_threads_per_block ? BLOCK_THREADS : 0;
    return standin_leave(code);
}

static int run_launch(void *payload)
{
    const struct launch *launch = payload;
    void *arguments[MAX_PARAMETERS];
    for (size_t i = 0; i < launch->kernel->parameters; i++) {
        arguments[i] = (char *) payload + launch->offsets[i];
    }
    int (*run)(const struct kernel *, struct shape, struct shape, void **) = launch->cooperative ? run_grid_together : run_grid;
    return run(launch->kernel, launch->grid, launch->block, arguments) ? OK : LAUNCH_FAILED;
}

static bool is_launchable(struct shape grid, struct shape block)
{
    return grid.x - 1 < 0x7FFFFFFF && grid.y - 1 < GRID_HEIGHT && grid.z - 1 < GRID_HEIGHT
        && block.x - 1 < BLOCK_THREADS && block.y - 1 < BLOCK_THREADS && block.z - 1 < BLOCK_DEPTH
        && block.x * block.y * block.z <= BLOCK_THREADS;
}

/* Pointers may be null, or point just behind what they are the end of; which of it is used nobody can tell from here. */
static bool check_pointers(const struct context *context, const struct kernel *kernel, void **arguments)
{
    for (size_t i = 0; i < kernel->parameters; i++) {
        const void *pointer = kernel->pointers[i] ? *(void **) arguments[i] : NULL;
        if (pointer != NULL && !standin_device_range(context, pointer, 0, kernel->name)) {
            standin_report("it is argument %zu of the kernel %s", i, kernel->name);
            return false;
        }
    }
    return true;
}

static int enqueue_launch(struct stream *stream, const struct kernel *kernel, bool cooperative, struct shape grid,
    struct shape block, void **arguments)
{
    struct launch launch = {.kernel = kernel, .cooperative = cooperative, .grid = grid, .block = block};
    size_t size = sizeof launch;
    for (size_t i = 0; i < kernel->parameters; i++) {
        launch.offsets[i] = (size + PARAMETER_ALIGNMENT - 1) / PARAMETER_ALIGNMENT * PARAMETER_ALIGNMENT;
        size = launch.offsets[i] + kernel->sizes[i];
    }
    enum { ROOM = 8192 }; /* CUDA lets the arguments of a kernel have 4 KiB */
    char payload[ROOM];
    if (kernel->parameters > MAX_PARAMETERS || size > ROOM) {
        standin_report("the kernel %s has more arguments than the stand-in provides for", kernel->name);
        return NOT_SUPPORTED;
    }
    memcpy(payload, &launch, sizeof launch);
    for (size_t i = 0; i < kernel->parameters; i++) {
        memcpy(payload + launch.offsets[i], arguments[i], kernel->sizes[i]);
    }
    standin_enqueue(stream, run_launch, payload, size);
    return OK;
}

/* How many blocks a multiprocessor takes at a time; registers and shared memory are not counted. */
static size_t resident_blocks(unsigned threads)
{
    const unsigned warp = 32;
    size_t blocks = MULTIPROCESSOR_THREADS / ((threads + warp - 1) / warp * warp);
    return blocks < cooperative_blocks() ? blocks : cooperative_blocks();
}

int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *handle, int threads, size_t shared_bytes)
{
    (void) shared_bytes;
    struct context *context;
    int code = standin_enter(__func__, NO_SORT, OK, &context);
    if (code == OK && standin_object(handle, FUNCTION, context) == NULL) {
        code = INVALID_HANDLE;
    } else if (code == OK && threads <= 0) {
        code = INVALID_VALUE;
    }
    if (code == OK) {
        *blocks = threads > BLOCK_THREADS ? 0 : (int) resident_blocks((unsigned) threads);
    }
    return standin_leave(code);
}

static int check_launch(const struct context *context, const struct kernel *kernel, bool cooperative, struct shape grid,
    struct shape block, void **arguments)
{
    if (!is_launchable(grid, block) || (arguments == NULL && kernel->parameters != 0)) {
        standin_report("%s: a grid of (%u, %u, %u) with blocks of (%u, %u, %u) can't be launched", kernel->name, grid.x,
            grid.y, grid.z, block.x, block.y, block.z);
        return INVALID_VALUE;
    }
    if (cooperative && cooperative_blocks() == 0) {
        return NOT_SUPPORTED;
    }
    size_t blocks = (size_t) grid.x * grid.y * grid.z;
    if (cooperative && blocks > MULTIPROCESSORS * resident_blocks(block.x * block.y * block.z)) {
        return COOPERATIVE_LAUNCH_TOO_LARGE;
    }
    return check_pointers(context, kernel, arguments) ? OK : INVALID_VALUE;
}

static int launch(const char *call, bool cooperative, void *handle, struct shape grid, struct shape block,
    unsigned shared_bytes, void *stream_handle, void **arguments, void **extra)
{
    struct context *context;
    int code = standin_enter(call, cooperative ? LAUNCH | COOPERATIVE_LAUNCH : LAUNCH, LAUNCH_FAILED, &context);
    if (code == OK) {
        struct function *function = standin_object(handle, FUNCTION, context);
        struct stream *stream = standin_stream(stream_handle, context);
        if (function == NULL || stream == NULL) {
            code = INVALID_HANDLE;
        } else if (shared_bytes != 0 || extra != NULL) {
            standin_report("dynamic shared memory and packed arguments are not supported");
            code = NOT_SUPPORTED;
        } else {
            code = check_launch(context, function->kernel, cooperative, grid, block, arguments);
        }
        if (code == OK) {
            code = enqueue_launch(stream, function->kernel, cooperative, grid, block, arguments);
        }
    }
    return standin_leave(code);
}

int cuLaunchKernel(void *handle, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
    unsigned block_z, unsigned shared_bytes, void *stream, void **arguments, void **extra)
{
    struct shape grid = {grid_x, grid_y, grid_z}, block = {block_x, block_y, block_z};
    return launch(__func__, false, handle, grid, block, shared_bytes, stream, arguments, extra);
}

int cuLaunchCooperativeKernel(void *handle, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
    unsigned block_y, unsigned block_z, unsigned shared_bytes, void *stream, void **arguments)
{
    struct shape grid = {grid_x, grid_y, grid_z}, block = {block_x, block_y, block_z};
    return launch(__func__, true, handle, grid, block, shared_bytes, stream, arguments, NULL);
}
