/*
 * Runs the threads of a block on one thread of the processor.
 *
 * A fibre calls the kernel for one thread of the block after the other, as plain calls. Only when one of
 * them comes to a barrier, the fibre stops there and becomes that thread's own, and another fibre goes
 * on with the threads not started yet. So a kernel without barriers needs a single fibre, and nothing
 * has to be known about a kernel beforehand.
 */
#include "cuda_on_cpu.h"
#include "fibres.h"
#include "kernels.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

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
constexpr uint64_t stack_end_mark = 0x5AFE57AC4E4D5AFE;

#if defined(__x86_64__)

/* Pushes the registers that a call has to preserve, exchanges the stacks, and pops the other side's. */
extern "C" void standin_switch(void **from, void *to);
asm(R"(
    .text
    .hidden standin_switch
    .globl standin_switch
    .type standin_switch, @function
standin_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size standin_switch, .-standin_switch
)");

struct Context {
    void *stack_pointer;

    void prepare(char *stack, size_t size, void (*start)())
    {
        /* Six registers, the address to return to, and the place of the one that start itself will never return to. */
        void **top = reinterpret_cast<void **>(reinterpret_cast<uintptr_t>(stack + size) & ~uintptr_t{15});
        top[-1] = nullptr;
        top[-2] = reinterpret_cast<void *>(start);
        stack_pointer = top - 8;
    }

    void switch_to(Context &to) { standin_switch(&stack_pointer, to.stack_pointer); }
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
    bool at_barrier; /* or else it has come to its end */
    bool owned; /* by the thread of the block that has come to a barrier on it */
    uint3 thread;
    standin_barrier_kind kind;
    int value, line;
};

void fibre_main();

class Runner {
public:
    Runner()
    {
        void *memory = mmap(nullptr, max_fibres * stack_distance, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) {
            perror("[CUDA stand-in] no memory for stacks");
            abort();
        }
        stacks = static_cast<char *>(memory);
        fibres.reserve(max_fibres);
    }

    ~Runner() { munmap(stacks, max_fibres * stack_distance); }
    Runner(const Runner &) = delete;
    Runner &operator=(const Runner &) = delete;

    bool run_block(const struct kernel *what, void **with)
    {
        kernel = what;
        arguments = with;
        started = 0;
        given_up = false;
        threads = blockDim.x * blockDim.y * blockDim.z;
        next = {0, 0, 0};
        while (started < threads) {
            Fibre *fibre = take();
            fibre->owned = false;
            resume(fibre, arrived);
            if (given_up) {
                return false;
            }
        }
        while (!arrived.empty()) {
            if (!open_barrier()) {
                return false;
            }
            leaving.swap(arrived);
            for (Fibre *fibre : leaving) {
                threadIdx = fibre->thread;
                resume(fibre, arrived);
                if (given_up) {
                    return false;
                }
            }
            leaving.clear();
        }
        return true;
    }

    bool next_thread()
    {
        if (current->owned || started == threads) {
            return false;
        }
        started++;
        threadIdx = next;
        if (++next.x == blockDim.x) {
            next.x = 0;
            if (++next.y == blockDim.y) {
                next.y = 0;
                next.z++;
            }
        }
        return true;
    }

    int wait_at_barrier(standin_barrier_kind kind, int value, int line)
    {
        Fibre *self = current;
        self->owned = true;
        self->thread = threadIdx;
        self->kind = kind;
        self->value = value;
        self->line = line;
        self->at_barrier = true;
        self->context.switch_to(scheduler);
        return result;
    }

    [[noreturn]] void give_up()
    {
        given_up = true;
        current->context.switch_to(scheduler);
        abort(); /* nobody comes back */
    }

    [[noreturn]] void run_fibre()
    {
        for (;;) {
            Fibre *self = current;
            kernel->run(arguments);
            self->at_barrier = false;
            self->context.switch_to(scheduler);
        }
    }

private:
    Fibre *take()
    {
        if (!idle.empty()) {
            Fibre *fibre = idle.back();
            idle.pop_back();
            return fibre;
        }
        char *stack = stacks + fibres.size() * stack_distance;
        fibres.push_back(std::make_unique<Fibre>());
        Fibre *fibre = fibres.back().get();
        fibre->stack_end = reinterpret_cast<uint64_t *>(stack);
        *fibre->stack_end = stack_end_mark;
        fibre->context.prepare(stack, stack_size, fibre_main);
        return fibre;
    }

    void resume(Fibre *fibre, std::vector<Fibre *> &waiting)
    {
        current = fibre;
        scheduler.switch_to(fibre->context);
        if (given_up) {
            return;
        }
        if (fibre->at_barrier) {
            waiting.push_back(fibre);
        } else {
            check_stack(fibre);
            idle.push_back(fibre);
        }
    }

    /* Only at the end, since the mark lies on a page that nothing else touches. */
    void check_stack(const Fibre *fibre) const
    {
        if (*fibre->stack_end != stack_end_mark) {
            fprintf(stderr, "[CUDA stand-in] %s: a thread's stack of %zu bytes is too small\n", kernel->name, stack_size);
            abort();
        }
    }

    /* Threads that have ended count as arrived, as on a GPU. */
    bool open_barrier()
    {
        const Fibre *first = arrived.front();
        int any = 0, all = 1, count = 0;
        for (const Fibre *fibre : arrived) {
            if (fibre->line != first->line || fibre->kind != first->kind) {
                standin_report("%s: threads of a block wait at different barriers, in lines %d and %d", kernel->name,
                    first->line, fibre->line);
                return false;
            }
            any |= fibre->value;
            all &= fibre->value;
            count += fibre->value;
        }
        result = first->kind == STANDIN_OR ? any : first->kind == STANDIN_AND ? all : count;
        return true;
    }

    Context scheduler;
    char *stacks;
    std::vector<std::unique_ptr<Fibre>> fibres;
    std::vector<Fibre *> idle, arrived, leaving;
    Fibre *current = nullptr;
    const struct kernel *kernel = nullptr;
    void **arguments = nullptr;
    unsigned started = 0, threads = 0;
    uint3 next{};
    int result = 0;
    bool given_up = false;
};

/* One for each stream's thread. The plain pointer is what the kernels' calls go by: it is cheaper to get at. */
thread_local std::unique_ptr<Runner> owned_runner;
__thread Runner *runner;

void fibre_main()
{
    runner->run_fibre();
}

} // namespace

bool standin_next_thread()
{
    return runner->next_thread();
}

extern "C" int standin_barrier(enum standin_barrier_kind kind, int value, int line)
{
    return runner->wait_at_barrier(kind, value, line);
}

void standin_give_up_block()
{
    runner->give_up();
}

bool standin_run_block(const struct kernel *kernel, struct shape grid, struct shape block, struct shape at, void **arguments)
{
    if (!runner) {
        owned_runner = std::make_unique<Runner>();
        runner = owned_runner.get();
    }
    gridDim = {grid.x, grid.y, grid.z};
    blockDim = {block.x, block.y, block.z};
    blockIdx = {at.x, at.y, at.z};
    if (!runner->run_block(kernel, arguments)) {
        /* Fibres still stand in the middle of the kernel, so they are given up. */
        owned_runner.reset();
        runner = nullptr;
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
