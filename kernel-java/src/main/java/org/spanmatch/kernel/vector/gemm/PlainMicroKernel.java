package org.spanmatch.kernel.vector.gemm;

import java.util.Arrays;
import java.util.Optional;

/**
 * A micro-kernel in plain Java, for JVMs that can't run the Vector API well, and for the time until
 * its code is compiled. Where products are fused with additions, its results have the bits of
 * {@code VectorMicroKernel}.
 *
 * <p>C2 turns simple loops over several arrays with one index into vector instructions by itself, a
 * hundred times sooner than it has compiled code with the Vector API. So some samples of the right
 * panels are copied side by side, an array per sample. Two rows of products and four samples at a
 * time are as much as one such loop can hold. Measured with 512-bit vectors on Zen 5, JDK 17 and
 * 25, November 2026: 58 GFLOP/s for 128 columns, 63 for 256, 27 for 64.
 */
public final class PlainMicroKernel extends MicroKernel {
  // With the header of an array this is a cache line, so arrays allocated one after the other are
  // aligned alike: a third faster.
  private static final int GAP = 6;

  // Samples at a time: of 256 columns they stay in the first-level cache. A multiple of four.
  private static final int CHUNK = 16;

  private final int lanes;
  private final boolean fused;
  private final String cure;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(() -> new Scratch(0, 0));

  /** Arrays of a thread: sums of products by left neuron, and a few samples of all right panels. */
  private static final class Scratch {
    final int width;
    final double[][] sums;
    final double[][] samples = new double[CHUNK][];

    Scratch(int rows, int width) {
      this.width = width;
      // Rows last, with nothing between them.
      sums = new double[rows][];
      Arrays.setAll(sums, i -> new double[width + GAP]);
      Arrays.setAll(samples, k -> new double[width + GAP]);
    }
  }

  /**
   * Creates a micro-kernel.
   *
   * @param lanes half the number of neurons of a panel: how many numbers a vector holds
   * @param fused whether to fuse products with additions, which needs an instruction to be fast
   * @param cure what the user can do to get a faster one; empty if it comes by itself
   */
  public PlainMicroKernel(int lanes, boolean fused, String cure) {
    this.lanes = lanes;
    this.fused = fused;
    this.cure = cure;
  }

  @Override
  public int nr() {
    return 2 * lanes;
  }

  @Override
  public String description() {
    return "plain loops, several times slower; " + cure;
  }

  @Override
  public Optional<String> cure() {
    return Optional.of(cure).filter(words -> !words.isEmpty());
  }

  /** Long loops are faster, but there have to be enough tasks for all threads. */
  @Override
  public int taskColumns(int rows, int columns) {
    return Math.max(rows, Math.min(16, columns / 4));
  }

  @Override
  public void multiplyAdd(
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      int stride,
      int depth,
      Tiles tiles,
      boolean subtract) {
    int nr = nr();
    int end = tiles.columns() * nr;
    Scratch own = scratch(tiles.rows() * nr, end);
    for (int k = 0; k < depth; k += CHUNK) {
      int count = Math.min(CHUNK, depth - k);
      copySideBySide(b, bOffset + k * nr, stride, count, end, own.samples);
      for (int row = 0; row < tiles.rows(); row++) {
        int left = aOffset + row * stride + k * nr;
        addProducts(a, left, count, own, row * nr, tiles.firstColumn(row) * nr, end);
      }
    }
    double sign = subtract ? -1 : 1;
    for (int row = 0; row < tiles.rows(); row++) {
      for (int column = tiles.firstColumn(row); column < tiles.columns(); column++) {
        int place = tiles.at(row, column);
        addTile(own, row * nr, column * nr, sign, tiles.values(), place, tiles.stride());
      }
    }
  }

  /** Returns this thread's arrays, with sums that are zero. */
  private Scratch scratch(int rows, int width) {
    Scratch own = scratch.get();
    if (own.sums.length < rows || own.width < width) {
      own = new Scratch(Math.max(rows, own.sums.length), Math.max(width, own.width));
      scratch.set(own);
    }
    for (int i = 0; i < rows; i++) {
      Arrays.fill(own.sums[i], 0, width, 0);
    }
    return own;
  }

  private void copySideBySide(
      double[] b, int offset, int stride, int count, int end, double[][] samples) {
    int nr = nr();
    for (int k = 0; k < count; k++) {
      int source = offset + k * nr;
      for (int to = 0; to < end; to += nr) {
        System.arraycopy(b, source, samples[k], to, nr);
        source += stride;
      }
    }
  }

  private void addTile(
      Scratch own, int row, int column, double sign, double[] values, int place, int stride) {
    int target = place;
    for (int i = row; i < row + nr(); i++) {
      add(own.sums[i], column, nr(), sign, values, target);
      target += stride;
    }
  }

  private static void add(
      double[] sums, int from, int count, double sign, double[] values, int place) {
    for (int j = 0; j < count; j++) {
      values[place + j] += sign * sums[from + j];
    }
  }

