package org.spanmatch.benchmarks;

import java.util.List;
import org.spanmatch.tuning.Peer;
import org.spanmatch.tuning.PeerProvider;

/** The libraries and programs that benchmarks measure in place of a backend. */
public final class BenchmarkPeers implements PeerProvider {
  /** The authors' method in numpy: rounds of least squares on the activation vectors. */
  static final String NUMPY = "numpy";

  /** This project's method in numpy: a Gram matrix, and rank-one downdates. */
  static final String NUMPY_GRAM = "numpy-gram";

  /** Called by {@link java.util.ServiceLoader}. */
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
