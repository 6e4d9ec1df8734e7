package org.spanmatch.formats.hdf5;

import org.spanmatch.activations.FileFuzzing;

/**
 * The target for a coverage-guided fuzzer. It takes any bytes as an HDF5 file, which the reader may
 * refuse only with the documented error. {@code docs/robustness.md} says how to run it.
 */
public final class Hdf5Fuzzing {
  private static final FileFuzzing FILE = new FileFuzzing(".h5", 1_000_000);

  private Hdf5Fuzzing() {}

  /** Tests one input. */
  public static void fuzzerTestOneInput(byte[] data) {
    FILE.read(data);
  }
}
