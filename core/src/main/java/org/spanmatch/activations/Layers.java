package org.spanmatch.activations;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Makes layers of activations that the caller has in memory: arrays and buffers, sample by sample
 * ({@code of}) or neuron by neuron ({@code ofNeurons}).
 *
 * <p>Nothing is copied before it is read, and then a block of a few megabytes at a time; so the
 * values must not change while the layer is in use. Any number of threads may read a layer at once.
 *
 * <p>An array or a buffer holds less than 2³¹ values. Larger layers come in several: rows of a
 * two-dimensional array, or any number of buffers. For activations that lie elsewhere, or are
 * computed when they are needed, implement {@link Layer}.
 *
 * <pre>{@code
 * Layer layer = Layers.of("fc1", new double[][] {{3, 1}, {0, 1}, {0, 0}}); // 3 samples, 2 neurons
 * }</pre>
 */
public final class Layers {
  private Layers() {}

  /**
   * Float32 activations, a row per sample.
   *
   * @param name the layer's name
   * @param samples at least one row; all of the same length, the number of neurons
   * @return the layer
   * @throws IllegalArgumentException if there is no row, or their lengths differ
   */
  public static Layer of(String name, float[][] samples) {
    StoredValues values = StoredValues.of(samples, "samples");
    return ArrayLayer.bySample(name, samples.length, requireRows(values, "sample"), values);
  }

  /**
   * Float64 activations, a row per sample.
   *
   * @param name the layer's name
   * @param samples at least one row; all of the same length, the number of neurons
   * @return the layer
   * @throws IllegalArgumentException if there is no row, or their lengths differ
   */
  public static Layer of(String name, double[][] samples) {
    StoredValues values = StoredValues.of(samples, "samples");
    return ArrayLayer.bySample(name, samples.length, requireRows(values, "sample"), values);
  }

  /**
   * Float32 activations in one array, row-major: all neurons of the first sample, then all of the
   * second, and so on.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code samples × neurons} values
   * @return the layer
   * @throws IllegalArgumentException if the array has another length
   */
  public static Layer of(String name, int samples, int neurons, float[] values) {
    Objects.requireNonNull(values, "values");
    return ArrayLayer.bySample(
        name, samples, neurons, StoredValues.of(new float[][] {values}, "values"));
  }

  /**
   * Float64 activations in one array, row-major: all neurons of the first sample, then all of the
   * second, and so on.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code samples × neurons} values
   * @return the layer
   * @throws IllegalArgumentException if the array has another length
   */
  public static Layer of(String name, int samples, int neurons, double[] values) {
    Objects.requireNonNull(values, "values");
    return ArrayLayer.bySample(
        name, samples, neurons, StoredValues.of(new double[][] {values}, "values"));
  }

  /**
   * Float32 activations in buffers on or off the heap, row-major: all neurons of the first sample,
   * then all of the second, and so on, across the buffers.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code samples × neurons} values in all, from the position to the limit of each
   *     buffer, which may change afterwards; a sample may begin in one buffer and end in the next
   * @return the layer
   * @throws IllegalArgumentException if the buffers have another number of values
   */
  public static Layer of(String name, long samples, int neurons, FloatBuffer... values) {
    return ArrayLayer.bySample(name, samples, neurons, StoredValues.of(values));
  }

  /**
   * Float64 activations in buffers on or off the heap, row-major: all neurons of the first sample,
   * then all of the second, and so on, across the buffers.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code samples × neurons} values in all, from the position to the limit of each
   *     buffer, which may change afterwards; a sample may begin in one buffer and end in the next
   * @return the layer
   * @throws IllegalArgumentException if the buffers have another number of values
   */
  public static Layer of(String name, long samples, int neurons, DoubleBuffer... values) {
    return ArrayLayer.bySample(name, samples, neurons, StoredValues.of(values));
  }

  /**
   * Float32 activations, a row per neuron: its activation vector.
   *
   * @param name the layer's name
   * @param neurons at least one row; all of the same length, the number of samples, at least 1
   * @return the layer
   * @throws IllegalArgumentException if there is no row, their lengths differ or are 0
   */
  public static Layer ofNeurons(String name, float[][] neurons) {
    StoredValues values = StoredValues.of(neurons, "neurons");
    return ArrayLayer.byNeuron(name, requireRows(values, "neuron"), neurons.length, values);
  }

