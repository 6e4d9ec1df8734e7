package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.spanmatch.tuning.Iterations;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Speeds;

/** Tests the tables of phases and threads, and which targets are met. */
class PhaseTablesTest {
  private static Measurement levels(
      String backend, int n, int samples, int threads, double compress, double start, double rest) {
    return phases("levels", backend, n, samples, threads, compress, start, rest);
  }

  private static Measurement phases(
      String question,
      String backend,
      int n,
      int samples,
      int threads,
      double compress,
      double start,
      double rest) {
    return Samples.of(
        "PhasesBenchmark." + question,
        layer(backend, n, samples, threads),
        1,
        compress + start + rest,
        Map.of(
            Speeds.COMPRESS,
            compress,
            Speeds.FACTORISE,
            start,
            Speeds.ANSWER,
            rest,
            Speeds.FACTORISATIONS,
            10.0));
  }

  private static Map<String, String> layer(String backend, int n, int samples, int threads) {
    return Map.of(
        "backend",
        backend,
        "neurons",
        "" + n,
        "samples",
        "" + samples,
        "threads",
        "" + threads,
        "dtype",
        "float32",
        "layout",
        "nf");
  }

  private static Measurement peak(String name, int threads, double time) {
    return Samples.of("LimitsBenchmark.multiplyAdd" + name, Map.of(), threads, time, Map.of());
  }

  @Test
  void theSpeedPerCoreIsThatOfOneThreadsTimes() {
    // Of 100 ms, 16 threads would take 6.25: 12.5 is half of the speed per core.
    Results results =
        new Results(
            List.of(
                peak("OneThread", 1, 0.2),
                peak("AllThreads", 16, 0.25),
                levels("java", 8, 100, 1, 100, 40, 60),
                levels("java", 8, 100, 16, 12.5, 2.5, 10),
                levels("java", 16, 100, 1, 1000, 400, 600)));
    String tables = new PhaseTables(results).tables();
    assertEquals(
        """

        ### Speed per core with more threads, relative to one thread

        | n | samples | threads | backend | multiply-adds, GFLOP/s | per core | compress, ms | per core | factorise, ms | per core | answer, ms | per core | (factorise + answer) / compress |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 8 | 100 | 1 | `java` | 96 | 1 | 100 | 1 | 40 | 1 | 60 | 1 | 1 |
        | 8 | 100 | 16 | `java` | 1230 | 0.8 | 12.5 | 0.5 | 2.5 | 1 | 10 | 0.375 | 1 |
        """,
        tables.substring(tables.indexOf("\n### Speed")));
  }

  @Test
  void oneNumberOfThreadsIsNoCurve() {
    Results results = new Results(List.of(levels("java", 8, 100, 1, 100, 40, 60)));
    assertFalse(new PhaseTables(results).tables().contains("per core"));
  }

  @Test
  void targetsAreMetOrMissed() {
    Results results =
        new Results(
            List.of(
                levels("java", 4096, 10_000, 2, 100, 40, 60),
                levels("java", 2048, 20_000, 1, 100, 10, 23),
                levels("java", 2048, 20_000, 16, 12.5, 1, 1.0625),
                cold("spanmatch", 300),
                cold("numpy", 200)));
    assertEquals(
        """

        ### Targets

        | what | measured | first target | later target |
        | --- | --- | --- | --- |
        | restarts per span, 4096 + 4096 neurons | 4 | ≤ 3: **missed** | ≤ 0: **missed** |
        | spectrum / compress, 1 thread, 2048 + 2048 neurons, 20,000 samples | 0.33 | ≤ 0.35: met | ≤ 0.3: **missed** |
        | spectrum / compress, 16 threads, 4096 + 4096 neurons, 50,000 samples | not measured | ≤ 0.5 | ≤ 0.15 |
        | compressing, speed per core with 16 threads / with 1 | 0.5 | ≥ 0.7: **missed** | ≥ 0.9: **missed** |
        | spectrum, speed per core with 16 threads / with 1 | 1 | ≥ 0.7: met | ≥ 0.9: met |
        | whole process / numpy's, 512 + 512 × 10,000 | 1.5 | ≤ 1.2: **missed** | ≤ 0.9: **missed** |
        | whole process / numpy's, 1024 + 1024 × 20,000 | not measured | ≤ 0.7 | ≤ 0.5 |
        """,
        new Targets(results).table());
  }

