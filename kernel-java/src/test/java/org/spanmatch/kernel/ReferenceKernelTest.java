package org.spanmatch.kernel;

/** The reference kernel keeps the contract. */
class ReferenceKernelTest extends ProjectionKernelContract {
  @Override
  protected ProjectionKernel open() {
    return Kernels.open("reference", new KernelOptions(1));
  }
}