  /**
   * Float64 activations, a row per neuron: its activation vector.
   *
   * @param name the layer's name
   * @param neurons at least one row; all of the same length, the number of samples, at least 1
   * @return the layer
   * @throws IllegalArgumentException if there is no row, their lengths differ or are 0
   */
  public static Layer ofNeurons(String name, double[][] neurons) {
    StoredValues values = StoredValues.of(neurons, "neurons");
    return ArrayLayer.byNeuron(name, requireRows(values, "neuron"), neurons.length, values);
  }

  /**
   * Float32 activations in one array, neuron-major: the first neuron at all samples, then the
   * second, and so on.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code neurons × samples} values
   * @return the layer
   * @throws IllegalArgumentException if the array has another length
   */
  public static Layer ofNeurons(String name, int samples, int neurons, float[] values) {
    Objects.requireNonNull(values, "values");
    return ArrayLayer.byNeuron(
        name, samples, neurons, StoredValues.of(new float[][] {values}, "values"));
  }

  /**
   * Float64 activations in one array, neuron-major: the first neuron at all samples, then the
   * second, and so on.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code neurons × samples} values
   * @return the layer
   * @throws IllegalArgumentException if the array has another length
   */
  public static Layer ofNeurons(String name, int samples, int neurons, double[] values) {
    Objects.requireNonNull(values, "values");
    return ArrayLayer.byNeuron(
        name, samples, neurons, StoredValues.of(new double[][] {values}, "values"));
  }

  /**
   * A layer restricted to a random subset of its samples, one drawn from each of equal parts of the
   * test set. Two layers with the same number of samples keep the same ones, in every run.
   *
   * @param layer the layer
   * @param count number of samples, at least 1
   * @return a layer with at most {@code count} samples; the layer itself if it has no more
   */
  public static Layer sampled(Layer layer, long count) {
    return SampledActivations.of(layer, count);
  }

  /**
   * A layer with its examples in another order: it begins with a later one, and those before it
   * come at the end. Examples are the steps of the first of its {@link Layer#sampleAxes}, such as
   * images, or those of which a mask has left samples; the samples within each stay in their order.
   * Of a {@linkplain #sampled sampled} layer it is the whole one that is rotated before samples are
   * drawn.
   *
   * <p>Beside the same layer of another network it shows what the two have in common by chance. A
   * pass holds no more than a block, and reads up to twice as much as one over the layer itself.
   *
   * @param layer the layer
   * @param examples how many examples move from the beginning to the end, in a circle
   * @return a layer of the same samples; the layer itself if its order stays
   */
  public static Layer rotated(Layer layer, long examples) {
    return RotatedActivations.of(layer, examples);
  }

  /**
   * A layer {@linkplain #rotated rotated} by a quarter to three quarters of its examples, so that
   * neighbours, which may be alike, part too.
   *
   * @param layer the layer
   * @param seed chooses by how many
   * @return a layer of the same samples; one of a single example stays as it is
   */
  public static Layer shuffled(Layer layer, long seed) {
    return RotatedActivations.shuffled(layer, seed);
  }

  /**
   * A mask over the samples of a test set.
   *
   * @param source where it comes from, the start of messages about it
   * @param axes the sizes of its axes: {@code [N]} for a value per example, or a value per sample,
   *     as {@link Layer#sampleAxes} counts them; at most 2³¹ − 1 values
   * @param kept the positions of the values in C order, the last axis varying fastest, that keep
   *     their samples; copied
   * @return the mask
   * @throws ActivationsException if it keeps no sample, or has too many values
   * @throws IllegalArgumentException if it keeps a position that is not in the axes
   */
  public static Mask mask(String source, List<Long> axes, BitSet kept) {
    return new SampleMask(source, axes, kept);
  }

  /**
   * A layer without the samples that a mask leaves out. They are not looked at: a NaN among them is
   * no error.
   *
   * <p>A mask with one axis, {@code [N]}, leaves out whole examples of any layer, whose samples are
   * then counted as {@code [kept]} or {@code [kept, H, W]}. One with the sample axes of the layer,
   * such as {@code [N, T]}, leaves out samples, which are then counted as {@code [kept]}.
   *
   * @param layer the layer
   * @param mask the mask
   * @return the layer with the samples kept, in their order; the layer itself if these are all
   * @throws ActivationsException if the mask has other axes
   */
  public static Layer masked(Layer layer, Mask mask) {
    return ((SampleMask) mask).of(layer);
  }

