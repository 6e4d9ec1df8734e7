package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.tuning.Mixtures;

/** Tests that the benchmarks' checks tolerate rounding and nothing else. */
class ChecksTest {
  private static final Mixtures DATA = new Mixtures(1000, 6);

  /** A peer of plain sums, each multiplied by a factor. */
  private record Sums(double factor) implements GramPeer {
    @Override
    public void compute() {}

    @Override
    public double get(int row, int column) {
      double sum = 0;
      for (int sample = 0; sample < DATA.samples(); sample++) {
        sum += DATA.get(sample, row) * DATA.get(sample, column);
      }
      return sum * factor;
    }

    @Override
    public void close() {}
  }

  @Test
  void gramMatrixMayErrByItsRounding() {
    assertDoesNotThrow(() -> Checks.requireGram(DATA, new Sums(1)));
    // The bound is 1001 roundings.
    assertThrows(
        IllegalStateException.class, () -> Checks.requireGram(DATA, new Sums(1 + 2000 * 0x1p-53)));
  }

  @Test
  void distancesMayErrByTheirBounds() {
    Mixtures others = new Mixtures(1001, 6);
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1));
        ProjectionTable table = compressed(kernel, DATA);
        ProjectionTable wrong = compressed(kernel, others);
        OpenBlasProjection projection = new OpenBlasProjection(new Sums(1), 6, 1)) {
      assertDoesNotThrow(() -> Checks.requireDistances(table, projection));
      assertThrows(IllegalStateException.class, () -> Checks.requireDistances(wrong, projection));
    }
  }

  private static ProjectionTable compressed(ProjectionKernel kernel, Mixtures data) {
    return kernel.compress(data.layer(Group.X), data.layer(Group.Y), GramOptions.defaults());
  }
}
