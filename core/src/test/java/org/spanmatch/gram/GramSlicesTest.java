package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.GramPair.NormProducts;

/** Gram matrices come in slices of their neurons, and as bytes, with all their numbers. */
class GramSlicesTest {
  private static final List<List<Integer>> WIDTHS =
      List.of(List.of(2, 3), List.of(4), List.of(1, 0));

  /** The slices of activations as layers. */
  private static Activations sliced(Activations whole) {
    List<double[][]> slices = new ArrayList<>();
    for (int layer = 0; layer < WIDTHS.size(); layer++) {
      int from = 0;
      for (int width : WIDTHS.get(layer)) {
        slices.add(Arrays.copyOfRange(whole.layers().get(layer), from, from + width));
        from += width;
      }
    }
    return new Activations(slices, whole.samples());
  }

  private static GramMatrix joined(Activations whole, boolean scaled, int scaledRow) {
    Activations parts = sliced(whole);
    int count = parts.layers().size();
    GramMatrix.Slices slices = new GramMatrix.Slices(WIDTHS);
    for (int first = 0; first < count; first++) {
      for (int second = first + 1; second < count; second++) {
        boolean isScaled = scaled && first == scaledRow;
        GramMatrix all = parts.matrix(GramPair.all(count), isScaled, !scaled);
        slices.add(first, second, all.restrictedTo(first, second));
      }
    }
    return slices.joined();
  }

  @Test
  void slicesMakeTheWholeToTheLastBit() {
    Activations whole = Activations.random(1, 12, 5, 4, 1);
    GramMatrix expected = whole.matrix(GramPair.all(3), false, true);
    GramMatrix found = joined(whole, false, 0);
    for (GramPair pair : List.of(new GramPair(0, 0), new GramPair(0, 1), new GramPair(1, 2))) {
      assertArrayEquals(expected.block(pair), found.block(pair), pair.toString());
    }
    assertEquals(expected.pairs(), found.pairs());
    for (int i = 0; i < 3; i++) {
      assertEquals(expected.layers().get(i).moments(), found.layers().get(i).moments());
    }
    assertEquals(expected.samples(), found.samples());
    assertEquals(expected.error(), found.error());
  }

  @Test
  void squaredNormsOfSlicesAddUpToThoseOfLayers() {
    Activations whole = Activations.random(2, 12, 5, 4, 1);
    GramMatrix expected = whole.matrix(GramPair.all(3), false, true);
    GramMatrix found = joined(whole, false, 0);
    for (int first = 0; first < 3; first++) {
      for (int second = first; second < 3; second++) {
        GramPair pair = new GramPair(first, second);
        NormProducts one = expected.normProducts(pair).orElseThrow();
        NormProducts other = found.normProducts(pair).orElseThrow();
        double error = 100 * Math.abs(one.product()) * 0x1p-53;
        assertEquals(one.product(), other.product(), error);
        assertArrayEquals(one.firstSums(), other.firstSums(), error);
        assertArrayEquals(one.secondSums(), other.secondSums(), error);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void tilesMayHaveOtherScales(int scaledRow) {
    Activations whole = Activations.random(3, 12, 5, 4, 1).map(value -> value * 1e30);
    GramMatrix expected = whole.matrix();
    GramMatrix found = joined(whole, true, scaledRow);
    for (int neuron = 0; neuron < 5; neuron++) {
      Moments moments = found.layers().get(0).moments();
      Moments others = found.layers().get(1).moments();
      for (int other = 0; other < 4; other++) {
        assertEquals(
            expected.innerProduct(0, neuron, 1, other),
            Math.scalb(
                found.innerProduct(0, neuron, 1, other),
                -moments.scaleExponent(neuron) - others.scaleExponent(other)),
            1e-12 * 1e60);
      }
    }
    assertEquals(Optional.empty(), found.normProducts(new GramPair(0, 1)));
  }

  @Test
  void tilesThatAreMissingOrDoNotFitAreRefused() {
    Activations parts = sliced(Activations.random(4, 12, 5, 4, 1));
    GramMatrix all = parts.matrix();
    GramMatrix.Slices slices = new GramMatrix.Slices(WIDTHS);
    slices.add(0, 1, all.restrictedTo(0, 1));
    IllegalStateException missing = assertThrows(IllegalStateException.class, slices::joined);
    assertTrue(missing.getMessage().contains("first=0, second=2"), missing.getMessage());
    GramMatrix other = all.restrictedTo(0, 2);
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> slices.add(0, 1, other));
    assertEquals("slices 0 and 1: expected [2, 3] neurons, found [2, 4]", wrong.getMessage());
    GramMatrix fewer = parts.part(0, 5).matrix().restrictedTo(0, 2);
    assertThrows(IllegalArgumentException.class, () -> slices.add(0, 2, fewer));
  }

  private static Gram sent(Gram gram) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    gram.write(new DataOutputStream(bytes));
    ByteArrayInputStream in = new ByteArrayInputStream(bytes.toByteArray());
    Gram read = Gram.read(new DataInputStream(in));
    assertEquals(0, in.available());
    return read;
  }

  @Test
  void everyBitIsSent() throws IOException {
    Activations three = Activations.random(5, 40, 70, 60, 1); // more than a buffer
    assertEquals(three.matrix(), sent(three.matrix()));
    GramMatrix some = three.matrix(List.of(new GramPair(0, 2)), true, true);
    assertEquals(some, sent(some));
    assertEquals(three.factor(false), sent(three.factor(false)));
    Gram sum = three.matrix().plus(three.part(0, 7).matrix());
    assertEquals(sum, sent(sum));
    assertTrue(sent(Gram.empty()).isEmpty());
  }
}
