package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Tests reading JMH's results, and files with other content. */
class MeasurementTest {
  private static final String RESULT =
      """
      {"benchmark": "org.spanmatch.benchmarks.LayerBenchmark.match", "mode": "avgt", "threads": 1,
        "params": {"neurons": "64"},
        "primaryMetric": {"score": 12.5, "scoreError": "NaN", "scoreUnit": "ms/op"},
        "secondaryMetrics": {"·gflops": {"score": 80.0, "scoreUnit": "GFLOP/s"}}}
      """;

  @TempDir Path folder;

  @Test
  void readsResults() throws IOException {
    List<Measurement> read = Measurement.read(file("[" + RESULT + "]"));
    assertEquals(
        List.of(
            new Measurement(
                "LayerBenchmark.match",
                Map.of("neurons", "64"),
                1,
                new Iterations(List.of(12.5)),
                Double.NaN,
                Map.of("gflops", 80.0))),
        read);
    assertEquals(List.of(), Measurement.read(file("[]")));
  }

  /** Of two JVMs with two iterations each. */
  @Test
  void readsTheIterationsOfAllForks() throws IOException {
    Measurement read =
        Measurement.read(
                file(
                    """
                    [{"benchmark": "a.b.LayerBenchmark.match", "threads": 1,
                      "primaryMetric": {"score": 15.25, "scoreError": 30.5, "scoreUnit": "ms/op",
                        "rawData": [[40, 6], [8, 7]]},
                      "secondaryMetrics": {"match": {"score": 9, "rawData": [[27, 1], [3, 5]]}}}]
                    """))
            .get(0);
    assertEquals(7.5, read.milliseconds());
    assertEquals(6, read.iterations().lowest());
    assertEquals(40, read.iterations().highest());
    assertEquals(30.5, read.error(), "too few iterations for another interval than JMH's");
    assertEquals(Map.of("match", 4.0), read.secondary());
  }

  @Test
  void readsWhatJmhWrites() throws IOException, RunnerException {
    Path file = folder.resolve("jmh.json");
    new Runner(
            new OptionsBuilder()
                .include("LayerBenchmark\\.match")
                .param("neurons", "4")
                .param("samples", "100")
                .param("threads", "1")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(3)
                .measurementTime(TimeValue.milliseconds(10))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .addProfiler(Speeds.class)
                .resultFormat(ResultFormatType.JSON)
                .result(file.toString())
                .build())
        .run();
    List<Measurement> read = Measurement.read(file);
    assertEquals(1, read.size());
    Measurement measurement = read.get(0);
    assertEquals("LayerBenchmark.match", measurement.benchmark());
    assertEquals("float32", measurement.parameters().get("dtype"));
    assertTrue(measurement.milliseconds() > 0 && measurement.error() > 0, measurement.toString());
    for (String label : List.of(Speeds.GFLOPS, Speeds.GBS, Speeds.COMPRESS, Speeds.MATCH)) {
      assertTrue(measurement.secondary().get(label) > 0, measurement.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | expected a list of JMH's results, found nothing",
        "{} | expected a list of JMH's results, found an object",
        "3 | expected a list of JMH's results, found 3",
        "Benchmark Mode Cnt | expected JMH's results as JSON, found text that is none at line 1",
        "[] [] | expected JMH's results as JSON, found text that is none at line 1",
        "[3] | expected a text as primaryMetric/scoreUnit of result 1, found nothing",
        "[{\"primaryMetric\": {\"scoreUnit\": \"us/op\"}}] | expected ms/op as"
            + " primaryMetric/scoreUnit of result 1, found \"us/op\"",
      })
  void refusesWhatIsNone(String text, String expected) throws IOException {
    Path file = file(text);
    IOException e = assertThrows(IOException.class, () -> Measurement.read(file));
    assertEquals(file + ": " + expected, e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9, 0.99})
  void refusesTruncatedFiles(double share) throws IOException {
    String whole = "[" + RESULT.strip() + "]";
    Path file = file(whole.substring(0, (int) (share * whole.length())));
    IOException e = assertThrows(IOException.class, () -> Measurement.read(file));
    assertTrue(
        e.getMessage()
            .startsWith(file + ": expected JMH's results as JSON, found text that is none at line"),
        e.getMessage());
  }

  @Test
  void refusesScoresThatAreNoNumbers() throws IOException {
    Path file = file("[" + RESULT.replace("12.5", "\"NaN\"") + "]");
    IOException e = assertThrows(IOException.class, () -> Measurement.read(file));
    assertEquals(
        file + ": expected a number as primaryMetric/score of result 1, found \"NaN\"",
        e.getMessage());
  }

  @Test
  void refusesWhatCantBeRead() {
    Path file = folder.resolve("none.json");
    IOException e = assertThrows(IOException.class, () -> Measurement.read(file));
    assertEquals(file + ": expected JMH's results, found no file that can be read", e.getMessage());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("results.json"), text);
  }
}
