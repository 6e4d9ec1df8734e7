package org.spanmatch.kernel.vector.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.cuda.Cudas;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.projection.DeviceSweeps;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.WorkerPool;

/**
 * The device bounds what sweeps add to the errors by the formulas of {@link Drift}, which are
 * proven: both get the same lines and give the same bounds, but for the order of sums.
 */
class DeviceDriftTest {
  private static final int ROWS = 40; // fewer than those with a fresh start when few are left
  private static final int COLUMNS = 6;
  private static final int WIDTH = ROWS + COLUMNS;
  private static final Gemm GEMM =
      new Gemm(MicroKernels.only(MicroKernel.choose()), WorkerPool.NONE);

  // Sums of some ten numbers, in different orders.
  private static final double SUMS = 100 * 0x1p-53;

  private Device device;
  private Allocations allocations;

  @BeforeEach
  void open() {
    device = Cudas.openDevice();
    allocations = device.call(device::allocations);
  }

  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  private static double[] errors(double scale) {
    SplittableRandom random = new SplittableRandom(2);
    return random.doubles(WIDTH, scale, 4 * scale).toArray();
  }

  private static void assertSame(double expected, double found, String what) {
    assertEquals(expected, found, SUMS * Math.abs(expected), what);
  }

  /** From errors far below those of rounding to errors that hide them. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-18, 1e-15, 1e-12, 1e-6})
  void sweepsAreBoundedAsOnTheProcessor(double scale) {
    device.run(() -> compare(scale));
  }

  private void compare(double scale) {
    double[] errors = errors(scale);
    DeviceSweeps sweeps = new DeviceSweeps(device, allocations, ROWS, COLUMNS, errors);
    Drift drift = new Drift(errors.clone(), ROWS, ROWS);
    BitSet left = new BitSet();
    left.set(0, ROWS);
    int row = 0;
    for (int block = 0; block < 3; block++) {
      for (int pending = 0; pending < 10; pending++) {
        row = left.nextSetBit((row + 7) % (ROWS - 10));
        left.clear(row);
        sweeps.sweepOut(row);
        boolean swept = sweep(drift, sweeps, row, pending);
        assertTrue(swept);
        assertFalse(sweeps.hasFailed());
        assertAgree(drift, sweeps, "after sweep " + pending + " of block " + block);
      }
      double[] norms = sweeps.norms();
      sweeps.settle();
      assertEquals(drift.isSound(left::get, ROWS, norms), !sweeps.hasFailed());
      drift.applied(sweeps.pending(), norms);
      assertAgree(drift, sweeps, "before block " + block + " is applied");
      sweeps.apply();
      Tableau tableau = tableau(sweeps.values());
      ColumnSums sums = new ColumnSums(ROWS, WIDTH, GEMM);
      sums.of(tableau.values, drift, 0, ROWS, 0, WIDTH);
      drift.renew(sums.left(ROWS, WIDTH));
      double[] renewed = sums.spanning(ROWS, WIDTH);
      double[] found = sweeps.norms();
      for (int j = 0; j < WIDTH; j++) {
        assertSame(renewed[j], found[j], "norm of column " + j);
      }
      assertSame(tableau.trace(left), sweeps.trace(), "trace");
      assertAgree(drift, sweeps, "after block " + block);
    }
  }

  /** Records what the device has swept out; returns false if the processor refuses. */
  private static boolean sweep(Drift drift, DeviceSweeps sweeps, int row, int pending) {
    double[] line = sweeps.row();
    double[] sizes = sweeps.rowSizes();
    Drift.Reading reading = drift.read(sweeps.column(), sweeps.columnSizes(), 0, ROWS);
    Drift.Sweep sweep = drift.begin(row, line[row], sizes[row], reading, pending);
    if (sweep == null) {
      return false;
    }
    drift.sweep(sweep, line, sizes, 0, WIDTH);
    drift.end(sweep, row, drift.highestCarriedOn(GEMM, 0, WIDTH), drift.highestOwn(GEMM, 0, WIDTH));
    return true;
  }

  private static void assertAgree(Drift drift, DeviceSweeps sweeps, String when) {
    double[] errors = sweeps.errors();
    for (int j = 0; j < WIDTH; j++) {
      assertSame(drift.error(j), errors[j], "error of column " + j + " " + when);
    }
    double[] answer = sweeps.answer();
    for (int x = 0; x < COLUMNS; x++) {
      double without =
          GramErrors.ofDistance(
              DeviceSweeps.GRAM_ERROR,
              answer[x],
              answer[2 * COLUMNS + x],
              ROWS,
              sweeps.trace(),
              false);
      double expected = without + drift.ofDistance(ROWS + x);
      // The drift itself, though the other part may be larger.
      double rounding = SUMS * drift.ofDistance(ROWS + x) + 4 * Math.ulp(expected);
      assertEquals(expected, answer[COLUMNS + x], rounding, "bound " + x + " " + when);
    }
  }

  private static Tableau tableau(double[] values) {
    Matrix matrix = GEMM.matrix(ROWS, WIDTH);
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < WIDTH; j++) {
        matrix.set(i, j, values[i * WIDTH + j]);
      }
    }
    int[] rows = IntStream.range(0, ROWS).toArray();
    int[] columns = IntStream.range(ROWS, WIDTH).toArray();
    return new Tableau(matrix, ROWS, rows, rows, columns, 0, GEMM);
  }

  @Test
  void aPivotThatIsTooUncertainIsRefusedByBoth() {
    double[] errors = errors(1);
    device.run(
        () -> {
          DeviceSweeps sweeps = new DeviceSweeps(device, allocations, ROWS, COLUMNS, errors);
          Drift drift = new Drift(errors.clone(), ROWS, ROWS);
          double[] before = sweeps.errors();
          sweeps.sweepOut(3);
          boolean swept = sweep(drift, sweeps, 3, 0);
          assertFalse(swept);
          assertTrue(sweeps.hasFailed());
          assertEquals(1, sweeps.pending());
          assertTrue(DoubleStream.of(sweeps.lastUpdate()).allMatch(update -> update == 0));
          assertTrue(Arrays.equals(before, sweeps.errors()));
        });
  }
}
