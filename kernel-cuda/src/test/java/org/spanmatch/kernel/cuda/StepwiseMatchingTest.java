package org.spanmatch.kernel.cuda;

import org.junit.jupiter.api.Tag;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.match.RealDataMatchingContract;

/** Matches and match levels with the CUDA kernel on a device without cooperative launches. */
@Tag("once") // on one JDK: the device computes, and does not depend on which
class StepwiseMatchingTest extends RealDataMatchingContract {
  @Override
  protected ProjectionKernel open() {
    return Cudas.openStepwise(new KernelOptions(1));
  }

  @Override
  protected int problems() {
    return 20;
  }

  @Override
  protected int largeProblems() {
    return 1;
  }
}
