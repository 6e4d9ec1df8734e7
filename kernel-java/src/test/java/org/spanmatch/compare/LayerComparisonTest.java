package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layers;
import org.spanmatch.compare.LayerComparison.StoppedException;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;

/** Tests when a layer is compressed again, in high precision. */
class LayerComparisonTest {
  private static final LayerPair.OfActivations PAIR =
      new LayerPair.OfActivations(
          "layer",
          Layers.of("layer", 3, 1, new double[] {1, 2, 3}),
          Layers.of("layer", 3, 1, new double[] {3, 1, 2}));

  private final ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());

  @AfterEach
  void close() {
    kernel.close();
  }

  /** Answers with the precision of the table, and records the calls. */
  private static class Recorder implements Question<Precision> {
    final List<Precision> asked = new ArrayList<>();
    private final boolean inDoubt;

    Recorder(boolean inDoubt) {
      this.inDoubt = inDoubt;
    }

    @Override
    public Precision answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
      assertEquals("layer", layer);
      asked.add(table.precision());
      return steps.run("ask", table::precision);
    }

    @Override
    public boolean inDoubt(Precision answer) {
      return inDoubt;
    }
  }

  /** Records each compression, and stops from one of them on. */
  private static final class Monitor implements LayerComparison.Monitor {
    final List<Precision> compressed = new ArrayList<>();
    private final int stopAt;

    Monitor(int stopAt) {
      this.stopAt = stopAt;
    }

    @Override
    public void update(String step, long done, long total) {}

    @Override
    public void compressing(LayerPair pair, Precision precision, long heapBytes) {
      assertEquals(PAIR, pair);
      assertTrue(heapBytes > 0);
      compressed.add(precision);
    }

    @Override
    public boolean isStopped() {
      return compressed.size() >= stopAt;
    }
  }

  private LayerComparison comparison(
      Optional<Precision> precision, LayerComparison.Monitor monitor) {
    return new LayerComparison(
        PAIR,
        kernel,
        new LayerComparison.Options(GramOptions.DEFAULT_DEAD_THRESHOLD, precision, monitor));
  }

  @Test
  void aClearAnswerIsTaken() {
    Recorder question = new Recorder(false);
    LayerComparison comparison =
        new LayerComparison(PAIR, kernel, LayerComparison.Options.defaults());
    assertEquals(Precision.STANDARD, comparison.answer(question));
    assertEquals(List.of(Precision.STANDARD), question.asked);
    assertTrue(comparison.steps().seconds("compress") > 0);
    assertTrue(comparison.steps().seconds("ask") > 0);
  }

  @Test
  void anAnswerInDoubtIsReplaced() {
    Recorder question = new Recorder(true);
    Monitor monitor = new Monitor(3);
    assertEquals(Precision.HIGH, comparison(Optional.empty(), monitor).answer(question));
    assertEquals(List.of(Precision.STANDARD, Precision.HIGH), question.asked);
    assertEquals(question.asked, monitor.compressed);
  }

  @Test
  void aFixedPrecisionStays() {
    for (Precision precision : Precision.values()) {
      Recorder question = new Recorder(true);
      Monitor monitor = new Monitor(2);
      assertEquals(precision, comparison(Optional.of(precision), monitor).answer(question));
      assertEquals(List.of(precision), monitor.compressed);
    }
  }

  @Test
  void aQuestionMayBeginWithHighPrecision() {
    Recorder question =
        new Recorder(true) {
          @Override
          public Precision precision() {
            return Precision.HIGH;
          }
        };
    assertEquals(Precision.HIGH, comparison(Optional.empty(), new Monitor(2)).answer(question));
    assertEquals(List.of(Precision.HIGH), question.asked);
  }

  @Test
  void theStandardAnswerStaysWhenTheSecondCompressionIsGivenUp() {
    Recorder question = new Recorder(true);
    Monitor monitor = new Monitor(2);
    assertEquals(Precision.STANDARD, comparison(Optional.empty(), monitor).answer(question));
    assertEquals(List.of(Precision.STANDARD), question.asked);
    assertEquals(List.of(Precision.STANDARD, Precision.HIGH), monitor.compressed);
  }

  @Test
  void givingUpTheFirstCompressionLeavesNoAnswer() {
    LayerComparison comparison = comparison(Optional.empty(), new Monitor(1));
    assertThrows(StoppedException.class, () -> comparison.answer(new Recorder(true)));
  }

  @Test
  void theEndOfTheHeapNamesTheLayerAndALargerHeap() {
    Recorder question =
        new Recorder(true) {
          @Override
          public Precision answer(
              String layer, ProjectionTable table, LayerComparison.Steps steps) {
            throw new OutOfMemoryError("for a test");
          }
        };
    LayerComparison comparison = comparison(Optional.empty(), LayerComparison.Monitor.NONE);
    NotEnoughMemoryException e =
        assertThrows(NotEnoughMemoryException.class, () -> comparison.answer(question));
    assertTrue(e.getMessage().startsWith(PAIR.x().description() + ": the Java heap of "));
    assertTrue(e.javaOption().orElseThrow().matches("-Xmx[0-9]+g"));
  }

  /** A question whose look at the Gram matrix takes some heap. */
  private static Question<Precision> looking(long bytes) {
    return new Recorder(false) {
      @Override
      public boolean looksAtGram() {
        return true;
      }

      @Override
      public long heapBytes(int x, int y) {
        return bytes;
      }
    };
  }

  @Test
  void heapOfALookAtTheGramMatrixIsCheckedBeforeAnythingIsAddedUp() {
    List<Long> announced = new ArrayList<>();
    LayerComparison.Monitor monitor =
        new LayerComparison.Monitor() {
          @Override
          public void update(String step, long done, long total) {
            throw new AssertionError("nothing should be added up");
          }

          @Override
          public void compressing(LayerPair pair, Precision precision, long heapBytes) {
            announced.add(heapBytes);
          }
        };
    long bytes = 1L << 60;
    NotEnoughMemoryException e =
        assertThrows(
            NotEnoughMemoryException.class,
            () -> comparison(Optional.empty(), monitor).answer(looking(bytes)));
    assertTrue(
        e.getMessage().contains("1 + 1 neurons need about 1152921504606 MB"), e.getMessage());
    assertEquals(List.of(), announced);
    LayerPair.OfGram added = PAIR.gram(kernel, GramOptions.defaults());
    assertThrows(
        NotEnoughMemoryException.class,
        () ->
            new LayerComparison(added, kernel, LayerComparison.Options.defaults())
                .answer(looking(bytes)));
    assertEquals(
        Precision.STANDARD, comparison(Optional.empty(), new Monitor(9)).answer(looking(1)));
  }
}
