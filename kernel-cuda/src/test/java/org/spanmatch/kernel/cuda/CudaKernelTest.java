package org.spanmatch.kernel.cuda;

import org.junit.jupiter.api.Tag;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.RealDataKernelContract;

/** The CUDA kernel keeps the contract. */
@Tag("once") // on one JDK: nothing here depends on which
class CudaKernelTest extends RealDataKernelContract {
  @Override
  protected ProjectionKernel open() {
    return Cudas.open(new KernelOptions(1));
  }

  @Override
  protected int longRemovals() {
    return 84; // more than a block of updates, and than half of one in a trial
  }

  @Override
  protected boolean hasTablesInTheHeap() {
    return false;
  }
}
