package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.PlainMicroKernel;
import org.spanmatch.kernel.vector.gemm.VectorMicroKernel;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.validation.contract.GramContract;

/** The Gram matrices and factors of the fast Java kernel keep the contract. */
class VectorGramTest {
  abstract static class Contract extends GramContract {
    abstract MicroKernel microKernel();

    @Override
    protected ProjectionKernel open() {
      return open(2);
    }

    @Override
    protected ProjectionKernel open(int threads) {
      return new VectorKernel(MicroKernels.only(microKernel()), new KernelOptions(threads), "test");
    }

    /** The interpreter and the compilers add in the same order, so a long run changes no bit. */
    @Test
    void compiledCodeAddsAsTheInterpreterDoes() {
      Random random = new Random(7);
      float[] values = new float[300 * 52];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat();
      }
      double[] others = random.doubles(300 * 37).toArray();
      List<Layer> layers =
          List.of(Layers.of("x", 300, 52, values), Layers.of("y", 300, 37, others));
      GramOptions options = GramOptions.defaults().withPrecision(precision()).withNormProducts();
      try (ProjectionKernel kernel = open(1)) {
        Gram first = kernel.gram(layers, GramPair.all(2), options);
        for (int i = 0; i < 200; i++) {
          assertEquals(first, kernel.gram(layers, GramPair.all(2), options));
        }
      }
    }

    /** −0 is no activity; the smallest number is. */
    @Test
    void everyNumberButZeroIsActive() {
      double[] values = {
        1,
        0,
        0,
        -1, //
        Double.MIN_VALUE,
        -0.0,
        1,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        1,
        1,
        0.0,
      };
      Layer layer = Layers.of("x", 3, 4, values);
      GramOptions options = GramOptions.defaults().withPrecision(precision());
      try (ProjectionKernel kernel = open()) {
        Moments moments = kernel.gram(List.of(layer), List.of(), options).layers().get(0).moments();
        assertEquals(
            List.of(3L, 1L, 2L, 2L),
            IntStream.range(0, 4).mapToObj(moments::activeSamples).toList());
      }
    }
  }

  /** Wherever in a computation vectors take over from plain loops, no bit of a result changes. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e5, 1e6, 2e6, 3e6, 1e7, 1e15})
  void vectorsTakeOverAnywhere(double many) {
    MicroKernel vectors = new VectorMicroKernel();
    assertEquals(
        results(MicroKernels.only(vectors)), results(MicroKernels.plainUntil(many, vectors)));
  }

  /** The Gram matrices and match levels of random layers. */
  private static List<Object> results(MicroKernels kernels) {
    Random random = new Random(8);
    Layer x = Layers.of("x", 700, 52, random.doubles(700 * 52).toArray());
    Layer y = Layers.of("y", 700, 70, random.doubles(700 * 70).toArray());
    List<Object> results = new ArrayList<>();
    try (ProjectionKernel kernel = new VectorKernel(kernels, new KernelOptions(2), "test")) {
      for (Precision precision : Precision.values()) {
        GramOptions options = GramOptions.defaults().withPrecision(precision);
        Gram gram = kernel.gram(List.of(x, y), GramPair.all(2), options);
        results.add(gram);
        try (ProjectionTable table = kernel.table(gram, 0, 1)) {
          MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
          for (Group group : Group.values()) {
            results.add(Arrays.stream(spectrum.levels(group)).boxed().toList());
          }
        }
      }
    }
    return results;
  }

  @Nested
  class InVectors extends Contract {
    @Override
    MicroKernel microKernel() {
      return new VectorMicroKernel();
    }
  }

  @Nested
  class InPlainLoops extends Contract {
    @Override
    MicroKernel microKernel() {
      return new PlainMicroKernel(4, true, "as the test wants it");
    }
  }

  @Nested
  class AtHighPrecision extends Contract {
    @Override
    MicroKernel microKernel() {
      return new VectorMicroKernel();
    }

    @Override
    protected Precision precision() {
      return Precision.HIGH;
    }
  }
}
