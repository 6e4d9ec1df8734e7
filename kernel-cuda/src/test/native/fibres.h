/* Between the parts that run blocks one after the other and side by side. */
#ifndef FIBRES_H
#define FIBRES_H

#include "kernels.h"

/* Runs a block on the calling thread. False if the kernel went wrong, or the block was given up. */
bool standin_run_block(const struct kernel *kernel, struct shape grid, struct shape block, struct shape at, void **arguments);

/* Called by a kernel's thread: leaves the block where it stands. */
[[noreturn]] void standin_give_up_block();

#endif
