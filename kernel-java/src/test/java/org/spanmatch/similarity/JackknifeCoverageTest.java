package org.spanmatch.similarity;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;

/** How often intervals hold the similarity of endless samples, where that is known. */
@Tag("once") // on one JDK: nothing here depends on which
class JackknifeCoverageTest {
  private static final int PAIRS = 40;
  private static final int SAMPLES = 4000;
  private static final int BLOCKS = 20;
  private static final int SETS = 100;
  private static final double EPSILON = 0.3;

  /** The distance of pair i on endless samples: from 0.2 to 0.4, so that half of them match. */
  private static double distance(int pair) {
    return 0.2 + 0.2 * (pair + 0.5) / PAIRS;
  }

  /**
   * Neurons x = s + σe and y = s + σe′ with independent s, e and e′ of unit variance have distance
   * √(1 − 1/(1 + σ²)²), and those of different pairs have nothing in common.
   */
  private static Gram block(ProjectionKernel kernel, Random random) {
    int samples = SAMPLES / BLOCKS;
    double[][] x = new double[samples][PAIRS];
    double[][] y = new double[samples][PAIRS];
    for (int i = 0; i < samples; i++) {
      for (int pair = 0; pair < PAIRS; pair++) {
        double delta = distance(pair);
        double sigma = Math.sqrt(1 / Math.sqrt(1 - delta * delta) - 1);
        double shared = random.nextGaussian();
        x[i][pair] = shared + sigma * random.nextGaussian();
        y[i][pair] = shared + sigma * random.nextGaussian();
      }
    }
    return kernel.gram(
        List.of(Layers.of("x", x), Layers.of("y", y)), GramPair.all(2), GramOptions.defaults());
  }

  private static List<Double> levels(ProjectionKernel kernel, Gram gram) {
    try (ProjectionTable table = kernel.table(gram, 0, 1)) {
      MatchSpectrum spectrum = MatchSpectrum.of(table);
      return Stream.of(Group.values())
          .flatMapToDouble(group -> DoubleStream.of(spectrum.levels(group)))
          .sorted()
          .boxed()
          .toList();
    }
  }

  /**
   * Of 100 intervals of 95 %, 95 hold the truth on average with a standard deviation of
   * √(100·0.95·0.05) = 2.2; at least 95 − 4·2.2 = 86 must. The similarity itself has a standard
   * deviation of about 0.018 here, so that intervals of known width would be 0.07 wide; those found
   * from 20 blocks, for a count of neurons, may be up to twice as wide.
   */
  @Test
  void intervalsHoldTheSimilarityOfEndlessSamples() {
    double truth = 0.5; // 20 of 40 pairs have a distance below ε
    int holding = 0;
    double width = 0;
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1, "0"))) {
      for (int set = 0; set < SETS; set++) {
        Random random = new Random(set);
        List<Gram> blocks = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
          blocks.add(block(kernel, random));
        }
        Split.Deal deal = new Split(0, 0, BLOCKS, 1).deal(SAMPLES);
        List<List<Double>> without =
            Jackknife.without(new Parts(blocks, deal), gram -> levels(kernel, gram), Progress.NONE);
        List<Double> levels = levels(kernel, Gram.sum(blocks));
        Jackknife.Interval interval =
            Jackknife.band(levels, without, deal.sizes(), 2 * PAIRS).at(EPSILON);
        holding += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
        width += interval.high() - interval.low();
      }
    }
    assertTrue(holding >= 86, holding + " intervals hold the truth");
    assertTrue(width / SETS < 0.14, "they are " + width / SETS + " wide");
  }
}
