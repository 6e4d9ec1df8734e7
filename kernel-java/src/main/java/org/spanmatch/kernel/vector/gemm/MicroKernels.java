package org.spanmatch.kernel.vector.gemm;

import java.util.Optional;
import java.util.concurrent.atomic.DoubleAdder;

/**
 * The micro-kernel to use: plain loops until there is much to do, then vectors. Both have the same
 * bits, so no result depends on when that is.
 *
 * <p>C2 compiles plain loops in milliseconds. For vectors it needs a third of a second, until when
 * each vector is an object on the heap.
 */
public final class MicroKernels {
  /** The system property that, if {@code always}, has vectors used from the start. */
  public static final String VECTORS_PROPERTY = "spanmatch.vectors";

  // Plain loops take a second for these. Measured on Zen 5 with 2 cores, JDK 17, November 2026:
  // until vectors are fast, a process spends 1.1 s of processor time more on them than on plain
  // loops, and then 17 ms less for 1e9 operations.
  private static final double MANY_OPERATIONS = 4e10;

  private static final class Shared {
    static final MicroKernels KERNELS = choose();
  }

  private final MicroKernel fastest;
  private final double many;
  private final DoubleAdder operations = new DoubleAdder();
  private volatile MicroKernel current;

  private MicroKernels(MicroKernel first, MicroKernel fastest, double many) {
    this.current = first;
    this.fastest = fastest;
    this.many = many;
  }

  /** Returns those of this JVM, which all users share. */
  public static MicroKernels shared() {
    return Shared.KERNELS;
  }

  private static MicroKernels choose() {
    MicroKernel fastest = MicroKernel.choose();
    boolean atOnce =
        fastest.cure().isPresent() || "always".equals(System.getProperty(VECTORS_PROPERTY));
    return atOnce ? only(fastest) : plainUntil(MANY_OPERATIONS, fastest);
  }

  /**
   * Returns plain loops, and another micro-kernel with the same bits for when there is much to do.
   *
   * @param many the number of operations from which on vectors pay
   * @param fastest the other one
   */
  public static MicroKernels plainUntil(double many, MicroKernel fastest) {
    return new MicroKernels(new PlainMicroKernel(fastest.nr() / 2, true, ""), fastest, many);
  }

  /** Returns a single one. */
  public static MicroKernels only(MicroKernel kernel) {
    return new MicroKernels(kernel, kernel, 0);
  }

  /** The one to use for the next task. */
  public MicroKernel current() {
    return current;
  }

  /** The size of tiles, which is the same for all. */
  public int nr() {
    return fastest.nr();
  }

  /** The instructions that long computations use, in words. */
  public String description() {
    return fastest.description();
  }

  /** How the user can get a faster one; empty if there is none. */
  public Optional<String> cure() {
    return fastest.cure();
  }

  /** Called before a computation of some number of operations. */
  public void expect(double count) {
    if (current != fastest) {
      operations.add(count);
      if (operations.sum() >= many) {
        current = fastest;
      }
    }
  }
}
