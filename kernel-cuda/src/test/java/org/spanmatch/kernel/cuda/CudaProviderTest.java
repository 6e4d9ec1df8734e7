package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider.Unavailable;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;

/** Whether or not this machine has a GPU. */
class CudaProviderTest {
  @Test
  void isFoundOnTheClassPath() {
    assertTrue(Kernels.providers().stream().anyMatch(CudaProvider.class::isInstance));
  }

  @Test
  void forcedItRunsOrFailsWithReasonAndCure() {
    Optional<Unavailable> problem = new CudaProvider().unavailable();
    if (problem.isEmpty()) {
      try (ProjectionKernel kernel = Kernels.open("cuda", KernelOptions.defaults())) {
        assertEquals("cuda", kernel.info().name());
      }
      assertFalse(new CudaProvider().details().isEmpty());
      return;
    }
    KernelException.Unavailable e =
        assertThrows(
            KernelException.Unavailable.class,
            () -> Kernels.open("cuda", KernelOptions.defaults()));
    assertEquals(
        "backend 'cuda' is unavailable: " + problem.get().reason() + "; " + problem.get().cure(),
        e.getMessage());
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
      assertEquals("not available: cuda", kernel.info().reason());
    }
  }
}
