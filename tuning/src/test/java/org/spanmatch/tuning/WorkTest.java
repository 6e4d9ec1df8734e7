package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Operations and bytes of small problems, counted by hand. */
class WorkTest {
  private static final Map<String, String> LAYER =
      Map.of("backend", "java", "neurons", "3", "samples", "10", "dtype", "float16");

  @Test
  void layersAreCompressedAndMatched() {
    // 10·6² and 8/3·(27 + 27) operations; 10·6 halves and 6² doubles.
    assertEquals(
        Optional.of(new Work(360 + 144, 120 + 288)), Work.of("LayerBenchmark.match", LAYER));
    assertEquals(Work.of("LayerBenchmark.match", LAYER), Work.of("FileBenchmark.match", LAYER));
    assertEquals(Optional.of(new Work(360, 120)), Work.of("CompressionBenchmark.compress", LAYER));
    assertEquals(Optional.of(new Work(144, 288)), Work.of("SpectrumBenchmark.spectrum", LAYER));
    assertEquals(Work.of("LayerBenchmark.match", LAYER), Work.of("PhasesBenchmark.levels", LAYER));
    assertEquals(Optional.of(new Work(360, 120)), Work.of("PhasesBenchmark.gram", LAYER));
    assertEquals(Optional.of(new Work(0, 120)), Work.of("PhasesBenchmark.read", LAYER));
    // 360, and 2·(27/3 + 27) + 2·27.
    assertEquals(
        Optional.of(new Work(360 + 126, 120 + 288)), Work.of("PhasesBenchmark.distances", LAYER));
  }

  @Test
  void errorBoundsTakeCoefficients() {
    // 2·(27/3 + 27), and 2·27.
    String benchmark = "ProjectionBenchmark.distances";
    assertEquals(
        Optional.of(new Work(72, 288)),
        Work.of(benchmark, Map.of("backend", "openblas", "neurons", "3")));
    assertEquals(
        Optional.of(new Work(126, 288)),
        Work.of(benchmark, Map.of("backend", "openblas-coefficients", "neurons", "3")));
  }

  @Test
  void workThatDependsOnTheDataIsNotCounted() {
    assertEquals(Optional.empty(), Work.of("MinimalMatchBenchmark.match", LAYER));
    assertEquals(Optional.empty(), Work.of("SimpleMatchesBenchmark.one", LAYER));
  }

  @Test
  void speedsAreBillionsInASecond() {
    Work work = new Work(3e9, 5e8);
    assertEquals(6, work.gflops(500), 1e-12);
    assertEquals(1, work.gigabytes(500), 1e-12);
  }

  @Test
  void namesWhatIsMissing() {
    assertEquals(
        "LayerBenchmark.match has no parameter neurons",
        assertThrows(
                IllegalArgumentException.class, () -> Work.of("LayerBenchmark.match", Map.of()))
            .getMessage());
    assertEquals(
        "SpectrumBenchmark.spectrum: expected a number for neurons, found 'many'",
        assertThrows(
                IllegalArgumentException.class,
                () -> Work.of("SpectrumBenchmark.spectrum", Map.of("neurons", "many")))
            .getMessage());
  }
}
