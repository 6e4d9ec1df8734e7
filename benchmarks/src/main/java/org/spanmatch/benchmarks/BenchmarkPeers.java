package org.spanmatch.benchmarks;

import java.util.List;
import org.spanmatch.tuning.Peer;
import org.spanmatch.tuning.PeerProvider;

/** Other libraries and programs that benchmarks measure in the place of a backend. */
public final class BenchmarkPeers implements PeerProvider {
  /** The authors' way: rounds of least squares on the activation vectors, in numpy. */
  static final String NUMPY = "numpy";

  /** The way of this project in numpy: a Gram matrix, and rank-one downdates. */
  static final String NUMPY_GRAM = "numpy-gram";

  /** {@link java.util.ServiceLoader} makes one. */
  public BenchmarkPeers() {}

  @Override
  public List<Peer> peers() {
    return List.of(
        new GramLibrary(
            "openblas",
            "OpenBLAS",
            "org.bytedeco.openblas.global.openblas",
            () -> OpenBlas.open(1)),
        new GramLibrary("ejml", "EJML", "org.ejml.dense.block.MatrixOps_DDRB", () -> {}),
        new GramLibrary("ojalgo", "ojAlgo", "org.ojalgo.matrix.store.R064Store", () -> {}),
        new GramLibrary(
            "netlib",
            "netlib",
            "dev.ludovic.netlib.blas.JavaBLAS",
            () -> NetlibGram.requireVectors()),
        new NumpyProgram(NUMPY_GRAM, "gram"),
        new NumpyProgram(NUMPY, "authors"));
  }
}
