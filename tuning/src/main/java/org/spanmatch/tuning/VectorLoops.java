package org.spanmatch.tuning;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.spanmatch.kernel.backend.HardwareFma;

/** Loops that reach the machine's limits, in its widest vectors of float64. */
final class VectorLoops {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private static final int CHAINS = 12;

  // Without the instruction, decimal arithmetic would take its place.
  private static final boolean FUSED = HardwareFma.isAvailable();

  private VectorLoops() {}

  /**
   * Runs multiply-adds in registers: {@code sums + steps·a·b} in every lane, or {@code sums·a + b}
   * again and again where the processor multiplies and adds in two instructions, since the product
   * of {@code a} and {@code b} would be computed only once.
   *
   * <p>Twelve independent chains hide the latency of the multiply-add (4 cycles at two per cycle
   * need 8) and fit in the 16 registers of AVX2.
   *
   * @param flops number of operations, rounded down to whole steps of all chains and lanes
   * @return the sum of all lanes, which depends on every operation
   */
  static double multiplyAdd(long flops, double first, double second) {
    int steps = Math.toIntExact(flops / (2L * CHAINS * LANES));
    DoubleVector a = DoubleVector.broadcast(SPECIES, first);
    DoubleVector b = DoubleVector.broadcast(SPECIES, second);
    // Different start values, or the compiler could merge the chains.
    DoubleVector c0 = DoubleVector.broadcast(SPECIES, first);
    DoubleVector c1 = c0.add(a);
    DoubleVector c2 = c1.add(a);
    DoubleVector c3 = c2.add(a);
    DoubleVector c4 = c3.add(a);
    DoubleVector c5 = c4.add(a);
    DoubleVector c6 = c5.add(a);
    DoubleVector c7 = c6.add(a);
    DoubleVector c8 = c7.add(a);
    DoubleVector c9 = c8.add(a);
    DoubleVector c10 = c9.add(a);
    DoubleVector c11 = c10.add(a);
    for (int i = 0; i < steps; i++) {
      c0 = FUSED ? a.fma(b, c0) : c0.mul(a).add(b);
      c1 = FUSED ? a.fma(b, c1) : c1.mul(a).add(b);
      c2 = FUSED ? a.fma(b, c2) : c2.mul(a).add(b);
      c3 = FUSED ? a.fma(b, c3) : c3.mul(a).add(b);
      c4 = FUSED ? a.fma(b, c4) : c4.mul(a).add(b);
      c5 = FUSED ? a.fma(b, c5) : c5.mul(a).add(b);
      c6 = FUSED ? a.fma(b, c6) : c6.mul(a).add(b);
      c7 = FUSED ? a.fma(b, c7) : c7.mul(a).add(b);
      c8 = FUSED ? a.fma(b, c8) : c8.mul(a).add(b);
      c9 = FUSED ? a.fma(b, c9) : c9.mul(a).add(b);
      c10 = FUSED ? a.fma(b, c10) : c10.mul(a).add(b);
      c11 = FUSED ? a.fma(b, c11) : c11.mul(a).add(b);
    }
    DoubleVector low = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    DoubleVector high = c6.add(c7).add(c8).add(c9).add(c10).add(c11);
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  /** Returns the sum of an array whose length is a multiple of four vectors. */
  static double sum(double[] values) {
    DoubleVector s0 = DoubleVector.zero(SPECIES);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    for (int i = 0; i < values.length; i += 4 * LANES) {
      s0 = s0.add(DoubleVector.fromArray(SPECIES, values, i));
      s1 = s1.add(DoubleVector.fromArray(SPECIES, values, i + LANES));
      s2 = s2.add(DoubleVector.fromArray(SPECIES, values, i + 2 * LANES));
      s3 = s3.add(DoubleVector.fromArray(SPECIES, values, i + 3 * LANES));
    }
    return s0.add(s1).add(s2).add(s3).reduceLanes(VectorOperators.ADD);
  }
}
