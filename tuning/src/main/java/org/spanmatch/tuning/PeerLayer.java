package org.spanmatch.tuning;

import java.util.List;
import org.spanmatch.match.Match;

/** A layer that a {@link Peer} has loaded. */
public interface PeerLayer extends AutoCloseable {
  /**
   * Finds the maximum match at each ε; this is the measured call. A peer that computes only a Gram
   * matrix does so with {@link Phases#match}.
   */
  void match();

  /** Returns the result of the last call of {@link #match}, one match per ε. */
  List<Match> matches();

  /** Frees memory, threads and processes. */
  @Override
  void close();
}
