package org.spanmatch.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.kernel.vector.projection.SweptTable;
import org.spanmatch.match.Match;
import org.spanmatch.tuning.Mixtures;
import org.spanmatch.tuning.Peer;
import org.spanmatch.tuning.PeerLayer;
import org.spanmatch.tuning.Phases;

/**
 * A library that computes the Gram matrix of float64 data in the layout that suits it best, from
 * which the java backend takes over.
 *
 * @param name the peer's name
 * @param library the library's name
 * @param className a class of the library
 * @param check throws an {@link IllegalStateException} if the library can't run here
 */
record GramLibrary(String name, String library, String className, Runnable check) implements Peer {
  // Some JVMs allow slightly fewer than 2³¹ − 1 elements per array.
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8;

  @Override
  public Optional<String> unavailable() {
    try {
      Class.forName(className, false, GramLibrary.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return Optional.of(
          library
              + " is not on the class path, which benchmarks/target/benchmarks.jar has; build it"
              + " with 'mvn package', and start it with 'java -jar'");
    }
    try {
      check.run();
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Override
  public double heapBytes(int neurons, long samples, int threads) {
    long m = 2L * neurons;
    if (m * samples > MOST_ELEMENTS) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s gets its activations as one array, which holds at most %d numbers, but %d neurons"
                  + " at %d samples have %d",
              name,
              MOST_ELEMENTS,
              m,
              samples,
              m * samples));
    }
    // ojAlgo needs two layouts at once, netlib a sum per thread.
    double data = Double.BYTES * (double) m * samples * (name.equals("ojalgo") ? 2 : 1);
    double gram = Double.BYTES * (double) m * m * (name.equals("netlib") ? threads : 1);
    double handedOver = Double.BYTES * (double) neurons * m;
    return data + gram + handedOver + SweptTable.bytes(neurons, neurons);
  }

  @Override
  public PeerLayer open(Mixtures data, int threads, double... epsilons) {
    GramPeer gram = GramPeer.open(name, data, threads);
    ProjectionKernel kernel = Kernels.open("java", new KernelOptions(threads));
    return new PeerLayer() {
      private List<Match> matches;

      @Override
      public void match() {
        matches = Phases.match(this::compress, kernel.hasCheapRemovals(), epsilons);
      }

      private ProjectionTable compress() {
        gram.compute();
        return gram.table(data, kernel);
      }

      @Override
      public List<Match> matches() {
        return matches;
      }

      @Override
      public void close() {
        kernel.close();
        gram.close();
      }
    };
  }
}
