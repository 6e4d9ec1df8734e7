package org.spanmatch.benchmarks;

import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/** OpenBLAS in this process, through the bindings of the JavaCPP presets. */
final class OpenBlas {
  /** Variables that select kernels and block sizes for another processor, which are slower here. */
  static final List<String> SLOWING_VARIABLES = List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE");

  private OpenBlas() {}

  /**
   * Loads the library and sets its number of threads.
   *
   * @throws IllegalStateException if it can't be loaded, or if the environment slows it down
   */
  static void open(int threads) {
    for (String variable : SLOWING_VARIABLES) {
      if (System.getenv(variable) != null) {
        throw new IllegalStateException(
            variable
                + " is set to "
                + System.getenv(variable)
                + ", which slows OpenBLAS down; start the benchmark with 'env -u OPENBLAS_CORETYPE"
                + " -u OPENBLAS_L2_SIZE java ...'");
      }
    }
    try {
      Loader.load(openblas.class);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "OpenBLAS can't be loaded: the benchmarks have its library for Linux on x86-64 alone", e);
    }
    openblas.blas_set_num_threads(threads);
    if (openblas.blas_get_num_threads() != threads) {
      throw new IllegalStateException(
          "asked for "
              + threads
              + " threads, but OpenBLAS uses "
              + openblas.blas_get_num_threads());
    }
  }
}
