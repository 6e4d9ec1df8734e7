package org.spanmatch.activations.storage;

import org.spanmatch.activations.ActivationsException;

/**
 * How an array is cut into blocks: into ranges of one sample axis, with the axes below it whole and
 * one step of each axis above it.
 *
 * @param neurons number of neurons
 * @param axis the sample axis that is cut into ranges
 * @param chunk length of a range, in steps of that axis; the last one may be shorter
 * @param inner samples per step of that axis
 * @param sequential whether the blocks follow each other in the file without gaps
 */
record BlockShape(int neurons, int axis, int chunk, int inner, boolean sequential) {
  // A few megabytes amortise the cost of a read and still fit in the caches.
  private static final long SEQUENTIAL_BYTES = 4L << 20;

  // Gathering reads one run per neuron; longer runs make up for the many reads.
  private static final long GATHERED_BYTES = 32L << 20;

  // One sample of the widest type then fits in a block, so no block is larger.
  private static final long MAX_NEURONS = GATHERED_BYTES / Double.BYTES;

  /**
   * Chooses blocks of at most 32 MiB for an array.
   *
   * @param bytes bytes per value
   * @throws ActivationsException if one sample might not fit into a block
   */
  static BlockShape of(StridedArray array, int bytes) {
    return of(array, bytes, SEQUENTIAL_BYTES);
  }

  /**
   * Chooses blocks of at most 32 MiB for an array.
   *
   * @param bytes bytes per value
   * @param sequentialBytes size of a block where the blocks follow each other
   */
  static BlockShape of(StridedArray array, int bytes, long sequentialBytes) {
    long neurons = array.neurons().size();
    if (neurons > MAX_NEURONS) {
      throw new ActivationsException(
          "it has " + neurons + " neurons, expected at most " + MAX_NEURONS);
    }
    // Without neurons there is nothing to read, but samples are still counted in blocks. No data
    // backs their number, so a file of a few bytes could claim any.
    if (neurons == 0 && array.samples() > Integer.MAX_VALUE) {
      throw new ActivationsException(
          "it has "
              + array.samples()
              + " samples of 0 neurons, expected at most "
              + Integer.MAX_VALUE);
    }
    long sampleBytes = Math.max(1, neurons) * bytes;
    int axis = 0;
    while (array.samplesBelow(axis) * sampleBytes > GATHERED_BYTES
        && axis < array.sampleAxes().size() - 1) {
      axis++;
    }
    int inner = Math.toIntExact(array.samplesBelow(axis));
    StridedArray.Axis cut = array.sampleAxes().get(axis);
    boolean sequential =
        axis == 0
            && cut.stride() == inner * neurons
            && array.sampleAxes().size() <= 2
            && array.span() == array.values();
    long budget = sequential ? sequentialBytes : GATHERED_BYTES;
    int chunk = (int) Math.max(1, Math.min(cut.size(), budget / (inner * sampleBytes)));
    return new BlockShape((int) neurons, axis, chunk, inner, sequential);
  }

  /** Number of values in a full block. */
  int values() {
    return Math.multiplyExact(Math.multiplyExact(chunk, inner), neurons);
  }
}
