package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.validation.Problem;

/** When devices are opened, and by whom. */
@Tag("once")
@ExtendWith(StandInOnly.class)
class OpeningTest {
  private static final Problem PROBLEM = Problem.relu(1, 200, 8, 8);

  @BeforeEach
  void begin() {
    StandIn.failCall(StandIn.Kind.CONTEXT_CREATION, 0, 0);
  }

  private static ProjectionKernel open() {
    return new CudaProvider().open(new KernelOptions(1), "test");
  }

  private static ProjectionTable compress(ProjectionKernel kernel) {
    return kernel.compress(PROBLEM.layer(Group.X), PROBLEM.layer(Group.Y), GramOptions.defaults());
  }

  @Test
  void aKernelIsOpenedWithoutADevice() {
    try (ProjectionKernel kernel = open()) {
      assertTrue(kernel.info().device().contains("stand-in"));
      assertTrue(kernel.hasCheapRemovals());
      assertFalse(kernel.pays(8, 8, 200));
      assertTrue(kernel.heapBytes(8, 8, 200, Precision.STANDARD) > 0);
      assertEquals(0, StandIn.countedCalls());
      try (ProjectionTable table = compress(kernel)) {
        assertEquals(8, table.remaining(Group.X).length);
      }
      assertEquals(1, StandIn.countedCalls());
    }
    StandIn.assertClean("a problem");
  }

  /** The choice must be free: gpu-check.sh requires this backend of all tests. */
  @Test
  void smallLayersAreComputedWithoutADevice() {
    assumeTrue(
        System.getProperty(Kernels.REQUIRED_PROPERTY) == null, "skipped where one is required");
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, new KernelOptions(1))) {
      kernel.expect(8, 8, 200);
      compress(kernel).close();
      assertEquals(0, StandIn.countedCalls());
      kernel.expect(1 << 15, 1 << 15, 1 << 20);
    }
    assertEquals(1, StandIn.countedCalls(), "opened for what pays, and closed unused");
    StandIn.assertClean("small layers");
  }

  /** The sizes at which a GPU was measured to be faster, and not to be. */
  @Test
  void aDevicePaysFromTheSmallestLayerOn() {
    try (ProjectionKernel kernel = open()) {
      assertTrue(kernel.pays(512, 512, 20_000));
      assertFalse(kernel.pays(256, 256, 20_000));
    }
  }

  /** Nobody but another thread can have done it: the caller asks for nothing before the end. */
  @Test
  void anotherThreadOpensWhatIsExpectedToBeNeeded() {
    try (ProjectionKernel kernel = open()) {
      kernel.expect(8, 8, 200);
    }
    assertEquals(1, StandIn.countedCalls());
    StandIn.assertClean("nothing computed");
    try (ProjectionKernel kernel = open()) {
      kernel.expect(8, 8, 200);
      kernel.expect(9, 9, 200);
      compress(kernel).close();
    }
    assertEquals(2, StandIn.countedCalls(), "once a kernel");
    StandIn.assertClean("a problem");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDeviceThatRefusesIsTheSameErrorAtEveryProblem(boolean expected) {
    StandIn.failCall(StandIn.Kind.CONTEXT_CREATION, 1, 0);
    try (ProjectionKernel kernel = open()) {
      if (expected) {
        kernel.expect(8, 8, 200);
      }
      for (int i = 0; i < 2; i++) {
        KernelException.Unavailable e =
            assertThrows(KernelException.Unavailable.class, () -> compress(kernel));
        assertEquals(
            "backend 'cuda' is unavailable: cuCtxCreate failed: CUDA_ERROR_OUT_OF_MEMORY on CUDA"
                + " device 0; see with nvidia-smi whether it is free",
            e.getMessage());
      }
    }
    StandIn.assertClean("a refusal");
  }

  @Test
  void aClosedKernelOpensNothing() {
    ProjectionKernel kernel = open();
    kernel.close();
    kernel.expect(8, 8, 200);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> compress(kernel));
    assertEquals("the kernel is closed", e.getMessage());
    assertEquals(0, StandIn.countedCalls());
  }

  @Test
  void devicesStayTheSame() {
    try (CudaKernel kernel = (CudaKernel) open()) {
      assertSame(kernel.devices(), kernel.devices());
    }
  }
}
