package org.spanmatch.report;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the fuzzer's target on its seed inputs and on what it found. */
class FuzzingTest {
  private static Stream<DynamicTest> seeds(String target, Consumer<byte[]> run)
      throws IOException, URISyntaxException {
    Path folder = Path.of(FuzzingTest.class.getResource("fuzzing/" + target).toURI());
    List<Path> seeds;
    try (Stream<Path> files = Files.list(folder)) {
      seeds = files.sorted().toList();
    }
    return seeds.stream()
        .map(
            seed ->
                dynamicTest(
                    seed.getFileName().toString(), () -> run.accept(Files.readAllBytes(seed))));
  }

  @TestFactory
  Stream<DynamicTest> reports() throws Exception {
    return seeds("Report", ReportFuzzing::fuzzerTestOneInput);
  }
}
