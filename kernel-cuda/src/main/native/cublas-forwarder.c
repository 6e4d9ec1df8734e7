/*
 * A libcublas.so.12 that hands every call on to libcublas.so.13.
 *
 * JCuda 12.6 is linked against cuBLAS 12, and there is no JCuda for CUDA 13. The functions that it
 * uses have the same parameters in both, so that a jump is all it takes; those that cuBLAS 13 no
 * longer has return CUBLAS_STATUS_NOT_SUPPORTED.
 *
 * build-forwarder.sh makes cublas-names.inc out of cublas-names.txt: one line NAME(...) a name.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

/* The oldest versions, which every glibc has; newer ones would shut older systems out. */
__asm__(".symver dlopen, dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");

#define NAME(name) +1
enum {
  COUNT = 0
#include "cublas-names.inc"
};
#undef NAME

/* In one string, since a table of pointers would have to be relocated. */
#define NAME(name) #name "\0"
static const char names[] =
#include "cublas-names.inc"
    ;
#undef NAME

/* Where each function is, in the order of the names. */
__attribute__((visibility("hidden"), used)) void *slots[COUNT];

/* The functions: each jumps to its slot and leaves arguments, stack and result alone. */
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define NAME(name) JUMP(name, __COUNTER__)
#define JUMP(name, index)            \
  __asm__(".text\n"                  \
          ".balign 8\n"              \
          ".globl " #name "\n"       \
          ".type " #name ", @function\n" \
          #name ":\n"                \
          "\tjmp *slots+8*" TEXT(index) "(%rip)\n" \
          ".size " #name ", .-" #name "\n");
#include "cublas-names.inc"
#undef NAME

static int not_supported(void) {
  return 15; /* CUBLAS_STATUS_NOT_SUPPORTED */
}

__attribute__((constructor)) static void fill_slots(void) {
  static const char target[] = "libcublas.so.13";
  /* Java has loaded it by its path, and by its SONAME it is found again. */
  void *library = dlopen(target, RTLD_NOLOAD | RTLD_LAZY);
  if (!library) {
    library = dlopen(target, RTLD_LAZY);
  }
  const char *name = names;
  for (int i = 0; i < COUNT; i++) {
    void *function = library ? dlsym(library, name) : 0;
    slots[i] = function ? function : (void *)not_supported;
    while (*name++) {
    }
  }
}
