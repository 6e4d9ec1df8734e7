package org.spanmatch.match;

import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;

/** Matches and match levels with the java kernel. */
class VectorMatchingTest extends FastMatchingContract {
  @Override
  protected ProjectionKernel open() {
    return Kernels.open("java", new KernelOptions(1));
  }
}
