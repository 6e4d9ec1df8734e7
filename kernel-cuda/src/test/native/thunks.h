/* Included behind the kernels' source: how a kernel is called with its arguments given by address. */
#ifndef THUNKS_H
#define THUNKS_H

#include "kernels.h"

#include <utility>

/* Makes the next thread of the block the current one; false where the caller has to stop. */
bool standin_next_thread();

template <auto Kernel, typename = decltype(Kernel)> struct Thunk;

template <auto Kernel, typename... Parameters> struct Thunk<Kernel, void (*)(Parameters...)> {
    /* One more each, since arrays can't be empty. */
    static constexpr size_t sizes[] = {sizeof(Parameters)..., 0};
    static constexpr unsigned char pointers[] = {std::is_pointer<Parameters>::value..., 0};

    template <size_t... Index> static void run(void **arguments, std::index_sequence<Index...>)
    {
        (void) arguments;
        while (standin_next_thread()) {
            Kernel(*static_cast<std::remove_const_t<Parameters> *>(arguments[Index])...);
        }
    }

    static void run(void **arguments)
    {
        run(arguments, std::index_sequence_for<Parameters...>());
    }

    static constexpr struct kernel entry(const char *name)
    {
        return {name, sizeof...(Parameters), sizes, pointers, run};
    }
};

#endif
