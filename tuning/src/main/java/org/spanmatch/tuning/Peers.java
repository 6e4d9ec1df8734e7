package org.spanmatch.tuning;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The peers on the class path: none, unless the module {@code benchmarks} is on it. */
public final class Peers {
  /** What to do if there are none, in a sentence. */
  public static final String MISSING =
      "the peers are in benchmarks/target/benchmarks.jar, which is missing or older than its"
          + " sources; 'mvn -q package -pl benchmarks -am -DskipTests' in the repository builds it,"
          + " for ./spanmatch there";

  private static final List<Peer> ALL =
      ServiceLoader.load(PeerProvider.class, Peers.class.getClassLoader()).stream()
          .flatMap(provider -> provider.get().peers().stream())
          .toList();

  private static final List<String> NAMES = ALL.stream().map(Peer::name).toList();

  private Peers() {}

  /** The names that {@link LayerBenchmark} accepts besides those of backends. */
  public static List<String> names() {
    return NAMES;
  }

  /** Returns a peer by its name or that of a variant: the name, a hyphen, and what varies. */
  public static Optional<Peer> of(String name) {
    return ALL.stream()
        .filter(peer -> name.equals(peer.name()) || name.startsWith(peer.name() + "-"))
        .max(Comparator.comparingInt(peer -> peer.name().length()));
  }

  /**
   * Returns why a peer can't run here, in a sentence; empty if it can.
   *
   * @throws IllegalArgumentException if there is no such peer
   */
  public static Optional<String> unavailable(String name) {
    return of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a peer of " + String.join(", ", NAMES) + ", found '" + name + "'"))
        .unavailable();
  }
}
