package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTableTest {
  @Test
  void showsTimesSpeedsSharesRatiosAndTargets() throws IOException, URISyntaxException {
    // A peak of 96 GFLOP/s on one thread: 1.92e7 operations in 0.2 ms.
    assertEquals(
        """

        ### Limits of the machine

        | limit | threads | ms | GFLOP/s | GB/s |
        | --- | --- | --- | --- | --- |
        | multiplyAddOneThread | 1 | 0.2 ± 0.00123 | 96 | – |
        | copyAllThreads | 2 | 32 | – | 32 |

        ### Compression of m neurons in all

        | m | samples | threads | implementation | ms | GFLOP/s | of peak | `java` is × as fast |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | 512 | 10000 | 1 | `openblas-dsyrk` | 31.2 | 83.9 | 87 % | 0.893 (target ≥ 1: **missed**) |
        | 512 | 10000 | 1 | `java` | 35 | 74.9 | 78 % (target ≥ 80 %: **missed**) | – |
        | 512 | 10000 | 1 | `ejml` | 175 | 15 | 16 % | 5 (target ≥ 4: met) |
        | 512 | 10000 | 2 | `java` | 20 | 131 | – | – |

        ### Matching n + n neurons beside compressing them, on all processors

        | n | samples | compress, ms | spectrum, ms | five maximum matches, ms | spectrum / compress |
        | --- | --- | --- | --- | --- | --- |
        | 256 | 10000 | 10 | 15 ± 1.5 | – | 1.5 (target ≤ 2: met) |

        ### From arrays in memory to one minimal match where all n + n neurons match, on one thread

        | n | samples | method | ms | `spanmatch` is × as fast |
        | --- | --- | --- | --- | --- |
        | 64 | 2000 | `spanmatch` | 2 | – |
        | 64 | 2000 | `numpy` | 1000 | 500 (target ≥ 200: met) |

        ### Minimal matches of compressed layers where all n + n neurons match

        | n | samples | ε | matches | ms |
        | --- | --- | --- | --- | --- |
        | 64 | 10000 | loose | one for each neuron, on all processors | 30 |
        | 512 | 10000 | tight | one, on one thread | 150 (target ≤ 2000: met) |

        ### From arrays in memory to the maximum matches of n + n neurons at five ε

        | n | samples | method | ms | `spanmatch` is × as fast |
        | --- | --- | --- | --- | --- |
        | 512 | 10000 | `spanmatch` | 100 | – |
        | 512 | 10000 | `authors` | 60000 | 600 (target ≥ 50: met) |
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

        ### Limits of the GPU

        | limit | ms | GFLOP/s | GB/s |
        | --- | --- | --- | --- |
        | dgemm | 20 | 55000 | – |
        | copyToDevice | 10 | – | 26.8 |

        ### Gram matrix of m neurons from samples on the device

        | m | samples | implementation | ms | GFLOP/s | of dgemm |
        | --- | --- | --- | --- | --- | --- |
        | 2048 | 100000 | `cuda` | 10 | 41900 | 76 % |
        | 2048 | 100000 | `pytorch` | 12 | 35000 | 64 % |

        ### Compression of n + n neurons from the host's memory, beside a GPU's peers

        | n | samples | backend | ms | GFLOP/s | `cuda` is × as fast |
        | --- | --- | --- | --- | --- | --- |
        | 256 | 20000 | `cuda` | 10 | 524 | – |
        | 256 | 20000 | `java` | 50 | 105 | 5 |
        """,
        ResultsTable.of(
            List.of(Path.of(ResultsTableTest.class.getResource("jmh-gpu.json").toURI()))));
  }

  private static Path sample() throws URISyntaxException {
    return Path.of(ResultsTableTest.class.getResource("jmh.json").toURI());
  }
}
