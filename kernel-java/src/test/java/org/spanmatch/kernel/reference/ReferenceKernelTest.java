package org.spanmatch.kernel.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.RealDataKernelContract;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.validation.Problem;

/** Tests the reference kernel against the contract. */
@Tag("once") // on one JDK: nothing here depends on which
class ReferenceKernelTest extends RealDataKernelContract {
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
                problem.layer(Group.X), problem.layer(Group.Y), GramOptions.defaults())) {
      assertEquals(Precision.HIGH, table.precision());
    }
  }
}
