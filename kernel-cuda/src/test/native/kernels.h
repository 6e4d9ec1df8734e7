/* Between the driver's calls and the kernels that build.sh compiles from their CUDA source. */
#ifndef KERNELS_H
#define KERNELS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kernel {
    const char *name;
    size_t parameters;
    const size_t *sizes;
    const unsigned char *pointers; /* which of the parameters are pointers */
    void (*run)(void **arguments); /* runs the threads of the current block that have not been started */
};

struct shape {
    unsigned x, y, z;
};

/* Those of each source, ended by one without a name; and a null at the end of all. */
extern const struct kernel *const standin_kernels[];

/* Runs all blocks of a grid, one after the other. False, and a report, if the kernel went wrong. */
int run_grid(const struct kernel *kernel, struct shape grid, struct shape block, void **arguments);

/* Runs them side by side, so that they can wait for one another. */
int run_grid_together(const struct kernel *kernel, struct shape grid, struct shape block, void **arguments);

void standin_report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#ifdef __cplusplus
}
#endif
#endif
