package org.spanmatch.kernel.cuda;

import org.junit.jupiter.api.Tag;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.RealDataKernelContract;

/** The CUDA kernel keeps the contract with Gram matrices by slices. */
@Tag("once") // on one JDK: nothing here depends on which
class CudaSlicedKernelTest extends RealDataKernelContract {
  @Override
  protected ProjectionKernel open() {
    return Cudas.open(new KernelOptions(1).withGram(GramMethod.SLICED));
  }

  @Override
  protected int longRemovals() {
    return 40; // the tables are those of CudaKernelTest
  }

  @Override
  protected int smallProblems() {
    return 300; // of at most 60 samples, all in one panel
  }

  @Override
  protected boolean hasTablesInTheHeap() {
    return false;
  }
}
