package org.spanmatch.kernel.cuda;

import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.match.RealDataMatchingContract;

/** Matches and match levels with the CUDA kernel. */
class CudaMatchingTest extends RealDataMatchingContract {
  @Override
  protected ProjectionKernel open() {
    return Cudas.open(new KernelOptions(1));
  }

  @Override
  protected int problems() {
    return 100;
  }

  @Override
  protected int largeProblems() {
    return 1;
  }
}
