package org.spanmatch.kernel.vector.gemm;

import java.util.Optional;

/**
 * Multiplies two packed panels: the innermost loop of a matrix product.
 *
 * <p>A panel holds {@code depth} samples of {@link #nr()} neurons, all neurons of a sample side by
 * side. One panel serves as the left and as the right factor, so that data is packed only once.
 * (Goto and van de Geijn, Anatomy of high-performance matrix multiplication, 2008.)
 */
public abstract class MicroKernel {
  /** The module that the Vector API needs; the JVM has it only when told to. */
  public static final String VECTOR_MODULE = "jdk.incubator.vector";

  /**
   * KC, the samples of a slice: what the micro-kernel sums in registers before it adds to the
   * result.
   */
  public static final int KC = 256;

  private static final String VECTOR_CLASS = "org.spanmatch.kernel.vector.gemm.VectorMicroKernel";

  /** MR: rows of a tile; {@link #nr()} is a multiple of it. */
  public abstract int mr();

  /** NR: neurons of a panel, and columns of a tile. */
  public abstract int nr();

  /** What the loop is made of, in words. */
  public abstract String description();

  /** What the user can do to get a faster one; empty if this is the fastest. */
  public abstract Optional<String> cure();

  /**
   * Adds to (or subtracts from) a tile of {@link #mr()} × {@link #nr()} numbers the products,
   * summed over all samples, of {@code mr} neurons of one panel with all neurons of another.
   *
   * <p>Costs 2·mr·nr·depth operations; every number of the tile is one chain of multiply-adds,
   * whose result is added to the tile.
   *
   * @param a array that holds the left panel
   * @param aOffset place of the first of the {@code mr} neurons, at the first sample
   * @param b array that holds the right panel
   * @param bOffset place of its first neuron, at the first sample
   * @param depth number of samples
   * @param c the tile, row-major
   * @param cOffset place of its first number
   * @param cStride distance of its rows
   * @param subtract whether to subtract
   */
  public abstract void multiplyAdd(
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      int depth,
      double[] c,
      int cOffset,
      int cStride,
      boolean subtract);

  /**
   * Subtracts from a row of a matrix multiples of other rows that follow each other. Costs
   * 2·count·length operations.
   *
   * @param values array that holds the matrix
   * @param target place of the row's first element
   * @param source place of the first element of the first of the other rows
   * @param stride distance of the rows
   * @param factors one for each of the other rows
   * @param count how many other rows
   * @param length how many elements of each row
   */
  public abstract void subtractRows(
      double[] values, int target, int source, int stride, double[] factors, int count, int length);

  /**
   * Adds to {@link #nr()} numbers each the sums, over all samples, of the values of a panel, of
   * their fourth powers, and the count of those that are not 0: each one chain of additions, whose
   * result is added to the number.
   *
   * @param panel array that holds the panel
   * @param offset place of its first neuron, at the first sample
   * @param depth number of samples
   * @param sums array of the sums
   * @param fourthPowers array of the sums of fourth powers
   * @param active array of the counts
   * @param to place of the first number in all three
   */
  public abstract void addMoments(
      double[] panel,
      int offset,
      int depth,
      double[] sums,
      double[] fourthPowers,
      double[] active,
      int to);

  /**
   * Adds to {@link #nr()} numbers the inner products of the neurons of a panel with a vector.
   *
   * @param panel array that holds the panel
   * @param offset place of its first neuron, at the first sample
   * @param depth number of samples
   * @param vector array that holds the vector
   * @param first place of its element for the first sample
   * @param products array of the numbers
   * @param to place of the first
   */
  public abstract void addProducts(
      double[] panel, int offset, int depth, double[] vector, int first, double[] products, int to);

  /** The sum of the squares of values that lie side by side. */
  public abstract double squaredNorm(double[] values, int from, int count);

  /** Converts the first {@code count} values from float32 to float64. */
  public abstract void widen(float[] source, double[] target, int count);

  /** Whether this JVM was started with the module of the Vector API. */
  public static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  /**
   * What the user can do to get vector code.
   *
   * @param hasModule whether the JVM has the module of the Vector API
   * @param vmName the system property {@code java.vm.name}
   * @param vmInfo the system property {@code java.vm.info}
   * @return empty if the JVM runs it well
   */
  public static Optional<String> cure(boolean hasModule, String vmName, String vmInfo) {
    if (!hasModule) {
      return Optional.of("start Java with --add-modules " + VECTOR_MODULE);
    }
    // Only C2 turns the Vector API into vector instructions; elsewhere each vector is an object.
    boolean withoutC2 =
        vmName.contains("Client")
            || vmInfo.contains("interpreted")
            || vmInfo.contains("emulated-client");
    return withoutC2
        ? Optional.of(
            "start Java without -Xint, -client and -XX:TieredStopAtLevel, which turn its"
                + " optimising compiler off")
        : Optional.empty();
  }

  /** The fastest that this JVM can run. */
  public static MicroKernel choose() {
    Optional<String> cure =
        cure(
            hasVectorModule(),
            System.getProperty("java.vm.name", ""),
            System.getProperty("java.vm.info", ""));
    if (cure.isPresent()) {
      return new ScalarMicroKernel(cure.get());
    }
    try {
      // By name, since this class must load where the Vector API is absent.
      return Class.forName(VECTOR_CLASS)
          .asSubclass(MicroKernel.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      System.getLogger("org.spanmatch.kernel")
          .log(System.Logger.Level.DEBUG, "the Vector API can't be used", e);
      return new ScalarMicroKernel("this Java has no vectors that it can use");
    }
  }
}
