package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelUnavailableException;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;

class CudaProviderTest {
  @Test
  void isFoundOnTheClassPath() {
    assertTrue(Kernels.providers().stream().anyMatch(CudaProvider.class::isInstance));
  }

  @Test
  void forcedItFailsWithReasonAndCure() {
    KernelUnavailableException e =
        assertThrows(
            KernelUnavailableException.class, () -> Kernels.open("cuda", KernelOptions.defaults()));
    assertEquals(
        "backend 'cuda' is unavailable: this version of spanmatch has no CUDA kernel yet; use"
            + " '--backend auto', which takes the best backend that is available",
        e.getMessage());
  }

  @Test
  void automaticChoiceFallsBackAndSaysSo() {
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
      assertEquals("not available: cuda", kernel.info().reason());
    }
  }
}
