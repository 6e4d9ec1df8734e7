package org.spanmatch.kernel.vector;

import org.junit.jupiter.api.Nested;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.ScalarMicroKernel;
import org.spanmatch.kernel.vector.gemm.VectorMicroKernel;
import org.spanmatch.validation.contract.GramContract;

/** The Gram matrices and factors of the fast Java kernel keep the contract. */
class VectorGramTest {
  abstract static class Contract extends GramContract {
    abstract MicroKernel microKernel();

    @Override
    protected ProjectionKernel open() {
      return open(2);
    }

    @Override
    protected ProjectionKernel open(int threads) {
      return new VectorKernel(microKernel(), new KernelOptions(threads), "test");
    }
  }

  @Nested
  class InVectors extends Contract {
    @Override
    MicroKernel microKernel() {
      return new VectorMicroKernel();
    }
  }

  @Nested
  class InPlainLoops extends Contract {
    @Override
    MicroKernel microKernel() {
      return new ScalarMicroKernel("as the test wants it");
    }
  }

  @Nested
  class AtHighPrecision extends Contract {
    @Override
    MicroKernel microKernel() {
      return new VectorMicroKernel();
    }

    @Override
    protected Precision precision() {
      return Precision.HIGH;
    }
  }
}
