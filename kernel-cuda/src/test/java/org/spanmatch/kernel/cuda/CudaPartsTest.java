package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.Question;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.similarity.HeldOut;
import org.spanmatch.similarity.Parts;
import org.spanmatch.similarity.Split;

/** Parts of layers, which are added up in one pass, are those of the Java kernel. */
class CudaPartsTest {
  private static final int SAMPLES = 700;
  private static final PerGroup<Integer> NEURONS = PerGroup.of(9, 12);
  private static final PerGroup<Layer> LAYERS =
      PerGroup.from(group -> layer(NEURONS.get(group), group == Group.X ? 0 : 1));

  private static Layer layer(int neurons, int seed) {
    Random random = new Random(seed);
    float[][] values = new float[SAMPLES][neurons];
    for (float[] row : values) {
      for (int i = 0; i < neurons; i++) {
        row[i] = (float) Math.max(0, random.nextGaussian() + 0.3);
      }
    }
    return Layers.of("fc", values);
  }

  /** The parts themselves. */
  private record Looking(Optional<Split> split, Parts parts) implements Question<Parts> {
    @Override
    public boolean looksAtGram() {
      return true;
    }

    @Override
    public Looking lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
      return new Looking(split, added.parts().orElseThrow());
    }

    @Override
    public Parts answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
      return parts;
    }

    @Override
    public boolean inDoubt(Parts answer) {
      return false;
    }
  }

  private static Parts parts(ProjectionKernel kernel, Split split, boolean centred) {
    LayerComparison.Options options = LayerComparison.Options.defaults();
    return new LayerComparison(
            new LayerPair.OfActivations("fc", LAYERS.x(), LAYERS.y()),
            kernel,
            centred ? options.withCentring() : options)
        .answer(new Looking(Optional.of(split), null));
  }

  /** Inner products of equal shifts differ by no more than both bounds allow. */
  private static void assertAgree(Gram expected, Gram found) {
    assertEquals(expected.samples(), found.samples());
    Gram moved = found.withShiftsOf(expected);
    double bound = expected.error() + moved.error();
    int neurons = NEURONS.x() + NEURONS.y();
    for (int i = 0; i < neurons; i++) {
      for (int j = 0; j < neurons; j++) {
        double norms = Math.sqrt(product(expected, i, i) * product(expected, j, j));
        assertEquals(product(expected, i, j), product(moved, i, j), bound * norms);
      }
    }
  }

  private static double product(Gram gram, int i, int j) {
    int x = NEURONS.x();
    return gram.innerProduct(i < x ? 0 : 1, i < x ? i : i - x, j < x ? 0 : 1, j < x ? j : j - x);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT64, 5, 0, false",
    "FLOAT64, 0, 0.2, false",
    "FLOAT64, 5, 0, true",
    "SLICED, 5, 0, false",
    "SLICED, 5, 0, true"
  })
  void heldOutDistancesAreThoseOfTheJavaKernel(
      GramMethod method, int folds, double share, boolean centred) {
    Split split = new Split(folds, share, 0, 5);
    try (ProjectionKernel java = Kernels.open("java", new KernelOptions(1));
        ProjectionKernel cuda = Cudas.open(new KernelOptions(1).withGram(method))) {
      Parts expected = parts(java, split, centred);
      Parts found = parts(cuda, split, centred);
      assertEquals(expected.grams().size(), found.grams().size());
      double error = 0;
      for (int part = 0; part < expected.grams().size(); part++) {
        Gram own = expected.grams().get(part);
        assertAgree(own, found.grams().get(part));
        error = Math.max(error, own.error() + found.grams().get(part).error());
      }
      HeldOut inJava = HeldOut.ofAll(expected, 1, Progress.NONE);
      HeldOut inCuda = HeldOut.ofAll(found, 1, Progress.NONE);
      for (Group group : Group.values()) {
        for (int neuron = 0; neuron < NEURONS.get(group); neuron++) {
          assertEquals(
              inJava.distance(group, 0, neuron).orElseThrow(),
              inCuda.distance(group, 0, neuron).orElseThrow(),
              sensitivity() * error,
              method + " " + group + " " + neuron);
        }
      }
    }
  }

  /**
   * How far a held-out distance may move, relative to the error of inner products. For n neurons of
   * norm 1, a relative error E moves their Gram matrix by at most n·E and its eigenvalues, of which
   * the least is above 1/4 here, by as much. So it moves coefficients, of norm 2 at most, by (√n +
   * 2n)·4·E, the squared distance by (1 + 2√n)²·E directly and by 2·√n·(√n + 2n)·4·E through them,
   * and the distance, which is above 1/2, by as much.
   */
  private static double sensitivity() {
    double n = Arrays.stream(Group.values()).mapToInt(NEURONS::get).max().orElseThrow();
    double root = Math.sqrt(n);
    return (1 + 2 * root) * (1 + 2 * root) + 8 * root * (root + 2 * n);
  }
}
