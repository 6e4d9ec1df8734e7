/*
 * Runs the threads of a block on one thread of the processor.
 *
 * A fibre calls the kernel for one thread of the block after the other, as plain calls. Only when one of
 * them comes to a barrier, the fibre stops there and becomes that thread's own, and another fibre goes
 * on with the threads not started yet. So a kernel without barriers needs a single fibre, and nothing
 * has to be known about a kernel beforehand.
 *
 * A fibre that stops goes straight to the next one: tests run through some 10⁹ of these switches.
 */
#include "cuda_on_cpu.h"
#include "fibres.h"
#include "kernels.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

__thread uint3 threadIdx;
__thread uint3 blockIdx;
__thread dim3 blockDim;
__thread dim3 gridDim;

bool standin_next_thread();

namespace {

constexpr size_t stack_size = 32 << 10;
/* Stacks a power of two apart would have their tops in the same few sets of the caches. */
constexpr size_t stack_distance = stack_size + 5 * 64;
constexpr size_t max_fibres = 1025;
/* All stacks of a Runner, at a multiple of it, where a pointer to the Runner lies. */
constexpr size_t stacks_size = 64 << 20;
constexpr size_t first_stack = 64;
static_assert(first_stack + max_fibres * stack_distance <= stacks_size, "all stacks fit");
constexpr uint64_t stack_end_mark = 0x5AFE57AC4E4D5AFE;

#if defined(__x86_64__)

struct Context {
    void *stack_pointer;

    void prepare(char *stack, size_t size, void (*start)())
    {
        /* What start finds on its stack, the place to return to, is a null; it never does. */
        void **top = reinterpret_cast<void **>(reinterpret_cast<uintptr_t>(stack + size) & ~uintptr_t{15});
        top[-1] = nullptr;
        top[-2] = reinterpret_cast<void *>(start);
        stack_pointer = top - 2;
    }

    /*
     * Exchanges the stacks. The compiler saves the registers that it needs afterwards, but for the two
     * that it may not be asked to, and build.sh has it use no red zone. All fibres jump to the same place,
     * and then return to the same call of a kernel mostly, as the processor predicts; it would not if a call
     * or a return led here.
     */
    __attribute__((always_inline)) void switch_to(Context &to)
    {
        void **from = &stack_pointer;
        void *other = to.stack_pointer;
        asm volatile("pushq %%rbp\n\t"
                     "pushq %%rbx\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "movq %%rsp, (%%rdi)\n\t"
                     "movq %%rsi, %%rsp\n\t"
                     "popq %%rax\n\t"
                     "jmpq *%%rax\n"
                     "1:\n\t"
                     "popq %%rbx\n\t"
                     "popq %%rbp"
                     : "+D"(from), "+S"(other)
                     :
                     : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc", "xmm0",
                     "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
                     "xmm13", "xmm14", "xmm15"
#ifdef __AVX512F__
                     ,
                     "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26",
                     "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#endif
        );
    }
};

#else

#include <ucontext.h>

struct Context {
    ucontext_t state;

    void prepare(char *stack, size_t size, void (*start)())
    {
        getcontext(&state);
        state.uc_stack.ss_sp = stack;
        state.uc_stack.ss_size = size;
        state.uc_link = nullptr;
        makecontext(&state, start, 0);
    }

    void switch_to(Context &to) { swapcontext(&state, &to.state); }
};

#endif

struct Fibre {
    Context context;
    uint64_t *stack_end;
    bool owned; /* by the thread of the block that has come to a barrier on it */
    uint3 thread;
};

void fibre_main();

class Runner {
public:
    Runner() : thread_index(&threadIdx)
    {
        /* Twice as much address space, in which there is a multiple. */
        memory = mmap(nullptr, 2 * stacks_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1, 0);
        if (memory == MAP_FAILED) {
            perror("[CUDA stand-in] no memory for stacks");
            abort();
        }
        stacks = reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(memory) + stacks_size - 1) & ~(stacks_size - 1));
        *reinterpret_cast<Runner **>(stacks) = this;
    }

    ~Runner() { munmap(memory, 2 * stacks_size); }
    Runner(const Runner &) = delete;
    Runner &operator=(const Runner &) = delete;

    /* The Runner on one of whose stacks the caller runs; faster than a thread-local variable. */
    __attribute__((always_inline)) static Runner *here()
    {
        return *reinterpret_cast<Runner **>(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) & ~(stacks_size - 1));
    }

    __attribute__((noinline)) bool run_block(const struct kernel *what, void **with)
    {
        kernel = what;
        arguments = with;
        shape = blockDim;
        started = 0;
        gone_wrong = false;
        threads = shape.x * shape.y * shape.z;
        next = {0, 0, 0};
        arrived = leaving = left = 0;
        current = start_fibre();
        scheduler.switch_to(current->context);
        return !gone_wrong;
    }

    bool next_thread()
    {
        if (current->owned || started == threads) {
            return false;
        }
        started++;
        *thread_index = current->thread = next;
        if (++next.x == shape.x) {
            next.x = 0;
            if (++next.y == shape.y) {
                next.y = 0;
                next.z++;
            }
        }
        return true;
    }

    __attribute__((always_inline)) int wait_at_barrier(standin_barrier_kind kind, int value, int line)
    {
        Fibre *self = current;
        if (arrived == 0) {
            barrier = {kind, line, line, 0, 1, 0, false};
        } else if ((line != barrier.line || kind != barrier.kind) && !barrier.differ) {
            barrier.other_line = line;
            barrier.differ = true;
        }
        if (kind != STANDIN_SYNC) {
            barrier.any |= value;
            barrier.all &= value;
            barrier.count += value;
        }
        self->owned = true;
        /* Never beyond the next one to leave. */
        waiting[arrived++] = self;
        Fibre *other = following();
        if (other != self) {
            self->context.switch_to(other ? other->context : scheduler);
        }
        return result;
    }

    [[noreturn]] void give_up()
    {
        gone_wrong = true;
        current->context.switch_to(scheduler);
        abort(); /* nobody comes back */
    }

    [[noreturn]] void run_fibre()
    {
        for (;;) {
            Fibre *self = current;
            kernel->run(arguments);
            check_stack(self);
            idle[idle_count++] = self;
            Fibre *other = following();
            if (other != self) {
                self->context.switch_to(other ? other->context : scheduler);
            }
        }
    }

