package org.spanmatch.formats.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.npy.Mutation;

/**
 * Runs the fuzzer's target on its seed inputs, on what it found, and on damaged variants of both.
 */
class Hdf5FuzzingTest {
  private static final Path SEEDS = Hdf5FilesTest.FOLDER.resolve("fuzzing/Hdf5");
  private static final String FOUND = "found-";
  private static final long MOST_BYTES = 16_384; // what the fuzzer makes at most
  private static final int VARIANTS = 200;

  private static List<Path> seeds() throws IOException {
    try (Stream<Path> files = Files.list(SEEDS)) {
      return files.sorted().toList();
    }
  }

  @TestFactory
  Stream<DynamicTest> seedsAndVariants() throws IOException {
    return seeds().stream()
        .map(
            seed ->
                dynamicTest(
                    seed.getFileName().toString(),
                    () -> {
                      byte[] bytes = Files.readAllBytes(seed);
                      Hdf5Fuzzing.fuzzerTestOneInput(bytes);
                      for (int i = 0; i < VARIANTS; i++) {
                        Hdf5Fuzzing.fuzzerTestOneInput(Mutation.of(bytes, new Random(i)));
                      }
                    }));
  }

  /** A seed that is refused at once, or that the fuzzer cuts off, leads it nowhere. */
  @Test
  void everySeedIsSmallAndHasArrays() throws IOException {
    int real = 0;
    for (Path seed : seeds()) {
      if (!seed.getFileName().toString().startsWith(FOUND)) {
        real++;
        assertTrue(Files.size(seed) <= MOST_BYTES, seed.toString());
        assertFalse(ActivationFile.open(seed).arrays().isEmpty(), seed.toString());
      }
    }
    assertEquals(18, real);
  }
}
