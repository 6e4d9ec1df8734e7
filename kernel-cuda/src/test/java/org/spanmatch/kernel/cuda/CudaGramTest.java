package org.spanmatch.kernel.cuda;

import org.junit.jupiter.api.Tag;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.validation.contract.GramContract;

/** Gram matrices of the CUDA kernel, on the stand-in where there is no GPU. */
@Tag("once") // on one JDK: the device computes, and does not depend on which
class CudaGramTest extends GramContract {
  @Override
  protected ProjectionKernel open() {
    return Cudas.open(new KernelOptions(1));
  }
}
