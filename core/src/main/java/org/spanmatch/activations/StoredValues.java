package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;

/** Values in arrays or buffers of the caller, the pieces, each of which holds less than 2³¹. */
interface StoredValues {
  /** The format that blocks of these values have. */
  ElementType type();

  /** Number of pieces. */
  int pieces();

  /** Number of values in a piece. */
  int size(int piece);

  /**
   * Copies values that lie side by side in a piece. Safe from any thread.
   *
   * @param from position of the first in the piece
   * @param target receives them in its byte order
   * @param to position of the first in {@code target}, counted in values
   */
  void copy(int piece, int from, int count, ByteBuffer target, int to);

  /** The number of values in all pieces. */
  default long size() {
    long size = 0;
    for (int piece = 0; piece < pieces(); piece++) {
      size += size(piece);
    }
    return size;
  }

  /** Values in float32 arrays; {@code name} is that of the argument. */
  static StoredValues of(float[][] arrays, String name) {
    requireAll(arrays, name);
    return new StoredValues() {
      @Override
      public ElementType type() {
        return ElementType.FLOAT32;
      }

      @Override
      public int pieces() {
        return arrays.length;
      }

      @Override
      public int size(int piece) {
        return arrays[piece].length;
      }

      @Override
      public void copy(int piece, int from, int count, ByteBuffer target, int to) {
        target.asFloatBuffer().put(to, arrays[piece], from, count);
      }
    };
  }

  /** Values in float64 arrays; {@code name} is that of the argument. */
  static StoredValues of(double[][] arrays, String name) {
    requireAll(arrays, name);
    return new StoredValues() {
      @Override
      public ElementType type() {
        return ElementType.FLOAT64;
      }

      @Override
      public int pieces() {
        return arrays.length;
      }

      @Override
      public int size(int piece) {
        return arrays[piece].length;
      }

      @Override
      public void copy(int piece, int from, int count, ByteBuffer target, int to) {
        target.asDoubleBuffer().put(to, arrays[piece], from, count);
      }
    };
  }

  /** What remains in float32 buffers. */
  static StoredValues of(FloatBuffer[] values) {
    requireAll(values, "values");
    FloatBuffer[] buffers =
        Arrays.stream(values).map(FloatBuffer::slice).toArray(FloatBuffer[]::new);
    return new StoredValues() {
      @Override
      public ElementType type() {
        return ElementType.FLOAT32;
      }

      @Override
      public int pieces() {
        return buffers.length;
      }

      @Override
      public int size(int piece) {
        return buffers[piece].limit();
      }

      @Override
      public void copy(int piece, int from, int count, ByteBuffer target, int to) {
        target.asFloatBuffer().put(to, buffers[piece], from, count);
      }
    };
  }

  /** What remains in float64 buffers. */
  static StoredValues of(DoubleBuffer[] values) {
    requireAll(values, "values");
    DoubleBuffer[] buffers =
        Arrays.stream(values).map(DoubleBuffer::slice).toArray(DoubleBuffer[]::new);
    return new StoredValues() {
      @Override
      public ElementType type() {
        return ElementType.FLOAT64;
      }

      @Override
      public int pieces() {
        return buffers.length;
      }

      @Override
      public int size(int piece) {
        return buffers[piece].limit();
      }

      @Override
      public void copy(int piece, int from, int count, ByteBuffer target, int to) {
        target.asDoubleBuffer().put(to, buffers[piece], from, count);
      }
    };
  }

  private static void requireAll(Object[] pieces, String name) {
    Objects.requireNonNull(pieces, name);
    for (int i = 0; i < pieces.length; i++) {
      Objects.requireNonNull(pieces[i], name + "[" + i + "]");
    }
  }
}
