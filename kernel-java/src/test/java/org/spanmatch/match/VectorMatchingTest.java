package org.spanmatch.match;

import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;

/** Tests matches and match levels with the java kernel. */
class VectorMatchingTest extends RealDataMatchingContract {
  @Override
  protected ProjectionKernel open() {
    return Kernels.open("java", new KernelOptions(1));
  }
}
