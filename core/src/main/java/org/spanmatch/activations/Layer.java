package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

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

  /**
   * {@return the relative rounding error u_data of the values, which limits how exact a match can
   * be} It is that of their type, unless they were rounded before they came into this format, or
   * are computed from others.
   */
  default double roundoff() {
    return type().roundoff();
  }

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
   * Opens the layer for reading at any place, by any number of threads at once, if the samples lie
   * one after the other where such a read costs no more than reading on.
   *
   * <p>That is the case for an array in C order whose first axis counts samples, such as {@code [N,
   * F]} and {@code [N, C, H, W]}, with little-endian values, in a {@code .npy} file or stored in an
   * archive without compression, and for activations in memory with all neurons of a sample side by
   * side. It is not for arrays in Fortran order, with the neurons first, or with images of more
   * than 32 MiB; big-endian values; compressed entries; and layers {@linkplain Layers#sampled
   * restricted} to some samples, at random or by a mask. A {@link Forwarding} layer has it only if
   * it says so itself.
   *
   * @return a reader, which the caller closes; empty if there is none
   * @throws ActivationsException if the data can't be opened
   */
  default Optional<RangeReader> openRanges() {
    return Optional.empty();
  }

  /**
   * Checks that the origin of the activations, such as a file, is what it was when this layer was
   * made. By default it does nothing. Every read checks this too; a program that keeps blocks calls
   * it before it uses them.
   *
   * @throws ActivationsException if the file has been written, replaced or removed since
   */
  default void requireUnchanged() {}

  /**
   * Makes room for a computation on the heap: a layer that keeps activations in memory, though it
   * can read them again, gives them up if the heap is too small for both. By default it does
   * nothing. Kernels and comparisons call it with what they estimate, before they allocate it.
   *
   * @param heapBytes the Java heap that a computation on this layer needs; {@link Long#MAX_VALUE}
   *     for as much as there is
   * @return whether anything was given up
   */
  default boolean makeRoom(long heapBytes) {
    return false;
  }

  /**
   * {@return the position of a sample in the file; it differs from its position in the layer if
   * samples are left out}
   *
   * @param sample a sample, from 0
   */
  default long samplePosition(long sample) {
    return sample;
  }

  /**
   * {@return what messages call a sample, such as "sample 7", with the file where there are
   * several}
   *
   * @param position what {@link #samplePosition} gives for the sample
   */
  default String sampleName(long position) {
    return "sample " + position;
  }

  /**
   * {@return the example of each sample, in the order of the samples: its index on the first axis
   * of the stored array, such as n of {@code [N, H, W]}} The samples of an example follow each
   * other, and examples ascend; some may be missing, and others have fewer samples, if samples are
   * left out. For one thread, from the start; nothing is read.
   */
  default PrimitiveIterator.OfLong examples() {
    long together = Math.max(1, samples() / Math.max(1, sampleAxes().get(0)));
    return LongStream.range(0, samples()).map(sample -> sample / together).iterator();
  }

  /** {@return the number of samples that {@linkplain Layers#masked a mask} leaves out} */
  default long masked() {
    return 0;
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

  /**
   * Reads any samples of a layer, as they are stored. Any number of threads may use it at once.
   *
   * <p>An interrupt of a thread while it reads closes the file, as {@link
   * java.nio.channels.FileChannel} says, so that all later reads fail.
   */
  interface RangeReader extends AutoCloseable {
    /**
     * {@return how many samples are stored together} Ranges begin and end at its multiples. It is 1
     * for {@code [N, F]}, where the values of a sample lie side by side, and {@code H·W} for {@code
     * [N, C, H, W]}, where those of a neuron within an image do.
     */
    int unit();

    /**
     * Reads consecutive samples: {@code count × neurons} values, raw and little-endian, in the
     * order in which they are stored, which is sample by sample if {@link #unit} is 1. Takes one
     * positional read where the system allows it. The checksum of an archive is verified by the
     * read that completes the layer, unless other ranges of it overlapped.
     *
     * @param firstSample the first sample, a multiple of {@link #unit}
     * @param count number of samples, at least 1 and a multiple of {@link #unit}
     * @param target receives the bytes from its position on, which moves behind them; on the heap
     *     or direct, with the bytes remaining
     * @return the samples as a block over these bytes of the target
     * @throws IllegalArgumentException if the samples are not all in the layer, are not whole
     *     units, or do not fit in the target
     * @throws ActivationsException if the data ends early, has changed, or can't be read
     */
    Block fill(long firstSample, int count, ByteBuffer target);

    /** Frees the reader's resources; may be called more than once. */
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
    public double roundoff() {
      return layer.roundoff();
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
    public String sampleName(long position) {
      return layer.sampleName(position);
    }

    @Override
    public PrimitiveIterator.OfLong examples() {
      return layer.examples();
    }

    @Override
    public long masked() {
      return layer.masked();
    }

    @Override
    public BlockReader open() {
      return layer.open();
    }

    @Override
    public void requireUnchanged() {
      layer.requireUnchanged();
    }

    @Override
    public boolean makeRoom(long heapBytes) {
      return layer.makeRoom(heapBytes);
    }
  }
}
