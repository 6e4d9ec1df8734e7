package org.spanmatch.kernel.vector.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain loops and vectors have the same bits, so either can compute any part of a result. */
class MicroKernelsTest {
  private final MicroKernel vectors = new VectorMicroKernel();
  private final int nr = vectors.nr();
  private final MicroKernel plain = new PlainMicroKernel(nr / 2, true, "");
  private final Random random = new Random(16);

  /** Numbers of many sizes, with zeros of both signs, so that every rounding shows. */
  private double[] numbers(int count) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      double size = Math.scalb(1.0, random.nextInt(40) - 20);
      numbers[i] =
          random.nextInt(8) == 0 ? 0.0 * random.nextGaussian() : size * random.nextGaussian();
    }
    return numbers;
  }

  private float[] floats(int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextInt(8) == 0 ? 0 : (float) random.nextGaussian();
    }
    return floats;
  }

  /** Checks that both write the same bits to a copy of an array. */
  private void check(double[] before, BiConsumer<MicroKernel, double[]> work) {
    double[] expected = before.clone();
    work.accept(vectors, expected);
    double[] found = before.clone();
    work.accept(plain, found);
    assertArrayEquals(bits(expected), bits(found));
  }

  private static long[] bits(double[] values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(values[i]);
    }
    return bits;
  }

  /** Tiles in a row-major matrix; those before the row's number plus a skew are not wanted. */
  private Tiles rectangle(double[] values, int stride, int rows, int columns, int skew) {
    return new Tiles() {
      @Override
      public double[] values() {
        return values;
      }

      @Override
      public int stride() {
        return stride;
      }

      @Override
      public int rows() {
        return rows;
      }

      @Override
      public int columns() {
        return columns;
      }

      @Override
      public int firstColumn(int row) {
        return Math.max(0, row + skew);
      }

      @Override
      public int at(int row, int column) {
        return row * nr * stride + column * nr;
      }
    };
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, -9",
    "1, 4, 3, -9",
    "4, 4, 256, 0",
    "3, 5, 255, 1",
    "4, 16, 254, -2",
    "2, 9, 17, 1"
  })
  void products(int rows, int columns, int depth, int skew) {
    double[] left = numbers(rows * depth * nr);
    double[] right = numbers(columns * depth * nr);
    int stride = columns * nr + 3;
    for (boolean subtract : new boolean[] {false, true}) {
      check(
          numbers(rows * nr * stride),
          (kernel, target) -> {
            Tiles tiles = rectangle(target, stride, rows, columns, skew);
            kernel.multiplyAdd(left, 0, right, 0, depth * nr, depth, tiles, subtract);
          });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 31, 32, 64, 100})
  void rows(int length) {
    double[] factors = numbers(9);
    double[] matrix = numbers(10 * 100);
    for (int count = 0; count <= factors.length; count++) {
      int rows = count;
      check(
          matrix,
          (kernel, target) -> kernel.subtractRows(target, 900, 0, 100, factors, rows, length));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 40, 100})
  void terms(int length) {
    double[] factors = numbers(5);
    double[] rows = numbers(5 * 100);
    check(
        numbers(200),
        (kernel, target) -> {
          double[] sizes = new double[100];
          kernel.subtractTerms(target, sizes, 100 - length, 100, rows, 100, factors);
          System.arraycopy(sizes, 0, target, 100, 100);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 40, 100})
  void sizes(int length) {
    double[] rows = numbers(5 * 107);
    int[] offsets = {214, 0, 7, 321};
    double[] factors = numbers(4);
    for (int count = 0; count <= offsets.length; count++) {
      int some = count;
      check(
          numbers(100),
          (kernel, target) ->
              kernel.addSizes(rows, offsets, factors, some, target, 100 - length, 100));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 40, 100})
  void largest(int length) {
    double[] line = numbers(100);
    double[] other = numbers(100);
    double expected = Double.NEGATIVE_INFINITY;
    for (int i = 100 - length; i < 100; i++) {
      expected = Math.max(expected, Math.min(line[i], other[i]));
    }
    for (MicroKernel kernel : new MicroKernel[] {vectors, plain}) {
      assertEquals(expected, kernel.largest(line, other, 100 - length, 100));
      if (length > 0) {
        double[] undefined = line.clone();
        undefined[100 - length / 2 - 1] = Double.NaN;
        assertEquals(Double.NaN, kernel.largest(undefined, other, 100 - length, 100));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 256})
  void moments(int depth) {
    double[] panel = numbers(depth * nr);
    check(
        numbers(3 * nr),
        (kernel, target) -> {
          double[] powers = numbersOf(target, nr);
          double[] active = numbersOf(target, 2 * nr);
          kernel.addMoments(panel, 0, depth, target, powers, active, 0);
          System.arraycopy(powers, 0, target, nr, nr);
          System.arraycopy(active, 0, target, 2 * nr, nr);
        });
  }

  private double[] numbersOf(double[] all, int from) {
    double[] part = new double[nr];
    System.arraycopy(all, from, part, 0, nr);
    return part;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void productsWithVectors(int count) {
    int depth = 100;
    double[] panel = numbers(depth * nr);
    double[][] vectors = new double[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = numbers(depth + 5);
    }
    check(
        numbers(count * nr),
        (kernel, target) -> {
          double[][] products = new double[count][];
          for (int i = 0; i < count; i++) {
            products[i] = numbersOf(target, i * nr);
          }
          kernel.addProducts(panel, 0, depth, vectors, 5, products, 0);
          for (int i = 0; i < count; i++) {
            System.arraycopy(products[i], 0, target, i * nr, nr);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 40, 64})
  void samples(int neurons) {
    int rows = 5;
    double[] values = numbers(rows * neurons);
    float[] floats = floats(rows * neurons);
    int panelStride = (rows + 1) * nr;
    double[] target = numbers(panelStride * (neurons / nr + 1));
    check(target, (kernel, to) -> kernel.squaredNorms(values, rows, neurons, to, 0));
    check(target, (kernel, to) -> kernel.pack(values, rows, neurons, to, 0, panelStride));
    check(target, (kernel, to) -> kernel.pack(floats, rows, neurons, to, 0, panelStride));
    check(numbers(floats.length + 1), (kernel, to) -> kernel.widen(floats, to, floats.length));
  }

  @Test
  void vectorsComputeWhenThereIsMuchToDo() {
    MicroKernels kernels = MicroKernels.plainUntil(4e10, vectors);
    assertNotSame(vectors, kernels.current());
    assertEquals(nr, kernels.current().nr());
    assertEquals(vectors.description(), kernels.description());
    kernels.expect(3e10);
    assertNotSame(vectors, kernels.current());
    kernels.expect(3e10);
    assertSame(vectors, kernels.current());
  }
}
