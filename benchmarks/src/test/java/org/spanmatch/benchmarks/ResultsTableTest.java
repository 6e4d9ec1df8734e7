package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTableTest {
  @Test
  void showsTimesSpeedsSharesRatiosAndTargets() throws IOException, URISyntaxException {
    // On one thread a peak of 96 GFLOP/s, 1.92e7 operations in 0.2 ms; and 4e8 bytes in 10 ms.
    assertEquals(
        """

        ### Limits of the machine

        | limit | threads | ms | GFLOP/s | GB/s |
        | --- | --- | --- | --- | --- |
        | multiplyAddOneThread | 1 | 0.2 (0.19 … 0.41) | 96 | – |
        | readOneThread | 1 | 10 | – | 40 |
        | copyAllThreads | 2 | 32 | – | 32 |

        ### Compression of n + n neurons

        | n | samples | threads | backend | ms | mean ± | GFLOP/s | GB/s | of the limit | `java` is × as fast |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 256 | 10000 | 1 | `openblas` | 31.2 | – | 83.9 | 0.656 | 87 % | 0.893 (target ≥ 1: **missed**) |
        | 256 | 10000 | 1 | `java` | 35 (33 … 37) | 5 % | 74.9 | 0.585 | 78 % (target ≥ 80 %: **missed**) | – |
        | 256 | 10000 | 1 | `java`, float16, high | 70 | – | 37.4 | 0.146 | 39 % | – |
        | 256 | 10000 | 1 | `ejml` | 175 | – | 15 | 0.117 | 16 % | 5 (target ≥ 4: met) |
        | 256 | 10000 | 2 | `java` | 20 | – | 131 | 1.02 | – | – |

        ### Factorisation and all distances of n + n neurons

        | n | threads | backend | ms | mean ± | GFLOP/s | of the limit | `java` is × as fast |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | 512 | 1 | `java` | 10 | – | 62.6 | 65 % | – |
        | 512 | 1 | `openblas` | 8 | – | 44.7 | 47 % | 0.8 (target ≥ 0.9: **missed**) |

        ### The match levels of n + n neurons, beside compressing them

        | n | samples | threads | backend | compress, ms | spectrum, ms | mean ± | GFLOP/s | of the limit | factorisations | operations, 10⁹ | five maximum matches, ms | spectrum / compress |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 256 | 10000 | 2 | `java` | 20 | 15 (14 … 16) | – | 5.97 | – | 6 | 1.1 | 5 | 0.75 (target ≤ 2: met) |

        ### From arrays in memory to the maximum matches of n + n neurons at five ε

        | n | samples | threads | backend | ms | mean ± | compress, ms | match, ms | factorisations | operations, 10⁹ | GFLOP/s | GB/s | of the limit | `java` is × as fast |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 512 | 10000 | 1 | `java` | 200 | – | 120 | 80 | – | – | 56 | 0.247 | 58 % | – |
        | 512 | 10000 | 1 | `numpy` | 60000 | – | – | – | – | – | 0.187 | 0.000822 | 0 % | 300 (target ≥ 50: met) |

        ### From .npy files to the maximum matches of n + n neurons at five ε

        | n | samples | threads | backend | ms | mean ± | compress, ms | match, ms | factorisations | operations, 10⁹ | GFLOP/s | GB/s | of the limit | `java` is × as fast |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 4 | 10000 | 1 | `java`, float64 | 0.05 | – | 0.04 | 0.01 | – | – | 12.8 | 12.8 | 32 % (memory) | – |

        ### From arrays in memory to one minimal match where all n + n neurons match

        | n | samples | threads | backend | ms | `java` is × as fast |
        | --- | --- | --- | --- | --- | --- |
        | 64 | 2000 | 1 | `java` | 2 | – |
        | 64 | 2000 | 1 | `numpy` | 1000 | 500 (target ≥ 200: met) |

        ### Minimal matches of compressed layers where all n + n neurons match

        | n | samples | threads | ε | matches | ms |
        | --- | --- | --- | --- | --- | --- |
        | 64 | 10000 | 2 | loose | one for each neuron | 30 |
        | 512 | 10000 | 1 | tight | one | 150 (target ≤ 2000: met) |
        """,
        ResultsTable.of(List.of(sample())));
  }

  @Test
  void refusesTheSameMeasurementTwice(@TempDir Path folder) throws Exception {
    Path copy = Files.copy(sample(), folder.resolve("copy.json"));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> ResultsTable.of(List.of(sample(), copy)));
    assertEquals(copy + " has LimitsBenchmark.multiplyAddOneThread {} again", e.getMessage());
  }

  @Test
  void showsTheGpuBesideItsPeers() throws IOException, URISyntaxException {
    assertEquals(
        """

        ### Compression of n + n neurons

        | n | samples | threads | backend | ms | mean ± | GFLOP/s | GB/s | of the limit | `cuda` is × as fast |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 256 | 20000 | 16 | `cuda` | 10 | – | 524 | 4.1 | 15 % (copying) | – |
        | 256 | 20000 | 16 | `java` | 50 | – | 105 | 0.819 | – | 5 |

        ### The match levels of n + n neurons, beside compressing them

        | n | samples | threads | backend | compress, ms | spectrum, ms | mean ± | GFLOP/s | of the limit | factorisations | operations, 10⁹ | five maximum matches, ms | spectrum / compress |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 1024 | 20000 | 16 | `cuda` | – | 10 | – | 573 | 1 % | – | – | – | – |

        ### Limits of the GPU

        | limit | ms | GFLOP/s | GB/s |
        | --- | --- | --- | --- |
        | dgemm | 20 | 55000 | – |
        | dgemm by pytorch | 19 | 57900 | – |
        | copyToDevice | 10 | – | 26.8 |

        ### Gram matrix of m neurons from samples on the device

        | m | samples | backend | ms | GFLOP/s | of the limit |
        | --- | --- | --- | --- | --- | --- |
        | 2048 | 100000 | `cuda` | 10 | 41900 | 76 % |
        | 2048 | 100000 | `pytorch` | 12 | 35000 | 64 % |
        """,
        ResultsTable.of(
            List.of(Path.of(ResultsTableTest.class.getResource("jmh-gpu.json").toURI()))));
  }

  /**
   * The published results of {@code benchmarks/run.sh}, except for memory, which JMH does not
   * measure.
   */
  @Test
  void publishedTablesAreThoseOfTheMeasurements() throws IOException {
    int found = 0;
    // A folder of this module, since tests run in the module's folder.
    for (Path folder : list(Path.of("results"))) {
      Path tables = folder.resolve("tables.md");
      if (Files.exists(tables)) {
        List<Path> measured =
            list(folder).stream().filter(file -> file.toString().endsWith(".json")).toList();
        String published = Files.readString(tables);
        int memory = published.indexOf("\n### Peak memory");
        assertEquals(
            ResultsTable.of(measured),
            memory < 0 ? published : published.substring(0, memory),
            folder.toString());
        found++;
      }
    }
    assertNotEquals(0, found, "nothing is published");
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static Path sample() throws URISyntaxException {
    return Path.of(ResultsTableTest.class.getResource("jmh.json").toURI());
  }
}
