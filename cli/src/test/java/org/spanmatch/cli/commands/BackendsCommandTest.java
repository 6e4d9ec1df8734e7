package org.spanmatch.cli.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.KernelProvider.Unavailable;
import org.spanmatch.kernel.ProjectionKernel;

/** What is said of a backend. */
class BackendsCommandTest {
  /** A backend with two devices, or none. */
  private record Gpu(Optional<Unavailable> unavailable) implements KernelProvider {
    @Override
    public String name() {
      return "gpu";
    }

    @Override
    public String description() {
      return "a fake";
    }

    @Override
    public List<String> details() {
      if (unavailable.isPresent()) {
        throw new IllegalStateException("there is nothing to ask");
      }
      return List.of("device 0: large", "device 1: small");
    }

    @Override
    public int priority() {
      return 1;
    }

    @Override
    public ProjectionKernel open(KernelOptions options, String reason) {
      throw new UnsupportedOperationException();
    }
  }

  private static List<String> lines(KernelProvider provider) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BackendsCommand.print(provider, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void whatAnAvailableBackendRunsOn() {
    assertEquals(
        List.of("gpu: available", "  a fake", "    device 0: large", "    device 1: small"),
        lines(new Gpu(Optional.empty())));
  }

  @Test
  void whyABackendIsUnavailable() {
    assertEquals(
        List.of("gpu: unavailable: no device", "  a fake", "  cure: plug one in"),
        lines(new Gpu(Optional.of(new Unavailable("no device", "plug one in")))));
  }
}
