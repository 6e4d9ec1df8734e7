package org.spanmatch.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.spanmatch.validation.Problem;

/** The reference kernel keeps the contract. */
class ReferenceKernelTest extends ProjectionKernelContract {
  @Override
  protected ProjectionKernel open() {
    return Kernels.open("reference", new KernelOptions(1));
  }

  @Test
  void isAlwaysOfHighPrecision() {
    Problem problem = Problem.random(1, 20, 3, 2);
    try (ProjectionKernel kernel = open();
        ProjectionTable table =
            kernel.compress(
                problem.layer(Group.X), problem.layer(Group.Y), CompressionOptions.defaults())) {
      assertEquals(Precision.HIGH, table.precision());
    }
  }
}
