package org.spanmatch.benchmarks;

import java.util.List;
import java.util.Optional;
import org.spanmatch.kernel.vector.gram.GramTables;

/** Other libraries and programs that benchmarks measure in the place of a backend. */
public final class Peers {
  /** The authors' way: rounds of least squares on the activation vectors, in numpy. */
  static final String NUMPY = "numpy";

  /** The way of this project in numpy: a Gram matrix, and rank-one downdates. */
  static final String NUMPY_GRAM = "numpy-gram";

  /** Libraries that compute a Gram matrix, from which our tables take over. */
  static final List<String> GRAM = List.of("openblas", "ejml", "ojalgo", "netlib");

  /** The names that {@link LayerBenchmark} takes beside those of backends. */
  public static final List<String> NAMES =
      List.of("openblas", "ejml", "ojalgo", "netlib", NUMPY_GRAM, NUMPY);

  // An array can't quite have 2³¹ - 1 elements on every JVM.
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8;

  private Peers() {}

  /**
   * Why a peer can't run here, in a sentence; empty if it can. Starts Python to find out for
   * numpy's.
   *
   * @throws IllegalArgumentException if there is no such peer
   */
  public static Optional<String> unavailable(String name) {
    return switch (name) {
      case "openblas" ->
          missing("OpenBLAS", "org.bytedeco.openblas.global.openblas")
              .or(() -> problem(() -> OpenBlas.open(1)));
      case "ejml" -> missing("EJML", "org.ejml.dense.block.MatrixOps_DDRB");
      case "ojalgo" -> missing("ojAlgo", "org.ojalgo.matrix.store.R064Store");
      case "netlib" ->
          missing("netlib", "dev.ludovic.netlib.blas.JavaBLAS")
              .or(() -> problem(NetlibGram::requireVectors));
      case NUMPY, NUMPY_GRAM -> NumpyPeer.missing();
      default ->
          throw new IllegalArgumentException(
              "expected a peer of " + String.join(", ", NAMES) + ", found '" + name + "'");
    };
  }

  private static Optional<String> missing(String library, String className) {
    try {
      Class.forName(className, false, Peers.class.getClassLoader());
      return Optional.empty();
    } catch (ClassNotFoundException e) {
      return Optional.of(
          library
              + " is not on the class path, which benchmarks/target/benchmarks.jar has; build it"
              + " with 'mvn package', and start it with 'java -jar'");
    }
  }

  private static Optional<String> problem(Runnable check) {
    try {
      check.run();
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * The Java heap that a peer takes beside the activations.
   *
   * @throws IllegalStateException if its data does not fit one array
   */
  static double heapBytes(String name, int neurons, long samples, int threads) {
    if (name.equals(NUMPY) || name.equals(NUMPY_GRAM)) {
      return 0;
    }
    long m = 2L * neurons;
    if (m * samples > MOST_ELEMENTS) {
      throw new IllegalStateException(
          "%s gets its activations as one array, which holds at most %d numbers, but %d neurons at %d samples have %d"
              .formatted(name, MOST_ELEMENTS, m, samples, m * samples));
    }
    // ojAlgo takes two layouts at once, netlib's a sum for each thread.
    double data = Double.BYTES * (double) m * samples * (name.equals("ojalgo") ? 2 : 1);
    double gram = Double.BYTES * (double) m * m * (name.startsWith("netlib") ? threads : 1);
    return data + gram + GramTables.heapBytes(neurons, neurons);
  }
}
