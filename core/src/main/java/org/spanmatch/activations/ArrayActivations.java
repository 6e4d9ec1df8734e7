package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Activations in an array of the caller, row-major: one row per sample. */
public final class ArrayActivations implements Layer {
  private static final int BLOCK_VALUES = 1 << 16;

  private final String name;
  private final ElementType type;
  private final int neurons;
  private final int samples;
  private final Filler filler;

  private ArrayActivations(
      String name, ElementType type, int samples, int neurons, int length, Filler filler) {
    if (samples < 1 || neurons < 0 || (long) samples * neurons != length) {
      throw new IllegalArgumentException(
          length + " values are not " + samples + " samples of " + neurons + " neurons");
    }
    this.name = name;
    this.type = type;
    this.samples = samples;
    this.neurons = neurons;
    this.filler = filler;
  }

  /**
   * Returns a layer of float32 activations.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code samples × neurons} values, row-major; not copied, must not be changed
   */
  public static Layer of(String name, int samples, int neurons, float[] values) {
    return new ArrayActivations(
        name,
        ElementType.FLOAT32,
        samples,
        neurons,
        values.length,
        (from, count, target) -> target.asFloatBuffer().put(values, from, count));
  }

  /**
   * Returns a layer of float64 activations.
   *
   * @param name the layer's name
   * @param samples number of samples, at least 1
   * @param neurons number of neurons, at least 0
   * @param values {@code samples × neurons} values, row-major; not copied, must not be changed
   */
  public static Layer of(String name, int samples, int neurons, double[] values) {
    return new ArrayActivations(
        name,
        ElementType.FLOAT64,
        samples,
        neurons,
        values.length,
        (from, count, target) -> target.asDoubleBuffer().put(values, from, count));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String source() {
    return "memory";
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public int neurons() {
    return neurons;
  }

  @Override
  public List<Long> sampleAxes() {
    return List.of((long) samples);
  }

  @Override
  public BlockReader open() {
    int rows = Math.max(1, Math.min(samples, BLOCK_VALUES / Math.max(1, neurons)));
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(rows, neurons * type.bytes()))
            .order(ByteOrder.nativeOrder());
    return new BlockReader() {
      private int position;

      @Override
      public Block next() {
        int count = Math.min(rows, samples - position);
        if (count == 0) {
          return null;
        }
        filler.fill(position * neurons, count * neurons, buffer);
        position += count;
        return Block.rows(type, buffer, neurons, count);
      }

      @Override
      public void close() {}
    };
  }

  private interface Filler {
    void fill(int from, int count, ByteBuffer target);
  }
}