private:
    /* The fibre to go on with, or null where the block is at its end or wrong. */
    Fibre *following()
    {
        if (started < threads) {
            return current = start_fibre();
        }
        if (leaving == left && !open_barrier()) {
            return nullptr;
        }
        current = waiting[leaving++];
        *thread_index = current->thread;
        if (leaving < left) {
            __builtin_prefetch(waiting[leaving]->context.stack_pointer);
        }
        return current;
    }

    Fibre *start_fibre()
    {
        Fibre *fibre = idle_count > 0 ? idle[--idle_count] : new_fibre();
        fibre->owned = false;
        return fibre;
    }

    Fibre *new_fibre()
    {
        char *stack = stacks + first_stack + made * stack_distance;
        Fibre *fibre = &fibres[made++];
        fibre->stack_end = reinterpret_cast<uint64_t *>(stack);
        *fibre->stack_end = stack_end_mark;
        fibre->context.prepare(stack, stack_size, fibre_main);
        return fibre;
    }

    /* Only at the end, since the mark lies on a page that nothing else touches. */
    void check_stack(const Fibre *fibre) const
    {
        if (*fibre->stack_end != stack_end_mark) {
            fprintf(stderr, "[CUDA stand-in] %s: a thread's stack of %zu bytes is too small\n", kernel->name, stack_size);
            abort();
        }
    }

    /* Threads that have ended count as arrived, as on a GPU. False where none has arrived, or at different ones. */
    bool open_barrier()
    {
        if (arrived == 0) {
            return false;
        }
        if (barrier.differ) {
            standin_report("%s: threads of a block wait at different barriers, in lines %d and %d", kernel->name,
                barrier.line, barrier.other_line);
            gone_wrong = true;
            return false;
        }
        result = barrier.kind == STANDIN_OR ? barrier.any : barrier.kind == STANDIN_AND ? barrier.all : barrier.count;
        left = arrived;
        arrived = leaving = 0;
        return true;
    }

    struct Barrier {
        standin_barrier_kind kind;
        int line, other_line, any, all, count;
        bool differ;
    };

    uint3 *const thread_index; /* where threadIdx of this thread of the processor is, which is slow to ask */
    Context scheduler;
    void *memory;
    char *stacks;
    Fibre fibres[max_fibres];
    Fibre *idle[max_fibres];
    Fibre *waiting[max_fibres]; /* from leaving to left at the barrier that is open, up to arrived at the next one */
    size_t made = 0, idle_count = 0, leaving = 0, left = 0, arrived = 0;
    Barrier barrier{};
    Fibre *current = nullptr;
    const struct kernel *kernel = nullptr;
    void **arguments = nullptr;
    unsigned started = 0, threads = 0;
    dim3 shape{};
    uint3 next{};
    int result = 0;
    bool gone_wrong = false;
};

/* One for each stream's thread. */
thread_local std::unique_ptr<Runner> runner;

void fibre_main()
{
    Runner::here()->run_fibre();
}

} // namespace

bool standin_next_thread()
{
    return Runner::here()->next_thread();
}

extern "C" int standin_barrier(enum standin_barrier_kind kind, int value, int line)
{
    return Runner::here()->wait_at_barrier(kind, value, line);
}

void standin_give_up_block()
{
    Runner::here()->give_up();
}

bool standin_run_block(const struct kernel *kernel, struct shape grid, struct shape block, struct shape at, void **arguments)
{
    if (!runner) {
        runner = std::make_unique<Runner>();
    }
    gridDim = {grid.x, grid.y, grid.z};
    blockDim = {block.x, block.y, block.z};
    blockIdx = {at.x, at.y, at.z};
    if (!runner->run_block(kernel, arguments)) {
        /* Fibres still stand in the middle of the kernel, so they are given up. */
        runner.reset();
        return false;
    }
    return true;
}

extern "C" int run_grid(const struct kernel *kernel, struct shape grid, struct shape block, void **arguments)
{
    for (unsigned z = 0; z < grid.z; z++) {
        for (unsigned y = 0; y < grid.y; y++) {
            for (unsigned x = 0; x < grid.x; x++) {
                if (!standin_run_block(kernel, grid, block, {x, y, z}, arguments)) {
                    return false;
                }
            }
        }
    }
    return true;
}