  @Test
  void targetsOfGpusAreRatiosToTheirLimitsAndPeers() {
    Results results =
        new Results(
            List.of(
                Samples.of("DeviceBenchmark.dgemm", Map.of("size", "8192"), 1, 20, Map.of()),
                Samples.of("DeviceBenchmark.copyToDevice", Map.of(), 1, 5.368, Map.of()),
                levels("cuda", 4096, 20_000, 16, 100, 40, 60),
                // 1.64e8 bytes at 5e10 a second take 3.28 ms; 8.39e10 operations at 5.5e13, 1.53.
                phases("distances", "cuda", 1024, 20_000, 16, 6.56, 3, 2),
                phases("distances", "cuda", 256, 20_000, 16, 5, 3, 2),
                phases("distances", "pytorch", 256, 20_000, 16, 8, 4, 3)));
    String table = new Targets(results).table();
    assertEquals(
        """
        | cuda: spectrum of 4096 + 4096 neurons / dgemm of 8192 × 8192 | 5 | ≤ 10: met | ≤ 4: **missed** |
        | cuda: compressing, of the limit, 1024 + 1024 | 0.499 | ≥ 0.4: met | ≥ 0.6: **missed** |
        | cuda: compressing, of the limit, 4096 + 4096 | not measured | ≥ 0.5 | ≥ 0.8 |
        | cuda: PyTorch's time up to all distances / ours, 256 | 1.5 | ≥ 1.2: met | ≥ 2: **missed** |
        | cuda: PyTorch's time up to all distances / ours, 4096 | not measured | ≥ 1.5 | ≥ 2 |
        """,
        table.substring(table.indexOf("| cuda: spectrum")));
  }

  @Test
  void measuresAreRelativeToCompressingAndAllDistances() {
    Results results =
        new Results(
            List.of(
                phases("distances", "java", 1024, 10_000, 2, 200, 40, 10),
                measures("all", 1024, 500),
                measures("cheap", 1024, 10),
                measures("table", 1024, 50),
                measures("all", 256, 20)));
    String table = new PhaseTables(results).tables();
    assertEquals(
        """
        ### Measures of similarity of n + n neurons from their Gram matrix

        | n | samples | threads | backend | what | ms | mean ± | / compressing and all distances | / table of the Gram matrix |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 256 | 10000 | 2 | `java` | all | 20 | – | – | – |
        | 1024 | 10000 | 2 | `java` | all | 500 | – | 2 (target ≤ 1: **missed**) | 10 |
        | 1024 | 10000 | 2 | `java` | cheap | 10 | – | 0.04 (target ≤ 0.05: met) | 0.2 |
        | 1024 | 10000 | 2 | `java` | table | 50 | – | 0.2 | 1 |
        """,
        table.substring(table.indexOf("### Measures")));
  }

  private static Measurement measures(String what, int n, double time) {
    return Samples.of("MeasuresBenchmark." + what, layer("java", n, 10_000, 2), 1, time, Map.of());
  }

  /** As peers that are no benchmarks of JMH have it. */
  @Test
  void noIntervalIsNotThatOfZero() {
    Measurement peer =
        new Measurement(
            "PhasesBenchmark.distances",
            layer("pytorch", 8, 100, 1),
            1,
            new Iterations(List.of(1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0)),
            Double.NaN,
            Map.of());
    String table = new PhaseTables(new Results(List.of(peer))).tables();
    assertTrue(table.contains("| distances | 2 (1 … 3) | – |"), table);
  }

  @Test
  void nothingMeasuredIsNoTarget() {
    assertEquals("", new Targets(new Results(List.of())).table());
  }

  private static Measurement cold(String backend, double time) {
    return Samples.of(
        ColdBenchmark.NAME,
        Map.of("backend", backend, "neurons", "512", "samples", "10000"),
        1,
        time,
        Map.of());
  }
}
