package org.spanmatch.kernel;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;

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
   * Adds up the activations of some layers in one pass: the Gram matrix, or for high precision the
   * triangular factor. With m neurons in all it costs at most d·m² operations (twice that for high
   * precision) and O(m²) memory for d samples.
   *
   * <p>The result is the same to the last bit for any number of threads.
   *
   * @param layers the layers, all with the same samples; at least one
   * @param pairs the pairs of layers whose inner products are wanted, by position in the list;
   *     those of a layer with itself always are. A backend may give more
   * @return what was added up; the position of each layer stands for its network until somebody
   *     says otherwise
   * @throws org.spanmatch.activations.ActivationsException if the numbers of samples differ, a
   *     value is not finite, or the data can't be read
   * @throws NotEnoughMemoryException if memory can't hold what it takes
   */
  Gram gram(List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options);

  /**
   * A table of two layers of a Gram matrix, whoever added it up.
   *
   * @param x position of the first group's layer in the Gram matrix
   * @param y position of the second group's
   * @return the table, which the caller closes
   * @throws IllegalArgumentException if the pair was not added up
   * @throws NotEnoughMemoryException if memory can't hold what it takes
   */
  ProjectionTable table(Gram gram, int x, int y);

  /**
   * The table of two layers that nobody wants to add to others: {@link #table} of their {@link
   * #gram}. A backend that keeps Gram matrices elsewhere than in the heap saves the way there and
   * back.
   *
   * @param x the first group
   * @param y the second group, with the same samples; it may have another number of neurons
   * @return the table, which the caller closes; its numbers are those of {@code table(gram(…))}
   * @throws org.spanmatch.activations.ActivationsException as {@link #gram} does
   * @throws NotEnoughMemoryException as {@link #gram} and {@link #table} do
   */
  default ProjectionTable compress(Layer x, Layer y, GramOptions options) {
    return table(gram(List.of(x, y), GramPair.all(2), options), 0, 1);
  }

  /**
   * Why this backend leaves a problem to another one; {@code Kernels} then passes it on.
   *
   * @param xNeurons number of neurons of the first group
   * @param yNeurons the same of the second group
   * @param samples number of samples
   * @param precision the least that is asked for, or that of a Gram matrix
   * @return half a sentence such as "no high precision"; empty if it takes the problem
   */
  default Optional<String> declines(int xNeurons, int yNeurons, long samples, Precision precision) {
    return Optional.empty();
  }

  /**
   * An estimate of the Java heap that compressing two groups and holding their table takes at most,
   * without the blocks that are being read. {@link #gram} and {@link #table} check it before they
   * start.
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
    try (ProjectionTable table = compress(x, y, GramOptions.defaults())) {
      return table.distances(Group.X);
    }
  }

  /** Frees what the kernel holds; tables of a closed kernel can't be used. */
  @Override
  void close();
}
