package org.spanmatch.kernel.cuda.driver;

import java.util.Locale;

/**
 * A CUDA source, compiled and loaded apart from the others: build-ptx.sh makes what ships of each.
 */
public enum DeviceModule {
  /** From the bytes of a file to rows of doubles, their moments, and sums of partial matrices. */
  GRAM,

  /** Products of samples by slices, where float64 is slow. */
  SLICED,

  /** The Gram matrix of unit vectors, parts of it, and its factorisations. */
  FACTORISE,

  /** The projections on spans, and the removal of vectors. */
  PEELING;

  /** The name of the source, without its ending. */
  String source() {
    return name().toLowerCase(Locale.ROOT);
  }
}
