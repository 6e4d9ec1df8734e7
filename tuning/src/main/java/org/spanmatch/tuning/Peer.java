package org.spanmatch.tuning;

import java.util.Optional;

/** Another library or program, which benchmarks measure in the place of a backend. */
public interface Peer {
  /** The name, which is no backend's. */
  String name();

  /** Why it can't run here, in a sentence; empty if it can. May start a process to find out. */
  Optional<String> unavailable();

  /**
   * The Java heap that it takes beside the activations, in bytes.
   *
   * @param neurons neurons of each group
   * @throws IllegalStateException if its data does not fit one array
   */
  double heapBytes(int neurons, long samples, int threads);

  /**
   * Loads a layer.
   *
   * @param epsilons the ε that it will be matched at
   * @throws IllegalStateException if the peer can't run here
   */
  PeerLayer open(Mixtures data, int threads, double... epsilons);
}
