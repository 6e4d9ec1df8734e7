package org.spanmatch.gram;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spanmatch.TestData;
import org.spanmatch.activations.npy.Mutation;

/**
 * Runs the fuzzer's target on its seed inputs, on what it found, and on damaged variants of both.
 */
class GramFuzzingTest {
  private static final int VARIANTS = 200;

  @TestFactory
  Stream<DynamicTest> seeds() throws IOException {
    List<Path> seeds;
    try (Stream<Path> files = Files.list(TestData.resource("/org/spanmatch/gram/fuzzing/Gram"))) {
      seeds = files.sorted().toList();
    }
    return seeds.stream().map(seed -> dynamicTest(seed.getFileName().toString(), () -> run(seed)));
  }

  private static void run(Path seed) throws IOException {
    byte[] bytes = Files.readAllBytes(seed);
    GramFuzzing.fuzzerTestOneInput(bytes);
    for (int i = 0; i < VARIANTS; i++) {
      GramFuzzing.fuzzerTestOneInput(Mutation.of(bytes, new Random(i)));
    }
  }
}
