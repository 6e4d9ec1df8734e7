/*
 * Cooperative launches: all blocks of a grid side by side, each on a thread of the processor, so that each
 * has its own shared memory. They take turns, in another order each round: one runs until it pauses to wait
 * for others, or ends. So what a kernel does without the barriers that it needs shows, mostly at once; and a
 * kernel that waits for ever is found out.
 */
#include "cuda_on_cpu.h"
#include "fibres.h"
#include "kernels.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

namespace {

/* No kernel pauses as often as all its blocks together do when each waits for another one. */
constexpr unsigned long most_pauses = 1ul << 17;

class Turns {
public:
    explicit Turns(const struct kernel *kernel, unsigned blocks)
        : kernel(kernel), random(0x9E3779B97F4A7C15u * ++launches), order(blocks), done(blocks), wake(blocks)
    {
        std::iota(order.begin(), order.end(), 0u);
        shuffle();
    }

    /* False where the grid has gone wrong. */
    bool await(unsigned block)
    {
        std::unique_lock<std::mutex> lock(mutex);
        return await(lock, block);
    }

    bool pause(unsigned block)
    {
        std::unique_lock<std::mutex> lock(mutex);
        if (++pauses > most_pauses && !wrong) {
            standin_report("%s: its blocks wait for one another, and none goes on", kernel->name);
            wrong = true;
        }
        next();
        return await(lock, block);
    }

    void end(unsigned block, bool well)
    {
        std::lock_guard<std::mutex> lock(mutex);
        done[block] = true;
        wrong = wrong || !well;
        ended++;
        if (ended < order.size()) {
            next();
        } else {
            all_ended.notify_all();
        }
    }

    bool await_all()
    {
        std::unique_lock<std::mutex> lock(mutex);
        all_ended.wait(lock, [this] { return ended == order.size(); });
        return !wrong;
    }

private:
    bool await(std::unique_lock<std::mutex> &lock, unsigned block)
    {
        wake[block].wait(lock, [this, block] { return wrong || order[turn] == block; });
        return !wrong;
    }

    void next()
    {
        if (wrong) {
            for (std::condition_variable &each : wake) {
                each.notify_one();
            }
            return;
        }
        do {
            if (++turn == order.size()) {
                shuffle();
            }
        } while (done[order[turn]]);
        wake[order[turn]].notify_one();
    }

    void shuffle()
    {
        turn = 0;
        for (size_t i = order.size(); i > 1; i--) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            std::swap(order[i - 1], order[random % i]);
        }
    }

    static inline std::atomic<uint64_t> launches{0};

    const struct kernel *kernel;
    uint64_t random;
    std::mutex mutex;
    std::vector<unsigned> order; /* of the turns in this round */
    size_t turn = 0, ended = 0;
    std::vector<bool> done;
    std::vector<std::condition_variable> wake;
    std::condition_variable all_ended;
    unsigned long pauses = 0;
    bool wrong = false;
};

struct Block {
    Turns *turns;
    unsigned number;
};

thread_local const Block *current_block;

struct Job {
    const struct kernel *kernel;
    struct shape grid, block;
    void **arguments;
    Turns *turns;

    void run(unsigned number) const
    {
        Block of{turns, number};
        current_block = &of;
        bool well = turns->await(number)
            && standin_run_block(kernel, grid, block,
                {number % grid.x, number / grid.x % grid.y, number / grid.x / grid.y}, arguments);
        current_block = nullptr;
        turns->end(number, well);
    }
};

/* Threads that have run a block wait for the next one: they keep their stacks. */
class Crew {
public:
    void run(const Job *job, unsigned number)
    {
        std::lock_guard<std::mutex> lock(mutex);
        waiting.push_back({job, number});
        if (waiting.size() > idle) {
            std::thread([this] { work(); }).detach();
            idle++;
        }
        called.notify_one();
    }

private:
    struct Task {
        const Job *job;
        unsigned number;
    };

    void work()
    {
        std::unique_lock<std::mutex> lock(mutex);
        for (;;) {
            called.wait(lock, [this] { return !waiting.empty(); });
            Task task = waiting.back();
            waiting.pop_back();
            idle--;
            lock.unlock();
            task.job->run(task.number);
            lock.lock();
            idle++;
        }
    }

    std::mutex mutex;
    std::condition_variable called;
    std::vector<Task> waiting;
    size_t idle = 0;
};

} // namespace

extern "C" int run_grid_together(const struct kernel *kernel, struct shape grid, struct shape block, void **arguments)
{
    static Crew *crew = new Crew; /* for ever, as its threads are */
    unsigned blocks = grid.x * grid.y * grid.z;
    Turns turns(kernel, blocks);
    Job job{kernel, grid, block, arguments, &turns};
    for (unsigned number = 1; number < blocks; number++) {
        crew->run(&job, number);
    }
    job.run(0);
    return turns.await_all();
}

extern "C" void standin_pause(void)
{
    if (current_block == nullptr) {
        standin_report("a kernel waits for other blocks, but is not launched cooperatively");
        standin_give_up_block();
    }
    if (!current_block->turns->pause(current_block->number)) {
        standin_give_up_block();
    }
}
