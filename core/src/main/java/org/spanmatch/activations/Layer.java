package org.spanmatch.activations;

import java.util.List;
import java.util.Objects;

/**
 * The activations of one layer of one network on the test set: {@code samples × neurons} numbers,
 * read block by block, in as many passes as needed.
 *
 * <p>Implementations hold no open files between readers and may be shared by threads; each {@link
 * BlockReader} belongs to one thread.
 */
public interface Layer {
  /** {@return the layer's name, for results and messages} */
  String name();

  /** {@return the origin of the activations, usually a file, for messages} */
  String source();

  /** {@return the format of the stored values, which determines {@link ElementType#roundoff()}} */
  ElementType type();

  /** {@return the number of neurons; may be 0} */
  int neurons();

  /**
   * {@return the sizes of the axes that count samples, such as {@code [N]} or {@code [N, H, W]}}
   */
  List<Long> sampleAxes();

  /** {@return the number of samples, the product of {@link #sampleAxes()}} */
  default long samples() {
    return sampleAxes().stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * Starts a pass over all samples.
   *
   * @return a reader, which the caller closes
   * @throws ActivationsException if the data can't be opened
   */
  BlockReader open();

  /**
   * {@return the position of a sample in the file; it differs from its position in the layer if
   * samples are left out}
   *
   * @param sample a sample, from 0
   */
  default long samplePosition(long sample) {
    return sample;
  }

  /** {@return the start of every message about this layer: "file, layer 'name'"} */
  default String description() {
    return source() + ", layer '" + name() + "'";
  }

  /**
   * Checks that two layers have the same number of samples.
   *
   * @param x a layer
   * @param y another layer
   * @throws ActivationsException if not, with both numbers
   */
  static void requireSameSamples(Layer x, Layer y) {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
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

  /** One pass over the samples of a layer, in order, a block at a time. */
  interface BlockReader extends AutoCloseable {
    /**
     * Reads the next block.
     *
     * @return the block, or null when all samples have been read; its buffer is valid until the
     *     next call
     * @throws ActivationsException if the data ends early, is damaged, or can't be read
     */
    Block next();

    /** Ends the pass and frees its resources; may be called at any time and more than once. */
    @Override
    void close();
  }

  /** A layer that forwards to another one; subclasses override what differs. */
  abstract class Forwarding implements Layer {
    private final Layer layer;

    /**
     * Creates a layer that forwards to another one.
     *
     * @param layer the layer to forward to
     */
    protected Forwarding(Layer layer) {
      this.layer = layer;
    }

    /** {@return the layer that calls are forwarded to} */
    protected final Layer layer() {
      return layer;
    }

    @Override
    public String name() {
      return layer.name();
    }

    @Override
    public String source() {
      return layer.source();
    }

    @Override
    public ElementType type() {
      return layer.type();
    }

    @Override
    public int neurons() {
      return layer.neurons();
    }

    @Override
    public List<Long> sampleAxes() {
      return layer.sampleAxes();
    }

    @Override
    public long samplePosition(long sample) {
      return layer.samplePosition(sample);
    }

    @Override
    public BlockReader open() {
      return layer.open();
    }
  }
}
