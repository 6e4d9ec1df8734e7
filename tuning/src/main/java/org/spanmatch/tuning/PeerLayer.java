package org.spanmatch.tuning;

import java.util.List;
import org.spanmatch.match.Match;

/** A layer that a {@link Peer} has loaded. */
public interface PeerLayer extends AutoCloseable {
  /**
   * Finds the maximum match at each ε: what is measured. A peer that computes a Gram matrix alone
   * does so with {@link Phases#match}.
   */
  void match();

  /** What the last call of {@link #match} found, one match for each ε. */
  List<Match> matches();

  /** Frees memory, threads and processes. */
  @Override
  void close();
}
