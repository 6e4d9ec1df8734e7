package org.spanmatch.activations;

import java.util.List;

/**
 * The activations of one layer of one network on the test set: {@code samples × neurons} numbers
 * that are read block by block, as often as needed.
 *
 * <p>Implementations hold no open files between readers and may be shared by threads; each {@link
 * BlockReader} belongs to one thread.
 */
public interface Layer {
  /** The layer's name, as messages show it. */
  String name();

  /** Where the activations come from, usually a file, as messages show it. */
  String source();

  /** The format that the values were stored in; {@link ElementType#roundoff()} follows from it. */
  ElementType type();

  /** How many neurons the layer has; 0 is allowed. */
  int neurons();

  /** The sizes of the axes that count samples, such as {@code [N]} or {@code [N, H, W]}. */
  List<Long> sampleAxes();

  /** How many samples there are: the product of {@link #sampleAxes()}. */
  default long samples() {
    return sampleAxes().stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * Starts a pass over all samples.
   *
   * @throws ActivationsException if the data can't be opened
   */
  BlockReader open();

  /** The position in the file of a sample of this layer, which differs when some are left out. */
  default long samplePosition(long sample) {
    return sample;
  }

  /** "file, layer 'name'": the start of every message about this layer. */
  default String description() {
    return source() + ", layer '" + name() + "'";
  }

  /**
   * Checks that two layers have equally many samples.
   *
   * @throws ActivationsException if not, with both numbers
   */
  static void requireSameSamples(Layer x, Layer y) {
    if (x.samples() != y.samples()) {
      throw new ActivationsException(
          x.description()
              + " has "
              + x.samples()
              + " samples, but "
              + y.description()
              + " has "
              + y.samples());
    }
  }
}
