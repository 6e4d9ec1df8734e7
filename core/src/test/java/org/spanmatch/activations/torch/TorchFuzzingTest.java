package org.spanmatch.activations.torch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spanmatch.TestData;
import org.spanmatch.activations.npy.Mutation;

/**
 * Runs the fuzzer's targets on its seed inputs, on what it found, and on damaged variants of both.
 */
class TorchFuzzingTest {
  private static final Path SEEDS =
      TestData.resource("/org/spanmatch/activations/torch/torch_files.py")
          .resolveSibling("fuzzing");
  private static final int VARIANTS = 200;

  @TestFactory
  Stream<DynamicTest> files() throws IOException {
    return seeds("Torch", TorchFuzzing.Torch::fuzzerTestOneInput);
  }

  @TestFactory
  Stream<DynamicTest> pickles() throws IOException {
    return seeds("Pickled", TorchFuzzing.Pickled::fuzzerTestOneInput);
  }

  private static Stream<DynamicTest> seeds(String target, Consumer<byte[]> run) throws IOException {
    List<Path> seeds;
    try (Stream<Path> files = Files.list(SEEDS.resolve(target))) {
      seeds = files.sorted().toList();
    }
    assertFalse(seeds.isEmpty());
    return seeds.stream()
        .map(
            seed ->
                dynamicTest(
                    target + ", " + seed.getFileName(),
                    () -> {
                      byte[] bytes = Files.readAllBytes(seed);
                      run.accept(bytes);
                      for (int i = 0; i < VARIANTS; i++) {
                        run.accept(Mutation.of(bytes, new Random(i)));
                      }
                    }));
  }
}