  /**
   * Adds the products of a left panel with some samples of the right ones.
   *
   * <p>With its more than 325 bytes of code it is too long for C2 to inline it into its callers,
   * into all versions of which it would compile the loops again.
   */
  private void addProducts(
      double[] a, int offset, int count, Scratch own, int firstSum, int from, int to) {
    int nr = nr();
    double[][] b = own.samples;
    for (int i = 0; i < nr; i += 2) {
      double[] even = own.sums[firstSum + i];
      double[] odd = own.sums[firstSum + i + 1];
      int k = 0;
      int left = offset + i;
      for (; fused && k <= count - 4; k += 4) {
        double e0 = a[left];
        double e1 = a[left + nr];
        double e2 = a[left + 2 * nr];
        double e3 = a[left + 3 * nr];
        double o0 = a[left + 1];
        double o1 = a[left + nr + 1];
        double o2 = a[left + 2 * nr + 1];
        double o3 = a[left + 3 * nr + 1];
        double[] b0 = b[k];
        double[] b1 = b[k + 1];
        double[] b2 = b[k + 2];
        double[] b3 = b[k + 3];
        addFour(even, odd, b0, b1, b2, b3, e0, e1, e2, e3, o0, o1, o2, o3, from, to);
        left += 4 * nr;
      }
      for (; fused && k < count; k++) {
        addOne(even, odd, b[k], a[left], a[left + 1], from, to);
        left += nr;
      }
      for (; k < count; k++) {
        addUnfused(even, odd, b[k], a[left], a[left + 1], from, to);
        left += nr;
      }
    }
  }

  private static void addFour(
      double[] even,
      double[] odd,
      double[] b0,
      double[] b1,
      double[] b2,
      double[] b3,
      double e0,
      double e1,
      double e2,
      double e3,
      double o0,
      double o1,
      double o2,
      double o3,
      int from,
      int to) {
    for (int j = from; j < to; j++) {
      even[j] =
          Math.fma(
              e3, b3[j], Math.fma(e2, b2[j], Math.fma(e1, b1[j], Math.fma(e0, b0[j], even[j]))));
      odd[j] =
          Math.fma(
              o3, b3[j], Math.fma(o2, b2[j], Math.fma(o1, b1[j], Math.fma(o0, b0[j], odd[j]))));
    }
  }

  private static void addOne(
      double[] even, double[] odd, double[] b, double e, double o, int from, int to) {
    for (int j = from; j < to; j++) {
      even[j] = Math.fma(e, b[j], even[j]);
      odd[j] = Math.fma(o, b[j], odd[j]);
    }
  }

  private static void addUnfused(
      double[] even, double[] odd, double[] b, double e, double o, int from, int to) {
    for (int j = from; j < to; j++) {
      even[j] += e * b[j];
      odd[j] += o * b[j];
    }
  }

  private static double multiplyAdd(boolean fused, double a, double b, double c) {
    return fused ? Math.fma(a, b, c) : a * b + c;
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
    for (int j = 0; j < nr(); j++) {
      double sum = 0;
      double powers = 0;
      int count = 0;
      for (int k = 0; k < depth; k++) {
        double value = panel[offset + k * nr() + j];
        double square = value * value;
        sum += value;
        powers = multiplyAdd(fused, square, square, powers);
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
      for (int j = 0; j < nr(); j++) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
          sum = multiplyAdd(fused, vectors[i][first + k], panel[offset + k * nr() + j], sum);
        }
        products[i][to + j] += sum;
      }
    }
  }

  @Override
  public void squaredNorms(double[] values, int rows, int neurons, double[] norms, int to) {
    double[] sums = new double[nr()];
    for (int row = 0; row < rows; row++) {
      Arrays.fill(sums, 0);
      int i = row * neurons;
      int end = i + neurons;
      for (; i <= end - nr(); i += nr()) {
        for (int j = 0; j < nr(); j++) {
          sums[j] = multiplyAdd(fused, values[i + j], values[i + j], sums[j]);
        }
      }
      double sum = 0;
      for (int lane = 0; lane < lanes; lane++) {
        sum += sums[lane] + sums[lanes + lane];
      }
      for (; i < end; i++) {
        sum += values[i] * values[i];
      }
      norms[to + row] = sum;
    }
  }

  @Override
  public void pack(
      double[] values, int rows, int neurons, double[] target, int to, int panelStride) {
    for (int neuron = 0; neuron < neurons; neuron += nr()) {
      int count = Math.min(nr(), neurons - neuron);
      int panel = to + neuron / nr() * panelStride;
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < count; i++) {
          target[panel + row * nr() + i] = values[row * neurons + neuron + i];
        }
      }
    }
  }

  @Override
  public void pack(
      float[] values, int rows, int neurons, double[] target, int to, int panelStride) {
    for (int neuron = 0; neuron < neurons; neuron += nr()) {
      int count = Math.min(nr(), neurons - neuron);
      int panel = to + neuron / nr() * panelStride;
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < count; i++) {
          target[panel + row * nr() + i] = values[row * neurons + neuron + i];
        }
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
    // The last elements are not fused, as in vectors.
    int fusedLength = fused ? length - length % (4 * lanes) : 0;
    int l = 0;
    for (; l <= count - 4; l += 4) {
      subtractFour(values, target, source + l * stride, stride, factors, l, fusedLength);
    }
    for (; l < count; l++) {
      subtractOne(values, target, source + l * stride, factors[l], fusedLength);
    }
    subtractUnfused(values, target, source, stride, factors, count, fusedLength, length);
  }

  private static void subtractFour(
      double[] values, int target, int s0, int stride, double[] factors, int l, int length) {
    int s1 = s0 + stride;
    int s2 = s1 + stride;
    int s3 = s2 + stride;
    double f0 = -factors[l];
    double f1 = -factors[l + 1];
    double f2 = -factors[l + 2];
    double f3 = -factors[l + 3];
    for (int j = 0; j < length; j++) {
      double value = Math.fma(f0, values[s0 + j], values[target + j]);
      value = Math.fma(f1, values[s1 + j], value);
      value = Math.fma(f2, values[s2 + j], value);
      values[target + j] = Math.fma(f3, values[s3 + j], value);
    }
  }

  private static void subtractOne(
      double[] values, int target, int source, double factor, int length) {
    for (int j = 0; j < length; j++) {
      values[target + j] = Math.fma(-factor, values[source + j], values[target + j]);
    }
  }
}
