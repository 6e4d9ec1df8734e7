package org.spanmatch.kernel.vector.gemm;

import java.lang.module.ModuleFinder;
import java.util.Optional;
import org.spanmatch.kernel.backend.HardwareFma;

/**
 * Multiplies two packed panels: the innermost loop of a matrix product.
 *
 * <p>A panel holds {@code depth} samples of {@link #nr()} neurons, all neurons of a sample side by
 * side. A panel can be the left or the right factor, so data is packed only once. (Goto and van de
 * Geijn, Anatomy of high-performance matrix multiplication, 2008.)
 */
public abstract class MicroKernel {
  /** The module of the Vector API, which the JVM loads only if asked with --add-modules. */
  public static final String VECTOR_MODULE = "jdk.incubator.vector";

  /**
   * KC, the number of samples per slice: the micro-kernel sums these in registers before it adds to
   * the result.
   */
  public static final int KC = 256;

  private static final String VECTOR_CLASS = "org.spanmatch.kernel.vector.gemm.VectorMicroKernel";

  /** NR, the number of neurons of a panel, and of rows and columns of a tile; even. */
  public abstract int nr();

  /** The instructions that the loop uses, in words. */
  public abstract String description();

  /** How the user can get a faster micro-kernel; empty if this is the fastest. */
  public abstract Optional<String> cure();

  /**
   * Returns the number of right panels that a task should have.
   *
   * @param rows the number of its left panels
   * @param columns the number of right panels of all tasks
   */
  public int taskColumns(int rows, int columns) {
    return rows;
  }

  /**
   * Adds to (or subtracts from) tiles the inner products, over all samples of the panels, of the
   * neurons of some panels with those of others.
   *
   * <p>Costs 2·nr²·depth operations per tile. Each inner product is one chain of multiply-adds,
   * whose result is then added to the tile.
   *
   * @param a array that holds the left panels
   * @param aOffset index of the first left panel's first neuron at the first sample
   * @param b array that holds the right panels
   * @param bOffset index of the first right panel's first neuron at the first sample
   * @param stride distance between panels
   * @param depth number of samples, at most {@link #KC}
   * @param tiles where the products go
   * @param subtract whether to subtract instead of adding
   */
  public abstract void multiplyAdd(
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      int stride,
      int depth,
      Tiles tiles,
      boolean subtract);

  /**
   * Subtracts multiples of consecutive rows from another row of a matrix. Costs 2·count·length
   * operations.
   *
   * @param values array that holds the matrix
   * @param target index of the row's first element
   * @param source index of the first element of the first subtracted row
   * @param stride distance between rows
   * @param factors one factor per subtracted row
   * @param count number of subtracted rows
   * @param length number of elements per row
   */
  public abstract void subtractRows(
      double[] values, int target, int source, int stride, double[] factors, int count, int length);

  /** Subtracts the rows from elements {@code from} to {@code to − 1}, each product rounded. */
  static void subtractUnfused(
      double[] values,
      int target,
      int source,
      int stride,
      double[] factors,
      int count,
      int from,
      int to) {
    for (int l = 0; l < count; l++) {
      double factor = factors[l];
      int other = source + l * stride;
      for (int j = from; j < to; j++) {
        values[target + j] -= factor * values[other + j];
      }
    }
  }

  /**
   * Subtracts multiples of rows from a part of a line of numbers, and adds up the sizes of all
   * terms. Costs 4·factors.length operations per element. Products are rounded before they are
   * subtracted, so an element depends on its own terms only, not on its place.
   *
   * @param line the line; changed
   * @param sizes receives the absolute values of the line before plus those of all multiples
   * @param from the first element
   * @param to the end of the elements, exclusive
   * @param rows array that holds the rows, from its beginning
   * @param stride distance between rows
   * @param factors one factor per row
   */
  public void subtractTerms(
      double[] line,
      double[] sizes,
      int from,
      int to,
      double[] rows,
      int stride,
      double[] factors) {
    for (int j = from; j < to; j++) {
      sizes[j] = Math.abs(line[j]);
    }
    for (int t = 0; t < factors.length; t++) {
      for (int j = from; j < to; j++) {
        double term = factors[t] * rows[t * stride + j];
        line[j] -= term;
        sizes[j] += Math.abs(term);
      }
    }
  }

  /**
   * Adds the absolute values of rows, times a factor each, to sums, one row after the other.
   *
   * @param values array that holds the rows
   * @param offsets index of each row's first element
   * @param factors the factors
   * @param count number of rows
   * @param sums the sums; changed
   * @param from the first element
   * @param to the end of the elements, exclusive
   */
  public void addSizes(
      double[] values,
      int[] offsets,
      double[] factors,
      int count,
      double[] sums,
      int from,
      int to) {
    for (int i = 0; i < count; i++) {
      for (int j = from; j < to; j++) {
        sums[j] += factors[i] * Math.abs(values[offsets[i] + j]);
      }
    }
  }

