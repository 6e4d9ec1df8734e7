package org.spanmatch.tuning;

import java.util.List;

/** Has peers, and is found by {@link java.util.ServiceLoader}. */
public interface PeerProvider {
  /** The peers, in the order in which they are measured. */
  List<Peer> peers();
}
