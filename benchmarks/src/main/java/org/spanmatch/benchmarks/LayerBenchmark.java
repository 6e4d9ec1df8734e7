package org.spanmatch.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;

/**
 * From arrays in memory to the maximum matches at five ε, as {@code spanmatch match} finds them:
 * compressing, and the match levels of all neurons where removals are cheap.
 *
 * <p>With n neurons in each group, m = 2·n: samples·m² operations and m·samples activations to read
 * for compressing, about 16/3·n³ operations and 8·m² bytes for matching. The phases are reported as
 * {@value Speeds#COMPRESS} and {@value Speeds#MATCH}.
 *
 * <p>Peers that are libraries ({@code openblas}, {@code ejml}, {@code ojalgo}, {@code netlib})
 * compute the Gram matrix of float64 data in the layout that suits them best, and our tables match.
 * Peers in numpy ({@code peers/numpy_peers.py}) run in a process that has loaded the data before:
 * {@code numpy} solves least-squares problems on the activation vectors as the program of Wang et
 * al. does, anew for every ε and in every round, one singular value decomposition of samples × n
 * for each; {@code numpy-gram} takes the same way as this project, from a float64 Gram matrix to a
 * spectrum by rank-one downdates. Their phases are not known.
 */
public class LayerBenchmark extends MatchingBenchmark {
  private GramPeer gram;
  private NumpyPeer numpy;

  @Override
  List<String> peers() {
    return Peers.NAMES;
  }

  @Override
  void prepare() {
    if (hasKernel()) {
      return;
    }
    switch (backend) {
      case Peers.NUMPY -> numpy = new NumpyPeer("authors", data(), threads);
      case Peers.NUMPY_GRAM -> numpy = new NumpyPeer("gram", data(), threads);
      default -> gram = GramPeer.open(backend, data(), threads);
    }
  }

  @Override
  ProjectionTable compress() {
    if (gram == null) {
      return compressed();
    }
    gram.compute();
    return gram.table(data(), threads);
  }

  @Override
  List<Match> found() {
    if (numpy == null) {
      return super.found();
    }
    numpy.run();
    return numpy.matches(EPSILONS);
  }

  @Override
  void free() {
    if (gram != null) {
      gram.close();
      gram = null;
    }
    if (numpy != null) {
      numpy.close();
      numpy = null;
    }
  }

  /** All of it. */
  @Benchmark
  public Object match() {
    if (numpy != null) {
      numpy.run();
      return numpy;
    }
    return matchLayer();
  }
}
