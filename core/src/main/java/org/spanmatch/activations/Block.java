package org.spanmatch.activations;

import java.nio.ByteBuffer;

/**
 * Consecutive samples of a layer, as they lie in the file.
 *
 * <p>A sample is addressed by an outer and an inner index: sample {@code outer·innerSize + inner}
 * of the block. The value of a neuron at a sample is number {@code neuron·neuronStride +
 * outer·outerStride + inner·innerStride} of the buffer. Row-major {@code [N, F]} data has
 * neuronStride 1 and one inner sample; {@code [N, C, H, W]} data has one outer sample per image and
 * one inner sample per position.
 *
 * @param type the format of the values
 * @param data the stored bytes, with the byte order set
 * @param neurons number of neurons
 * @param outerSize number of outer samples
 * @param innerSize number of inner samples per outer sample
 * @param neuronStride distance between neighbouring neurons, in values
 * @param outerStride distance between neighbouring outer samples, in values
 * @param innerStride distance between neighbouring inner samples, in values
 */
public record Block(
    ElementType type,
    ByteBuffer data,
    int neurons,
    int outerSize,
    int innerSize,
    int neuronStride,
    int outerStride,
    int innerStride) {

  /** {@return the number of samples in this block} */
  public int samples() {
    return outerSize * innerSize;
  }

  /**
   * {@return the index in the buffer, counted in values, of a sample's first neuron}
   *
   * @param sample a sample of this block, from 0
   */
  public int index(int sample) {
    return sample / innerSize * outerStride + sample % innerSize * innerStride;
  }

  /**
   * {@return whether the values are contiguous and row-major: all neurons of a sample side by side,
   * then the next sample}
   */
  public boolean hasSamplesSideBySide() {
    return neuronStride == 1
        && (innerSize == 1 || innerStride == neurons)
        && (outerSize == 1 || outerStride == innerSize * neurons);
  }

  /**
   * {@return a block of contiguous row-major samples: all neurons of a sample lie side by side}
   *
   * @param type the format of the values
   * @param data the stored bytes, with the byte order set
   * @param neurons number of neurons
   * @param samples number of samples
   */
  public static Block rows(ElementType type, ByteBuffer data, int neurons, int samples) {
    return new Block(type, data, neurons, samples, 1, 1, neurons, 0);
  }

  /**
   * Copies samples into rows of doubles.
   *
   * @param from the first sample to copy, from 0
   * @param count number of samples to copy
   * @param target receives {@code count × neurons} values, row-major
   * @param offset index in {@code target} of the first value
   */
  public void copyRows(int from, int count, double[] target, int offset) {
    for (int row = 0; row < count; row++) {
      int index = index(from + row);
      int end = offset + (row + 1) * neurons;
      for (int to = end - neurons; to < end; to++) {
        target[to] = type.get(data, index);
        index += neuronStride;
      }
    }
  }

  /**
   * Whether some samples can be had as a {@link #part}: all of them, or whole outer samples of at
   * least some bytes that lie more or less side by side.
   *
   * @param first the first sample, from 0
   * @param end the end of the samples, exclusive
   */
  boolean hasPart(int first, int end, int leastBytes) {
    boolean isWhole = first == 0 && end == samples();
    boolean isOfWholeSteps = first % innerSize == 0 && end % innerSize == 0;
    long values = (long) (end - first) * neurons;
    return isWhole
        || (isOfWholeSteps
            && values * type.bytes() >= leastBytes
            && span((end - first) / innerSize) <= 2 * values);
  }

  /** Returns samples that {@link #hasPart}, without copying them. */
  Block part(int first, int end) {
    if (first == 0 && end == samples()) {
      return this;
    }
    int outer = (end - first) / innerSize;
    int start = index(first) * type.bytes();
    int limit = start + (int) span(outer) * type.bytes();
    ByteBuffer values =
        data.duplicate().clear().position(start).limit(limit).slice().order(data.order());
    return new Block(
        type, values, neurons, outer, innerSize, neuronStride, outerStride, innerStride);
  }

  /** The number of values from the first to the last of some outer samples. */
  private long span(int outer) {
    return 1
        + (neurons - 1L) * neuronStride
        + (outer - 1L) * outerStride
        + (innerSize - 1L) * innerStride;
  }

  /**
   * Copies samples, as they are stored, into rows.
   *
   * @param first the first sample to copy, from 0
   * @param count number of samples to copy
   * @param target receives them in the byte order of this block, which must be its own
   * @param row the first row of {@code target} to write
   */
  public void putRows(int first, int count, ByteBuffer target, int row) {
    int bytes = type.bytes();
    if (neuronStride == 1) {
      int together = hasSamplesSideBySide() ? count : 1;
      int length = together * neurons * bytes;
      for (int done = 0; done < count; done += together) {
        target.put((row + done) * neurons * bytes, data, index(first + done) * bytes, length);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      int from = index(first + i);
      int to = (row + i) * neurons;
      for (int neuron = 0; neuron < neurons; neuron++, from += neuronStride, to++) {
        switch (bytes) {
          case Byte.BYTES -> target.put(to, data.get(from));
          case Short.BYTES -> target.putShort(bytes * to, data.getShort(bytes * from));
          case Integer.BYTES -> target.putInt(bytes * to, data.getInt(bytes * from));
          default -> target.putLong(bytes * to, data.getLong(bytes * from));
        }
      }
    }
  }
}
