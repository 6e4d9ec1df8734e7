package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.kernel.cuda.loading.NativeTools;

/** The stand-in for a GPU passes its own test: what it finds wrong with kernels counts. */
@Tag("once") // on one JDK: nothing here depends on which
class StandInTest {
  @Test
  void passesItsOwnTest(@TempDir Path folder) throws IOException {
    NativeTools.assumeCommands("sh", "gcc", "g++");
    // Elsewhere than the one that other tests use: it has kernels of its own.
    Path script = NativeTools.MODULE.resolve("src/test/native/selftest.sh");

    String output = NativeTools.run(List.of("sh", script.toString(), folder.toString()));

    assertTrue(output.contains("all as it should be"), output);
  }
}