  /**
   * Layers on consecutive samples as one: the samples of the first, then those of the second, and
   * so on. For activations that were saved in parts.
   *
   * <p>The parts agree in their neurons and in all sample axes but the first. Where they have
   * several types, their values are computed with as float64, and count as rounded as those of the
   * part that is rounded most. A pass has one part open at a time, and takes no more memory than
   * one over a part. Reading {@linkplain Layer#openRanges at any place} has a part open from the
   * first read of its samples until all have been read. Messages name the part where they can.
   *
   * @param name the name of the layer
   * @param parts at least one
   * @return a layer of all samples
   * @throws ActivationsException if the neurons or the sample axes of two parts differ
   * @throws IllegalArgumentException if there is no part
   */
  public static Layer concatenated(String name, List<? extends Layer> parts) {
    return ConcatenatedActivations.of(name, parts);
  }

  /**
   * A layer with one sample per example: the mean or the largest of each neuron's activations at
   * the example's samples, such as positions or tokens. So layers with different numbers of
   * positions can be paired.
   *
   * <p>Of a {@linkplain #masked masked} layer only what is kept is pooled; an example of which
   * nothing is kept is left out, and {@link Layer#masked} counts these. The values are float64.
   * They count as rounded as those of the layer, for means also by 2⁻⁵³ for each sample of the
   * largest example; this is a bound where the activations of a neuron within an example have one
   * sign, as after a ReLU, and otherwise relative to the mean of their magnitudes. A pass holds a
   * block and one example's sums.
   *
   * @param layer the layer
   * @param pooling how to pool
   * @return the pooled layer; the layer itself if its examples are its samples
   */
  public static Layer pooled(Layer layer, Pooling pooling) {
    return PooledActivations.of(layer, pooling);
  }

  /** How the samples of an example become one. */
  public enum Pooling {
    /** Their mean. */
    MEAN,
    /** The largest of them. */
    MAX;

    /** {@return the name used on the command line, such as {@code mean}} */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Which samples of a test set to keep. Immutable; takes a bit per value. */
  public sealed interface Mask permits SampleMask {
    /** {@return the sizes of its axes} */
    List<Long> axes();

    /** {@return the number of values, the product of the axes} */
    long size();

    /** {@return how many values keep their samples, at least 1} */
    long kept();

    /**
     * {@return the mask that keeps what both keep}
     *
     * @param other a mask with the same axes, or with the first of them alone, which keeps or
     *     leaves out whole examples
     * @throws ActivationsException if it has other axes, or both have nothing in common
     */
    Mask and(Mask other);

    /** {@return the mask of those examples, the first axis, of which something is kept} */
    Mask examples();
  }

  /**
   * Reads layers ahead: while the program works on one step, threads read, and inflate where that
   * is needed, the layers of the next ones. It makes sense for layers from files that are read once
   * and in order, most of all for compressed ones.
   *
   * <p>The layers return the same blocks as before and fail in the same way at the same time: what
   * a reading thread could not read, the program reads when it gets there. They may be read in any
   * order and more than once, but only the first pass is read ahead, and what lies before the
   * latest step is not.
   *
   * <p>What is read ahead takes at most an eighth of the largest possible heap. A computation that
   * says by {@link Layer#makeRoom} that it needs more than a quarter leaves less of it, and none
   * from half of the heap on. The layers of the step after the next one are read ahead only if they
   * fit in that as a whole. Half as many threads read as compute, none if one thread computes.
   *
   * @param steps the layers that are read together, in the order in which the steps are read
   * @param threads number of threads that the program computes with, at least 1
   * @return the layers to use in place of these; the caller closes them when it needs no more of
   *     them
   */
  public static Ahead ahead(List<? extends List<? extends Layer>> steps, int threads) {
    return ReadAhead.of(steps, threads);
  }

  /** Layers that are {@linkplain Layers#ahead read ahead}, and the threads that do it. */
  public interface Ahead extends AutoCloseable {
    /** {@return the layers by step, in place of those that were given} */
    List<List<Layer>> steps();

    /**
     * Ends the threads and frees what was read; the layers can be read on, but not ahead. Waits at
     * most a second for a thread that the system does not let go, such as one that waits for a
     * network drive; that thread ends when it can.
     */
    @Override
    void close();
  }

  /** The common length of all pieces, each of which is a row. */
  private static int requireRows(StoredValues values, String row) {
    if (values.pieces() == 0) {
      throw new IllegalArgumentException("expected at least one " + row + ", found none");
    }
    int length = values.size(0);
    for (int i = 1; i < values.pieces(); i++) {
      if (values.size(i) != length) {
        throw new IllegalArgumentException(
            row + " " + i + ": expected " + length + " values, found " + values.size(i));
      }
    }
    return length;
  }
}
