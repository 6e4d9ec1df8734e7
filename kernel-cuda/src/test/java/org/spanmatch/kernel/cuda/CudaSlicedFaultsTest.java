package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.validation.Problem;

/** Gram matrices by slices where calls fail, memory is short, and devices are several. */
@Tag("once") // on one JDK: the device computes, and does not depend on which
@ExtendWith(StandInOnly.class)
class CudaSlicedFaultsTest {
  private static final Problem PROBLEM = Problem.relu(2, 300, 200, 190);

  private static ProjectionKernel open(String device) {
    return new CudaProvider().open(new KernelOptions(2, device, GramMethod.SLICED), "test");
  }

  private static GramMatrix gram(String device, Problem problem) {
    try (ProjectionKernel kernel = open(device)) {
      return (GramMatrix)
          kernel.gram(
              List.of(problem.layer(Group.X), problem.layer(Group.Y)),
              GramPair.all(2),
              GramOptions.defaults());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LAUNCH", "CUBLAS_COMPUTATION", "DEVICE_ALLOCATION", "SYNCHRONISATION"})
  void aFailingCallIsOneErrorOrNoneAndNothingIsLeft(StandIn.Kind kind) {
    Problem problem = Problem.relu(1, 40, 6, 5);
    GramMatrix expected = gram(KernelOptions.FIRST_DEVICE, problem);
    StandIn.failCall(kind, 0, 0);
    gram(KernelOptions.FIRST_DEVICE, problem);
    int calls = StandIn.countedCalls();
    assertTrue(calls > 5, kind + ": " + calls);
    for (int n = 1; n <= calls; n++) {
      StandIn.failCall(kind, n, 0);
      try {
        assertEquals(expected, gram(KernelOptions.FIRST_DEVICE, problem));
      } catch (KernelException | NotEnoughMemoryException e) {
        assertTrue(e.getMessage().contains("device"), e.getMessage());
      }
      StandIn.failCall(kind, 0, 0);
      StandIn.assertClean(kind + " " + n + " of " + calls);
    }
  }

  /** Computed once, with the memory of a usual device. */
  private static final class Whole {
    private static final GramMatrix GRAM = gram(KernelOptions.FIRST_DEVICE, PROBLEM);
  }

  /** The whole takes 11 MB: 1.2 for the matrix, 1.9 for slices of samples, and 5 for their sums. */
  @ParameterizedTest
  @ValueSource(ints = {20_000, 10_000, 8_000, 6_500, 5_500, 4_500, 1_000})
  void whatDoesNotFitIsComputedInStrips(int kilobytes) {
    GramMatrix expected = Whole.GRAM;
    StandIn.setMemory(1000L * kilobytes);
    try {
      GramMatrix found = gram(KernelOptions.FIRST_DEVICE, PROBLEM);
      // Panels may be shorter: then exponents, and with them roundings, are others.
      double bound = (expected.error() + found.error()) * norms(PROBLEM);
      for (GramPair pair : GramPair.all(2)) {
        double[] one = expected.block(pair);
        double[] other = found.block(pair);
        for (int i = 0; i < one.length; i++) {
          assertEquals(one[i], other[i], bound);
        }
      }
      assertTrue(found.error() < 100 * 0x1p-53);
      assertTrue(kilobytes > 4_000, kilobytes + " kB");
    } catch (NotEnoughMemoryException e) {
      assertTrue(kilobytes < 6_000, kilobytes + " kB: " + e.getMessage());
    }
    StandIn.assertClean(kilobytes + " kB");
  }

  /** The largest product of two norms. */
  private static double norms(Problem problem) {
    double largest = 0;
    for (List<double[]> group : List.of(problem.x(), problem.y())) {
      for (double[] vector : group) {
        double square = 0;
        for (double value : vector) {
          square += value * value;
        }
        largest = Math.max(largest, square);
      }
    }
    return largest;
  }

  /** 5000 samples are three panels. */
  @Test
  void twoDevicesShareTheSamples() {
    Problem problem = Problem.relu(3, 5000, 5, 4);
    GramMatrix one = gram(KernelOptions.FIRST_DEVICE, problem);
    GramMatrix all = gram(KernelOptions.ALL_DEVICES, problem);
    assertEquals(one.error(), all.error());
    for (GramPair pair : GramPair.all(2)) {
      double[] expected = one.block(pair);
      assertArrayEquals(expected, all.block(pair), 2 * one.error() * norms(problem));
    }
    StandIn.assertClean("two devices");
  }

  /** A table that stays on the device holds the same numbers as one that went by the host. */
  @Test
  void tablesThatStayOnTheDevice() {
    try (ProjectionKernel kernel = open(KernelOptions.FIRST_DEVICE);
        ProjectionTable resident =
            kernel.compress(
                PROBLEM.layer(Group.X), PROBLEM.layer(Group.Y), GramOptions.defaults());
        ProjectionTable byHost = kernel.table(gram(KernelOptions.FIRST_DEVICE, PROBLEM), 0, 1)) {
      for (Group group : Group.values()) {
        for (int neuron = 0; neuron < resident.distances(group).size(); neuron++) {
          double bound =
              resident.distances(group).errorBound(neuron)
                  + byHost.distances(group).errorBound(neuron);
          assertEquals(
              byHost.distances(group).distance(neuron),
              resident.distances(group).distance(neuron),
              bound);
        }
      }
    }
  }
}
