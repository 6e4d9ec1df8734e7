package org.spanmatch.tuning;

import java.util.List;

/** Offers peers; found by {@link java.util.ServiceLoader}. */
public interface PeerProvider {
  /** The peers, in measuring order. */
  List<Peer> peers();
}
