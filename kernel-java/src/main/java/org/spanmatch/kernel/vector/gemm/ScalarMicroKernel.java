package org.spanmatch.kernel.vector.gemm;

import java.util.Optional;

/**
 * A micro-kernel in plain Java with tiles of 4 × 4 numbers, for JVMs that can't run the Vector API
 * well.
 */
public final class ScalarMicroKernel extends MicroKernel {
  private static final int SIZE = 4;

  private final String cure;

  /**
   * Creates a micro-kernel.
   *
   * @param cure what the user can do to get a faster one
   */
  public ScalarMicroKernel(String cure) {
    this.cure = cure;
  }

  @Override
  public int mr() {
    return SIZE;
  }

  @Override
  public int nr() {
    return SIZE;
  }

  @Override
  public String description() {
    return "plain loops, several times slower; " + cure;
  }

  @Override
  public Optional<String> cure() {
    return Optional.of(cure);
  }

  @Override
  public void multiplyAdd(
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      int depth,
      double[] c,
      int cOffset,
      int cStride,
      boolean subtract) {
    // Two rows at a time: eight sums and six factors fit in the registers.
    twoRows(a, aOffset, b, bOffset, depth, c, cOffset, cStride, subtract);
    twoRows(a, aOffset + 2, b, bOffset, depth, c, cOffset + 2 * cStride, cStride, subtract);
  }

  private static void twoRows(
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      int depth,
      double[] c,
      int cOffset,
      int cStride,
      boolean subtract) {
    double c00 = 0;
    double c01 = 0;
    double c02 = 0;
    double c03 = 0;
    double c10 = 0;
    double c11 = 0;
    double c12 = 0;
    double c13 = 0;
    for (int k = 0; k < depth; k++) {
      double a0 = a[aOffset + k * SIZE];
      double a1 = a[aOffset + k * SIZE + 1];
      double b0 = b[bOffset + k * SIZE];
      double b1 = b[bOffset + k * SIZE + 1];
      double b2 = b[bOffset + k * SIZE + 2];
      double b3 = b[bOffset + k * SIZE + 3];
      c00 += a0 * b0;
      c01 += a0 * b1;
      c02 += a0 * b2;
      c03 += a0 * b3;
      c10 += a1 * b0;
      c11 += a1 * b1;
      c12 += a1 * b2;
      c13 += a1 * b3;
    }
    double sign = subtract ? -1 : 1;
    c[cOffset] += sign * c00;
    c[cOffset + 1] += sign * c01;
    c[cOffset + 2] += sign * c02;
    c[cOffset + 3] += sign * c03;
    c[cOffset + cStride] += sign * c10;
    c[cOffset + cStride + 1] += sign * c11;
    c[cOffset + cStride + 2] += sign * c12;
    c[cOffset + cStride + 3] += sign * c13;
  }

  @Override
  public void addMoments(
      double[] panel,
      int offset,
      int depth,
      double[] sums,
      double[] fourthPowers,
      double[] active,
      int to) {
    for (int j = 0; j < SIZE; j++) {
      double sum = 0;
      double powers = 0;
      int count = 0;
      for (int k = 0; k < depth; k++) {
        double value = panel[offset + k * SIZE + j];
        double square = value * value;
        sum += value;
        powers += square * square;
        count += value == 0 ? 0 : 1;
      }
      sums[to + j] += sum;
      fourthPowers[to + j] += powers;
      active[to + j] += count;
    }
  }

  @Override
  public void addProducts(
      double[] panel,
      int offset,
      int depth,
      double[][] vectors,
      int first,
      double[][] products,
      int to) {
    for (int i = 0; i < vectors.length; i++) {
      for (int j = 0; j < SIZE; j++) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
          sum += panel[offset + k * SIZE + j] * vectors[i][first + k];
        }
        products[i][to + j] += sum;
      }
    }
  }

  @Override
  public void squaredNorms(double[] values, int rows, int neurons, double[] norms, int to) {
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int i = row * neurons; i < (row + 1) * neurons; i++) {
        sum += values[i] * values[i];
      }
      norms[to + row] = sum;
    }
  }

  @Override
  public void pack(
      double[] values, int rows, int neurons, double[] target, int to, int panelStride) {
    for (int row = 0; row < rows; row++) {
      int place = to + row * SIZE;
      for (int neuron = 0; neuron < neurons; neuron++) {
        target[place + neuron / SIZE * panelStride + neuron % SIZE] =
            values[row * neurons + neuron];
      }
    }
  }

  @Override
  public void pack(
      float[] values, int rows, int neurons, double[] target, int to, int panelStride) {
    for (int row = 0; row < rows; row++) {
      int place = to + row * SIZE;
      for (int neuron = 0; neuron < neurons; neuron++) {
        target[place + neuron / SIZE * panelStride + neuron % SIZE] =
            values[row * neurons + neuron];
      }
    }
  }

  @Override
  public void widen(float[] source, double[] target, int count) {
    for (int i = 0; i < count; i++) {
      target[i] = source[i];
    }
  }

  @Override
  public void subtractRows(
      double[] values,
      int target,
      int source,
      int stride,
      double[] factors,
      int count,
      int length) {
    for (int l = 0; l < count; l++) {
      double factor = factors[l];
      int other = source + l * stride;
      for (int j = 0; j < length; j++) {
        values[target + j] -= factor * values[other + j];
      }
    }
  }
}
