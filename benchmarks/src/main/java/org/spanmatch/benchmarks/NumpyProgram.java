package org.spanmatch.benchmarks;

import java.util.List;
import java.util.Optional;
import org.spanmatch.match.Match;
import org.spanmatch.tuning.Mixtures;
import org.spanmatch.tuning.Peer;
import org.spanmatch.tuning.PeerLayer;

/**
 * Matches whole layers in numpy ({@code peers/numpy_peers.py}), in a process that has loaded the
 * data before. {@code authors} solves least-squares problems on the activation vectors like the
 * program of Wang et al., anew for every ε and round, with one singular value decomposition of
 * samples × n each; {@code gram} uses this project's method, from a float64 Gram matrix to a
 * spectrum by rank-one downdates. Phases are not timed.
 *
 * @param name the peer's name
 * @param method the script's name for it, {@code authors} or {@code gram}
 */
record NumpyProgram(String name, String method) implements Peer {
  @Override
  public Optional<String> unavailable() {
    return NumpyPeer.missing();
  }

  @Override
  public double heapBytes(int neurons, long samples, int threads) {
    return 0;
  }

  @Override
  public PeerLayer open(Mixtures data, int threads, double... epsilons) {
    NumpyPeer process = new NumpyPeer(method, data, threads);
    return new PeerLayer() {
      @Override
      public void match() {
        process.run();
      }

      @Override
      public List<Match> matches() {
        return process.matches(epsilons);
      }

      @Override
      public void close() {
        process.close();
      }
    };
  }
}
