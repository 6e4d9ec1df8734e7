package org.spanmatch.kernel;

import org.spanmatch.activations.Layer;

/**
 * Computes projection distances between the neurons of two groups on one backend.
 *
 * <p>A kernel and its tables are confined to one thread at a time unless the backend says
 * otherwise.
 */
public interface ProjectionKernel extends AutoCloseable {
  /** What this kernel runs on, and why it was chosen. */
  KernelInfo info();

  /**
   * Reads the activations of two groups and reduces them to something whose size does not depend on
   * the number of samples d. With m neurons in all it costs O(d·m²) operations and O(m²) memory.
   *
   * @param x the first group
   * @param y the second group, with the same samples; it may have another number of neurons
   * @return the table, which the caller closes
   * @throws org.spanmatch.activations.ActivationsException if the numbers of samples differ, a
   *     value is not finite, or the data can't be read
   * @throws NotEnoughMemoryException if the Java heap can't hold what it takes
   */
  ProjectionTable compress(Layer x, Layer y, CompressionOptions options);

  /**
   * An estimate of the Java heap that compressing two groups and holding their table takes at most,
   * without the blocks that are being read. {@link #compress} checks it before it starts.
   *
   * @param xNeurons number of neurons of the first group; only living ones may count
   * @param yNeurons the same of the second group
   * @param samples number of samples, at least 1
   * @return bytes; {@link Long#MAX_VALUE} for more than that
   */
  long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision);

  /**
   * Whether this backend is worth its fixed costs for a problem of this size. It computes any
   * problem all the same; the automatic choice asks, where {@link KernelProvider#isAccelerator()}.
   *
   * @param xNeurons number of neurons of the first group
   * @param yNeurons the same of the second group
   * @param samples number of samples
   */
  default boolean pays(int xNeurons, int yNeurons, long samples) {
    return true;
  }

  /**
   * Whether its tables answer after a removal without a computation from scratch, so that removing
   * neurons one by one costs about as much as removing them together.
   */
  default boolean hasCheapRemovals() {
    return false;
  }

  /**
   * The relative projection distance of every living neuron of {@code x} to the span of {@code y}.
   *
   * @throws org.spanmatch.activations.ActivationsException as {@link #compress} does
   */
  default Distances distances(Layer x, Layer y) {
    try (ProjectionTable table = compress(x, y, CompressionOptions.defaults())) {
      return table.distances(Group.X);
    }
  }

  /** Frees what the kernel holds; tables of a closed kernel can't be used. */
  @Override
  void close();
}
