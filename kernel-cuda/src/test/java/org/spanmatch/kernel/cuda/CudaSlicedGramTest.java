package org.spanmatch.kernel.cuda;

import org.junit.jupiter.api.Tag;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.validation.contract.GramContract;

/** Gram matrices of the CUDA kernel by slices. */
@Tag("once") // on one JDK: the device computes, and does not depend on which
class CudaSlicedGramTest extends GramContract {
  @Override
  protected ProjectionKernel open() {
    return Cudas.open(new KernelOptions(1).withGram(GramMethod.SLICED));
  }
}
