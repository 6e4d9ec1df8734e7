package org.spanmatch.kernel.vector.gemm;

import java.util.Optional;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A micro-kernel in the widest vectors of the machine, with tiles of 8 rows × 2 vectors if a vector
 * holds 8 numbers, and of 4 rows × 2 vectors otherwise.
 *
 * <p>Eight accumulators just hide the latency of the multiply-add; with two loads and a broadcast
 * they fit in the 16 registers of AVX2. AVX-512 has 32 registers, and sixteen accumulators halve
 * the loads. Measured with 512-bit vectors on Zen 5, data in the second-level cache, JDK 17 and 25,
 * November 2026: 8 × 2 vectors 139 GFLOP/s, as do 8 × 3 and 12 × 2; 4 × 2, 4 × 3 and 4 × 4 105, 6 ×
 * 2 and 6 × 3 130, 2 × 8 61.
 *
 * <p>The updates of the tile are written out on purpose. C2 would not inline a helper method into a
 * method this long; every vector would then be an object on the heap, at a tenth of the speed.
 */
public final class VectorMicroKernel extends MicroKernel {
  // One species for the whole JVM: on JDK 17 a second width halves the speed of the first.
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  // Half as wide: as many float32 numbers as a vector has float64 numbers.
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));
  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, SPECIES.vectorShape());
  private static final int LANES = SPECIES.length();
  private static final int ROWS = LANES == 8 ? 8 : 4;
  private static final int WIDTH = 2 * LANES;

  /**
   * Checks that the machine has vectors.
   *
   * @throws IllegalStateException if two vectors hold fewer numbers than a tile has rows, as on a
   *     JVM whose widest vector is one number
   */
  public VectorMicroKernel() {
    if (WIDTH < ROWS) {
      throw new IllegalStateException("vectors of " + LANES + " numbers are too narrow");
    }
  }

  @Override
  public int nr() {
    return WIDTH;
  }

  @Override
  public String description() {
    return SPECIES.vectorBitSize() + "-bit vectors";
  }

  @Override
  public Optional<String> cure() {
    return Optional.empty();
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
    double[] c = tiles.values();
    int cStride = tiles.stride();
    // A number, since C2 would compile the long methods again after the first subtraction.
    double sign = subtract ? -1 : 1;
    for (int row = 0; row < tiles.rows(); row++) {
      for (int i = 0; i < WIDTH; i += ROWS) {
        int left = aOffset + row * stride + i;
        // Along rows of the target, which processors read ahead.
        for (int column = tiles.firstColumn(row); column < tiles.columns(); column++) {
          int right = bOffset + column * stride;
          int tile = tiles.at(row, column) + i * cStride;
          if (ROWS == 8) {
            eightRows(a, left, b, right, depth, c, tile, cStride, sign);
          } else {
            fourRows(a, left, b, right, depth, c, tile, cStride, sign);
          }
        }
      }
    }
  }

  private static void eightRows(
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      int depth,
      double[] c,
      int cOffset,
      int cStride,
      double sign) {
    DoubleVector c00 = DoubleVector.zero(SPECIES);
    DoubleVector c01 = DoubleVector.zero(SPECIES);
    DoubleVector c10 = DoubleVector.zero(SPECIES);
    DoubleVector c11 = DoubleVector.zero(SPECIES);
    DoubleVector c20 = DoubleVector.zero(SPECIES);
    DoubleVector c21 = DoubleVector.zero(SPECIES);
    DoubleVector c30 = DoubleVector.zero(SPECIES);
    DoubleVector c31 = DoubleVector.zero(SPECIES);
    DoubleVector c40 = DoubleVector.zero(SPECIES);
    DoubleVector c41 = DoubleVector.zero(SPECIES);
    DoubleVector c50 = DoubleVector.zero(SPECIES);
    DoubleVector c51 = DoubleVector.zero(SPECIES);
    DoubleVector c60 = DoubleVector.zero(SPECIES);
    DoubleVector c61 = DoubleVector.zero(SPECIES);
    DoubleVector c70 = DoubleVector.zero(SPECIES);
    DoubleVector c71 = DoubleVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      int left = aOffset + k * WIDTH;
      int right = bOffset + k * WIDTH;
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, right);
      DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, right + LANES);
      DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[left]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[left + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[left + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[left + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      DoubleVector a4 = DoubleVector.broadcast(SPECIES, a[left + 4]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      DoubleVector a5 = DoubleVector.broadcast(SPECIES, a[left + 5]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      DoubleVector a6 = DoubleVector.broadcast(SPECIES, a[left + 6]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      DoubleVector a7 = DoubleVector.broadcast(SPECIES, a[left + 7]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
    }
    DoubleVector.fromArray(SPECIES, c, cOffset).add(c00.mul(sign)).intoArray(c, cOffset);
    DoubleVector.fromArray(SPECIES, c, cOffset + LANES)
        .add(c01.mul(sign))
        .intoArray(c, cOffset + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + cStride)
        .add(c10.mul(sign))
        .intoArray(c, cOffset + cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + cStride + LANES)
        .add(c11.mul(sign))
        .intoArray(c, cOffset + cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 2 * cStride)
        .add(c20.mul(sign))
        .intoArray(c, cOffset + 2 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 2 * cStride + LANES)
        .add(c21.mul(sign))
        .intoArray(c, cOffset + 2 * cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 3 * cStride)
        .add(c30.mul(sign))
        .intoArray(c, cOffset + 3 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 3 * cStride + LANES)
        .add(c31.mul(sign))
        .intoArray(c, cOffset + 3 * cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 4 * cStride)
        .add(c40.mul(sign))
        .intoArray(c, cOffset + 4 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 4 * cStride + LANES)
        .add(c41.mul(sign))
        .intoArray(c, cOffset + 4 * cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 5 * cStride)
        .add(c50.mul(sign))
        .intoArray(c, cOffset + 5 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 5 * cStride + LANES)
        .add(c51.mul(sign))
        .intoArray(c, cOffset + 5 * cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 6 * cStride)
        .add(c60.mul(sign))
        .intoArray(c, cOffset + 6 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 6 * cStride + LANES)
        .add(c61.mul(sign))
        .intoArray(c, cOffset + 6 * cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 7 * cStride)
        .add(c70.mul(sign))
        .intoArray(c, cOffset + 7 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 7 * cStride + LANES)
        .add(c71.mul(sign))
        .intoArray(c, cOffset + 7 * cStride + LANES);
  }

  private static void fourRows(
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      int depth,
      double[] c,
      int cOffset,
      int cStride,
      double sign) {
    DoubleVector c00 = DoubleVector.zero(SPECIES);
    DoubleVector c01 = DoubleVector.zero(SPECIES);
    DoubleVector c10 = DoubleVector.zero(SPECIES);
    DoubleVector c11 = DoubleVector.zero(SPECIES);
    DoubleVector c20 = DoubleVector.zero(SPECIES);
    DoubleVector c21 = DoubleVector.zero(SPECIES);
    DoubleVector c30 = DoubleVector.zero(SPECIES);
    DoubleVector c31 = DoubleVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      int left = aOffset + k * WIDTH;
      int right = bOffset + k * WIDTH;
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, right);
      DoubleVector b1 = DoubleVector.fromArray(SPECIES, b, right + LANES);
      DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[left]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[left + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[left + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[left + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    DoubleVector.fromArray(SPECIES, c, cOffset).add(c00.mul(sign)).intoArray(c, cOffset);
    DoubleVector.fromArray(SPECIES, c, cOffset + LANES)
        .add(c01.mul(sign))
        .intoArray(c, cOffset + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + cStride)
        .add(c10.mul(sign))
        .intoArray(c, cOffset + cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + cStride + LANES)
        .add(c11.mul(sign))
        .intoArray(c, cOffset + cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 2 * cStride)
        .add(c20.mul(sign))
        .intoArray(c, cOffset + 2 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 2 * cStride + LANES)
        .add(c21.mul(sign))
        .intoArray(c, cOffset + 2 * cStride + LANES);
    DoubleVector.fromArray(SPECIES, c, cOffset + 3 * cStride)
        .add(c30.mul(sign))
        .intoArray(c, cOffset + 3 * cStride);
    DoubleVector.fromArray(SPECIES, c, cOffset + 3 * cStride + LANES)
        .add(c31.mul(sign))
        .intoArray(c, cOffset + 3 * cStride + LANES);
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
    DoubleVector zero = DoubleVector.zero(SPECIES);
    LongVector one = LongVector.broadcast(LONGS, 1);
    DoubleVector s0 = zero;
    DoubleVector s1 = zero;
    DoubleVector p0 = zero;
    DoubleVector p1 = zero;
    LongVector n0 = LongVector.zero(LONGS);
    LongVector n1 = n0;
    for (int k = 0; k < depth; k++) {
      int place = offset + k * WIDTH;
      DoubleVector v0 = DoubleVector.fromArray(SPECIES, panel, place);
      DoubleVector v1 = DoubleVector.fromArray(SPECIES, panel, place + LANES);
      s0 = s0.add(v0);
      s1 = s1.add(v1);
      DoubleVector q0 = v0.mul(v0);
      DoubleVector q1 = v1.mul(v1);
      p0 = q0.fma(q0, p0);
      p1 = q1.fma(q1, p1);
      // The bits of |v|, as an integer, are 0 for 0 and more for all else. (On JDK 17 a comparison
      // and a blend took another third of this loop.)
      n0 = n0.add(v0.abs().reinterpretAsLongs().min(one));
      n1 = n1.add(v1.abs().reinterpretAsLongs().min(one));
    }
    DoubleVector.fromArray(SPECIES, sums, to).add(s0).intoArray(sums, to);
    DoubleVector.fromArray(SPECIES, sums, to + LANES).add(s1).intoArray(sums, to + LANES);
    DoubleVector.fromArray(SPECIES, fourthPowers, to).add(p0).intoArray(fourthPowers, to);
    DoubleVector.fromArray(SPECIES, fourthPowers, to + LANES)
        .add(p1)
        .intoArray(fourthPowers, to + LANES);
    DoubleVector.fromArray(SPECIES, active, to).add(n0.castShape(SPECIES, 0)).intoArray(active, to);
    DoubleVector.fromArray(SPECIES, active, to + LANES)
        .add(n1.castShape(SPECIES, 0))
        .intoArray(active, to + LANES);
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
    int i = 0;
    // Two at a time: the loop waits for the latency of the multiply-adds.
    for (; i < vectors.length - 1; i += 2) {
      addProducts(
          panel,
          offset,
          depth,
          vectors[i],
          vectors[i + 1],
          first,
          products[i],
          products[i + 1],
          to);
    }
    if (i < vectors.length) {
      addProducts(panel, offset, depth, vectors[i], first, products[i], to);
    }
  }

  private static void addProducts(
      double[] panel,
      int offset,
      int depth,
      double[] a,
      double[] b,
      int first,
      double[] aProducts,
      double[] bProducts,
      int to) {
    DoubleVector a0 = DoubleVector.zero(SPECIES);
    DoubleVector a1 = DoubleVector.zero(SPECIES);
    DoubleVector b0 = DoubleVector.zero(SPECIES);
    DoubleVector b1 = DoubleVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      int place = offset + k * WIDTH;
      DoubleVector v0 = DoubleVector.fromArray(SPECIES, panel, place);
      DoubleVector v1 = DoubleVector.fromArray(SPECIES, panel, place + LANES);
      DoubleVector ofA = DoubleVector.broadcast(SPECIES, a[first + k]);
      a0 = ofA.fma(v0, a0);
      a1 = ofA.fma(v1, a1);
      DoubleVector ofB = DoubleVector.broadcast(SPECIES, b[first + k]);
      b0 = ofB.fma(v0, b0);
      b1 = ofB.fma(v1, b1);
    }
    DoubleVector.fromArray(SPECIES, aProducts, to).add(a0).intoArray(aProducts, to);
    DoubleVector.fromArray(SPECIES, aProducts, to + LANES).add(a1).intoArray(aProducts, to + LANES);
    DoubleVector.fromArray(SPECIES, bProducts, to).add(b0).intoArray(bProducts, to);
    DoubleVector.fromArray(SPECIES, bProducts, to + LANES).add(b1).intoArray(bProducts, to + LANES);
  }

  private static void addProducts(
      double[] panel,
      int offset,
      int depth,
      double[] vector,
      int first,
      double[] products,
      int to) {
    DoubleVector s0 = DoubleVector.zero(SPECIES);
    DoubleVector s1 = DoubleVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      int place = offset + k * WIDTH;
      DoubleVector factor = DoubleVector.broadcast(SPECIES, vector[first + k]);
      s0 = factor.fma(DoubleVector.fromArray(SPECIES, panel, place), s0);
      s1 = factor.fma(DoubleVector.fromArray(SPECIES, panel, place + LANES), s1);
    }
    DoubleVector.fromArray(SPECIES, products, to).add(s0).intoArray(products, to);
    DoubleVector.fromArray(SPECIES, products, to + LANES).add(s1).intoArray(products, to + LANES);
  }

  @Override
  public void squaredNorms(double[] values, int rows, int neurons, double[] norms, int to) {
    double[] lanes = new double[LANES];
    for (int row = 0; row < rows; row++) {
      DoubleVector s0 = DoubleVector.zero(SPECIES);
      DoubleVector s1 = DoubleVector.zero(SPECIES);
      int i = row * neurons;
      int end = i + neurons;
      for (; i <= end - WIDTH; i += WIDTH) {
        DoubleVector v0 = DoubleVector.fromArray(SPECIES, values, i);
        DoubleVector v1 = DoubleVector.fromArray(SPECIES, values, i + LANES);
        s0 = v0.fma(v0, s0);
        s1 = v1.fma(v1, s1);
      }
      s0.add(s1).intoArray(lanes, 0);
      // Not reduceLanes, which may add in any order: on JDK 25 the compiled code does not add in
      // the interpreter's. It is slower, too.
      double sum = 0;
      for (double lane : lanes) {
        sum += lane;
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
    int panel = to;
    int neuron = 0;
    for (; neuron <= neurons - WIDTH; neuron += WIDTH) {
      for (int row = 0; row < rows; row++) {
        int from = row * neurons + neuron;
        int place = panel + row * WIDTH;
        DoubleVector.fromArray(SPECIES, values, from).intoArray(target, place);
        DoubleVector.fromArray(SPECIES, values, from + LANES).intoArray(target, place + LANES);
      }
      panel += panelStride;
    }
    for (int row = 0; row < rows; row++) {
      for (int i = neuron; i < neurons; i++) {
        target[panel + row * WIDTH + i - neuron] = values[row * neurons + i];
      }
    }
  }

  @Override
  public void pack(
      float[] values, int rows, int neurons, double[] target, int to, int panelStride) {
    int panel = to;
    int neuron = 0;
    for (; neuron <= neurons - WIDTH; neuron += WIDTH) {
      for (int row = 0; row < rows; row++) {
        int from = row * neurons + neuron;
        int place = panel + row * WIDTH;
        widen(values, from).intoArray(target, place);
        widen(values, from + LANES).intoArray(target, place + LANES);
      }
      panel += panelStride;
    }
    for (int row = 0; row < rows; row++) {
      for (int i = neuron; i < neurons; i++) {
        target[panel + row * WIDTH + i - neuron] = values[row * neurons + i];
      }
    }
  }

  private static DoubleVector widen(float[] source, int from) {
    return (DoubleVector)
        FloatVector.fromArray(FLOATS, source, from).convertShape(VectorOperators.F2D, SPECIES, 0);
  }

  @Override
  public void widen(float[] source, double[] target, int count) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      widen(source, i).intoArray(target, i);
    }
    for (; i < count; i++) {
      target[i] = source[i];
    }
  }

  @Override
  public void subtractTerms(
      double[] line,
      double[] sizes,
      int from,
      int to,
      double[] rows,
      int stride,
      double[] factors) {
    int j = from;
    // Both results of two vectors stay in registers during the loop over all rows.
    for (; j <= to - 2 * LANES; j += 2 * LANES) {
      DoubleVector v0 = DoubleVector.fromArray(SPECIES, line, j);
      DoubleVector v1 = DoubleVector.fromArray(SPECIES, line, j + LANES);
      DoubleVector s0 = v0.abs();
      DoubleVector s1 = v1.abs();
      for (int t = 0; t < factors.length; t++) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, factors[t]);
        int other = t * stride + j;
        DoubleVector t0 = factor.mul(DoubleVector.fromArray(SPECIES, rows, other));
        DoubleVector t1 = factor.mul(DoubleVector.fromArray(SPECIES, rows, other + LANES));
        v0 = v0.sub(t0);
        v1 = v1.sub(t1);
        s0 = s0.add(t0.abs());
        s1 = s1.add(t1.abs());
      }
      v0.intoArray(line, j);
      v1.intoArray(line, j + LANES);
      s0.intoArray(sizes, j);
      s1.intoArray(sizes, j + LANES);
    }
    super.subtractTerms(line, sizes, j, to, rows, stride, factors);
  }

  @Override
  public void addSizes(
      double[] values,
      int[] offsets,
      double[] factors,
      int count,
      double[] sums,
      int from,
      int to) {
    int j = from;
    // The sums of four vectors stay in registers during the loop over all rows.
    for (; j <= to - 4 * LANES; j += 4 * LANES) {
      DoubleVector s0 = DoubleVector.fromArray(SPECIES, sums, j);
      DoubleVector s1 = DoubleVector.fromArray(SPECIES, sums, j + LANES);
      DoubleVector s2 = DoubleVector.fromArray(SPECIES, sums, j + 2 * LANES);
      DoubleVector s3 = DoubleVector.fromArray(SPECIES, sums, j + 3 * LANES);
      for (int i = 0; i < count; i++) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, factors[i]);
        int place = offsets[i] + j;
        s0 = s0.add(DoubleVector.fromArray(SPECIES, values, place).abs().mul(factor));
        s1 = s1.add(DoubleVector.fromArray(SPECIES, values, place + LANES).abs().mul(factor));
        s2 = s2.add(DoubleVector.fromArray(SPECIES, values, place + 2 * LANES).abs().mul(factor));
        s3 = s3.add(DoubleVector.fromArray(SPECIES, values, place + 3 * LANES).abs().mul(factor));
      }
      s0.intoArray(sums, j);
      s1.intoArray(sums, j + LANES);
      s2.intoArray(sums, j + 2 * LANES);
      s3.intoArray(sums, j + 3 * LANES);
    }
    super.addSizes(values, offsets, factors, count, sums, j, to);
  }

  @Override
  public double largest(double[] values, double[] others, int from, int to) {
    DoubleVector m0 = DoubleVector.broadcast(SPECIES, Double.NEGATIVE_INFINITY);
    DoubleVector m1 = m0;
    int j = from;
    for (; j <= to - 2 * LANES; j += 2 * LANES) {
      DoubleVector v0 = DoubleVector.fromArray(SPECIES, values, j);
      DoubleVector v1 = DoubleVector.fromArray(SPECIES, values, j + LANES);
      m0 = m0.max(v0.min(DoubleVector.fromArray(SPECIES, others, j)));
      m1 = m1.max(v1.min(DoubleVector.fromArray(SPECIES, others, j + LANES)));
    }
    double vectors = m0.max(m1).reduceLanes(VectorOperators.MAX);
    return Math.max(vectors, super.largest(values, others, j, to));
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
    int j = 0;
    // Four vectors at a time stay in registers during the loop over all other rows.
    for (; j <= length - 4 * LANES; j += 4 * LANES) {
      int place = target + j;
      DoubleVector v0 = DoubleVector.fromArray(SPECIES, values, place);
      DoubleVector v1 = DoubleVector.fromArray(SPECIES, values, place + LANES);
      DoubleVector v2 = DoubleVector.fromArray(SPECIES, values, place + 2 * LANES);
      DoubleVector v3 = DoubleVector.fromArray(SPECIES, values, place + 3 * LANES);
      for (int l = 0; l < count; l++) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, -factors[l]);
        int other = source + l * stride + j;
        v0 = factor.fma(DoubleVector.fromArray(SPECIES, values, other), v0);
        v1 = factor.fma(DoubleVector.fromArray(SPECIES, values, other + LANES), v1);
        v2 = factor.fma(DoubleVector.fromArray(SPECIES, values, other + 2 * LANES), v2);
        v3 = factor.fma(DoubleVector.fromArray(SPECIES, values, other + 3 * LANES), v3);
      }
      v0.intoArray(values, place);
      v1.intoArray(values, place + LANES);
      v2.intoArray(values, place + 2 * LANES);
      v3.intoArray(values, place + 3 * LANES);
    }
    subtractUnfused(values, target, source, stride, factors, count, j, length);
  }
}
