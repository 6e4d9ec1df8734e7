package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spanmatch.TestData;

/**
 * Runs the fuzzer's targets on its seed inputs, on what it found, and on damaged variants of both.
 */
class ReaderFuzzingTest {
  private static final Path SEEDS = TestData.resource("/org/spanmatch/activations/npy/fuzzing");
  private static final int VARIANTS = 100;

  private static final Map<String, Consumer<byte[]>> TARGETS =
      Map.of(
          "Npy", ReaderFuzzing.Npy::fuzzerTestOneInput,
          "Npz", ReaderFuzzing.Npz::fuzzerTestOneInput,
          "Packed", ReaderFuzzing.Packed::fuzzerTestOneInput,
          "Safetensors", ReaderFuzzing.Safetensors::fuzzerTestOneInput,
          "Pairs", ReaderFuzzing.Pairs::fuzzerTestOneInput,
          "Strides", ReaderFuzzing.Strides::fuzzerTestOneInput);

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @TestFactory
  Stream<DynamicTest> seeds() throws IOException {
    return list(SEEDS).stream().flatMap(ReaderFuzzingTest::seeds);
  }

  private static Stream<DynamicTest> seeds(Path target) {
    try {
      Consumer<byte[]> run = TARGETS.get(target.getFileName().toString());
      return list(target).stream()
          .map(
              seed ->
                  dynamicTest(
                      target.getFileName() + ", " + seed.getFileName(),
                      () -> {
                        byte[] bytes = Files.readAllBytes(seed);
                        run.accept(bytes);
                        for (int i = 0; i < VARIANTS; i++) {
                          run.accept(Mutation.of(bytes, new Random(i)));
                        }
                      }));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