  /**
   * Returns the largest element of a part of a line, after taking the lesser of two at each place.
   *
   * @param values the line
   * @param others the other elements; may be the same line
   * @param from the first element
   * @param to the end of the elements, exclusive
   * @return NaN if an element is; negative infinity if there is none
   */
  public double largest(double[] values, double[] others, int from, int to) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int j = from; j < to; j++) {
      largest = Math.max(largest, Math.min(values[j], others[j]));
    }
    return largest;
  }

  /**
   * Adds, for each of the {@link #nr()} neurons of a panel, the sum of its values, the sum of their
   * fourth powers and the count of nonzero ones. Each is one chain of additions, whose result is
   * then added to the total.
   *
   * @param panel array that holds the panel
   * @param offset index of the panel's first neuron at the first sample
   * @param depth number of samples
   * @param sums array of the total sums
   * @param fourthPowers array of the total sums of fourth powers
   * @param active array of the total counts
   * @param to index of the first neuron's total in all three arrays
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
   * Adds to {@link #nr()} totals per vector the inner products of a panel's neurons with some
   * vectors. Each is one chain of multiply-adds, whose result is then added to the total.
   *
   * @param panel array that holds the panel
   * @param offset index of the panel's first neuron at the first sample
   * @param depth number of samples
   * @param vectors an array per vector
   * @param first index of the vectors' elements for the first sample
   * @param products an array of totals per vector
   * @param to index of the first total
   */
  public abstract void addProducts(
      double[] panel,
      int offset,
      int depth,
      double[][] vectors,
      int first,
      double[][] products,
      int to);

  /**
   * Computes the sum of the squares of each sample's values.
   *
   * @param values the samples, row-major
   * @param rows number of samples
   * @param neurons number of values per sample
   * @param norms receives the sums
   * @param to index of the first sum
   */
  public abstract void squaredNorms(double[] values, int rows, int neurons, double[] norms, int to);

  /**
   * Packs samples into panels. The padding of the last panel is left as it is.
   *
   * @param values the samples, row-major
   * @param rows number of samples
   * @param neurons number of values per sample
   * @param target array that holds the panels
   * @param to index of the first panel's first neuron at the first sample
   * @param panelStride distance between panels
   */
  public abstract void pack(
      double[] values, int rows, int neurons, double[] target, int to, int panelStride);

  /**
   * Converts samples from float32 to float64 and packs them into panels, as the other {@link
   * #pack(double[], int, int, double[], int, int) pack} does.
   *
   * @param values the samples, row-major
   * @param rows number of samples
   * @param neurons number of values per sample
   * @param target array that holds the panels
   * @param to index of the first panel's first neuron at the first sample
   * @param panelStride distance between panels
   */
  public abstract void pack(
      float[] values, int rows, int neurons, double[] target, int to, int panelStride);

  /** Converts the first {@code count} values from float32 to float64. */
  public abstract void widen(float[] source, double[] target, int count);

  /** Whether this JVM has loaded the module of the Vector API, at its start or later. */
  public static boolean hasVectorModule() {
    try {
      // By a class: a module that is loaded later is not in the boot layer.
      Class.forName(VECTOR_MODULE + ".Vector", false, MicroKernel.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * Returns what the user can do to get vector code.
   *
   * @param hasModule whether the JVM has loaded the module of the Vector API
   * @param vmName the system property {@code java.vm.name}
   * @param vmInfo the system property {@code java.vm.info}
   * @param hasFma whether the JVM has the processor multiply and add in one instruction
   * @return empty if the JVM compiles vector code well
   */
  public static Optional<String> cure(
      boolean hasModule, String vmName, String vmInfo, boolean hasFma) {
    if (!hasModule) {
      return Optional.of(
          ModuleFinder.ofSystem().find(VECTOR_MODULE).isPresent()
              ? "start Java with --add-modules " + VECTOR_MODULE
              : "this Java lacks the module " + VECTOR_MODULE + "; take a JDK that has it");
    }
    // Only C2 compiles the Vector API to vector instructions; otherwise each vector is an object.
    boolean withoutC2 =
        vmName.contains("Client")
            || vmInfo.contains("interpreted")
            || vmInfo.contains("emulated-client");
    if (withoutC2) {
      return Optional.of(
          "start Java without -Xint, -client and -XX:TieredStopAtLevel, which turn its"
              + " optimising compiler off");
    }
    return hasFma
        ? Optional.empty()
        : Optional.of(
            "this Java has no fused multiply-add (UseFMA is off); take a processor with FMA, and"
                + " no -XX:-UseFMA");
  }

  /** Returns the fastest micro-kernel that this JVM can run. */
  public static MicroKernel choose() {
    Optional<String> cure =
        cure(
            hasVectorModule(),
            System.getProperty("java.vm.name", ""),
            System.getProperty("java.vm.info", ""),
            HardwareFma.isAvailable());
    if (cure.isPresent()) {
      return new PlainMicroKernel(8, HardwareFma.isAvailable(), cure.get());
    }
    try {
      // By name, since this class must load without the Vector API.
      return Class.forName(VECTOR_CLASS)
          .asSubclass(MicroKernel.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      System.getLogger("org.spanmatch.kernel")
          .log(System.Logger.Level.DEBUG, "the Vector API can't be used", e);
      return new PlainMicroKernel(8, true, "this Java has no vectors that it can use");
    }
  }
}
