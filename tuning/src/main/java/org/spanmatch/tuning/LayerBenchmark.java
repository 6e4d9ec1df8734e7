package org.spanmatch.tuning;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;

/**
 * Measures the way from arrays in memory to the maximum matches at five ε, as in {@code spanmatch
 * match}: compressing, and the match levels of all neurons if removals are cheap.
 *
 * <p>With n neurons in each group, m = 2·n: samples·m² operations and m·samples activations to read
 * for compressing, about 16/3·n³ operations and 8·m² bytes for matching. The phases are reported as
 * {@value Speeds#COMPRESS} and {@value Speeds#MATCH}.
 *
 * <p>A {@link Peer} does the same in place of a backend; its phases are reported as far as it times
 * them.
 */
public class LayerBenchmark extends MatchingBenchmark {
  private PeerLayer peer;

  @Override
  protected List<String> peers() {
    return Peers.names();
  }

  @Override
  protected void prepare() {
    if (!hasKernel()) {
      peer = Peers.of(backend).orElseThrow().open(data(), threads, EPSILONS);
    }
  }

  @Override
  protected ProjectionTable compress() {
    return compressed();
  }

  @Override
  List<Match> found() {
    if (peer == null) {
      return super.found();
    }
    peer.match();
    return peer.matches();
  }

  @Override
  protected void free() {
    if (peer != null) {
      peer.close();
      peer = null;
    }
  }

  /** Compresses a layer and matches it. */
  @Benchmark
  public Object match() {
    if (peer != null) {
      peer.match();
      return peer;
    }
    return matchLayer();
  }
}
