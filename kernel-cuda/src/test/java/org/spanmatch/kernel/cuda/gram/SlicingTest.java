package org.spanmatch.kernel.cuda.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ElementType;
import org.spanmatch.kernel.backend.GramErrors;

/** The numbers of digits, groups and products, and the bound that follows from them. */
class SlicingTest {
  private static final double LARGEST_PRODUCT = 0x1p14;

  @ParameterizedTest
  @CsvSource({
    "BOOL, 1, 1",
    "UINT8, 2, 4",
    "INT8, 2, 4",
    "INT16, 3, 9",
    "UINT16, 3, 9",
    "INT32, 5, 24",
    "UINT32, 5, 24",
    "FLOAT16, 6, 30",
    "BFLOAT16, 7, 34",
    "FLOAT32, 7, 34",
    "FLOAT64, 7, 34",
    "INT64, 7, 34"
  })
  void typesTakeSlicesAndProducts(ElementType type, int slices, int products) {
    assertEquals(slices, Slicing.of(type).slices());
    assertEquals(products, Slicing.of(type).products());
  }

  /** Every pair of digits is in the group of its sum, once, and in order. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void groupsHoldThePairsOfASum(int slices) {
    Slicing slicing = new Slicing(slices, false);
    Set<Integer> pairs = new HashSet<>();
    for (int group = 0; group < slicing.groups(); group++) {
      for (int i = 0; i < slicing.pairs(group); i++) {
        int one = slicing.firstDigit(group) + i;
        int other = slicing.firstDigit(group) + slicing.pairs(group) - 1 - i;
        assertEquals(group, one + other);
        assertTrue(one >= 0 && one < slices && other >= 0 && other < slices);
        pairs.add(one * slices + other);
      }
    }
    int dropped = 0;
    for (int one = 0; one < slices; one++) {
      for (int other = 0; other < slices; other++) {
        dropped += one + other >= Slicing.MOST_GROUPS ? 1 : 0;
      }
    }
    assertEquals(slices * slices - dropped, pairs.size());
    assertEquals(pairs.size(), slicing.products());
  }

  /** cuBLAS adds up 32-bit integers, and half of the groups make one float64 number exactly. */
  @Test
  void sumsFitTheirIntegers() {
    Slicing slicing = new Slicing(Slicing.MOST_SLICES, false);
    double[] halves = new double[2];
    for (int group = 0; group < Slicing.MOST_GROUPS; group++) {
      double sum = slicing.pairs(group) * LARGEST_PRODUCT * Slicing.CHUNK;
      assertTrue(sum < 0x1p31);
      int half = group / 4;
      halves[half] = halves[half] * 256 + sum;
    }
    assertTrue(Arrays.stream(halves).max().orElseThrow() <= 0x1p53);
  }

  /** "Error bounds are no larger than with float64", except for less than two roundings. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 10, 100, 2047, 2048, 2049, 100_000, 10_000_000_000L})
  void boundsAreThoseOfFloat64OrSmaller(long samples) {
    for (int panel : new int[] {128, 2048, 8192}) {
      double float64 = GramErrors.ofSums(samples, Math.min(panel, Slicing.CHUNK));
      for (ElementType type : ElementType.values()) {
        double sliced = Slicing.of(type).error(samples, panel);
        assertTrue(sliced <= float64, samples + " of " + type + ": " + sliced + ", " + float64);
      }
    }
  }

  @Test
  void boundsAreUsefulAndDependOnWhatIsExact() {
    double usual = Slicing.of(ElementType.FLOAT32).error(100_000, 2048);
    assertEquals(94, usual / 0x1p-53, 2); // of float64 it is 2098
    assertEquals(51, Slicing.of(ElementType.UINT8).error(100_000, 2048) / 0x1p-53, 1);
    assertFalse(Slicing.of(ElementType.INT64).exact());
  }
}
