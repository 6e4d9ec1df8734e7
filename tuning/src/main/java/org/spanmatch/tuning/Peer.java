package org.spanmatch.tuning;

import java.util.Optional;

/** Another library or program, which benchmarks measure in place of a backend. */
public interface Peer {
  /** The name, which no backend has. */
  String name();

  /**
   * Why the peer can't run here, in a sentence; empty if it can. May start a process to find out.
   */
  Optional<String> unavailable();

  /**
   * Returns the Java heap that the peer needs besides the activations, in bytes.
   *
   * @param neurons number of neurons of each group
   * @throws IllegalStateException if its data does not fit in one array
   */
  double heapBytes(int neurons, long samples, int threads);

  /**
   * Loads a layer.
   *
   * @param epsilons the ε at which to match it
   * @throws IllegalStateException if the peer can't run here
   */
  PeerLayer open(Mixtures data, int threads, double... epsilons);
}
