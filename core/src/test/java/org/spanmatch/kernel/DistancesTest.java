package org.spanmatch.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DistancesTest {
  private static final double ROUNDOFF = 0x1p-24;

  private static Distances one(double distance, double errorBound, double coefficients) {
    return new Distances(
        new int[] {7},
        new double[] {distance},
        new double[] {errorBound},
        new double[] {coefficients},
        ROUNDOFF);
  }

  @Test
  void values() {
    Distances distances = one(0.5, 0.25, 3);
    assertEquals(1, distances.size());
    assertEquals(7, distances.neuron(0));
    assertEquals(0.5, distances.distance(0));
    assertEquals(0.25, distances.errorBound(0));
  }

  @Test
  void withinIsAtMostEpsilonWhateverTheError() {
    Distances distances = one(0.5, 0.25, 3);
    assertTrue(distances.within(0, 0.5), "the limit belongs to it");
    assertFalse(distances.within(0, Math.nextDown(0.5)));
    assertTrue(distances.within(0, 1));
    assertFalse(distances.within(0, Double.MIN_VALUE));
  }

  @Test
  void borderlineIsWhatTheErrorCouldTurn() {
    Distances distances = one(0.5, 0.25, 3);
    assertTrue(distances.borderline(0, 0.25));
    assertFalse(distances.borderline(0, 0.25 - Math.ulp(1.0)));
    assertTrue(distances.borderline(0, 0.5));
    assertTrue(distances.borderline(0, 0.75));
    assertFalse(distances.borderline(0, 0.75 + Math.ulp(1.0)));
    assertTrue(one(0.5, 0, 3).borderline(0, 0.5), "equality is never certain");
  }

  /**
   * The rounding of the stored values counts apart from the error, since no arithmetic cures it.
   */
  @Test
  void roundingOfTheStoredValuesIsStatedApart() {
    assertEquals(4 * ROUNDOFF, one(0.5, 0x1p-40, 3).storageError(0));
    assertFalse(one(0x1p-41, 0x1p-40, 3).within(0, 0), "a limit of 0 is 0");
  }

  @Test
  void nothingIsFartherThanOne() {
    assertTrue(one(1, 0.25, 3).within(0, 1));
    assertFalse(one(1, 0.25, 3).borderline(0, 1));
  }

  /** The neurons that remain after a removal keep all their values. */
  @Test
  void someOfTheNeuronsKeepTheirs() {
    double[] distances = {0.1, 0.2, 0.3};
    double[] errorBounds = {0.01, 0.02, 0.03};
    double[] coefficients = {1, 2, 3};
    Distances some =
        new Distances(new int[] {4, 5, 9}, distances, errorBounds, coefficients, ROUNDOFF)
            .only(neuron -> neuron != 5);
    assertEquals(2, some.size());
    assertEquals(9, some.neuron(1));
    assertEquals(0.3, some.distance(1));
    assertEquals(0.03, some.errorBound(1));
    assertEquals(4 * ROUNDOFF, some.storageError(1));
  }

  @Test
  void groups() {
    assertEquals(Group.Y, Group.X.other());
    assertEquals(Group.X, Group.Y.other());
    assertEquals("x", Group.X.label());
    assertEquals("y", Group.Y.label());
  }
}
