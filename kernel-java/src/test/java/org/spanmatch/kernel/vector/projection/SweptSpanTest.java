package org.spanmatch.kernel.vector.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.Matrix;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.WorkerPool;
import org.spanmatch.validation.contract.ExactDistances;

/**
 * What sweeps add to the error, apart from all else: the truth is what follows from the triangular
 * factor that they start from.
 */
class SweptSpanTest {
  private static final int PROJECTED = 6;

  private final WorkerPool workers = new WorkerPool(1);
  private final Gemm gemm = new Gemm(MicroKernels.only(MicroKernel.choose()), workers);

  @AfterEach
  void close() {
    workers.close();
  }

  /** Vectors whose distances have no error before the first sweep, and that count fresh starts. */
  private final class OnlyDrift implements CompressedVectors {
    final double allowed;
    final GramVectors vectors;
    final List<Double> norms = new ArrayList<>(); // what bounds were asked for
    double inverseTrace;
    int rank;
    int starts;
    private int[] spanning;
    private double[][] factor; // its columns, of those that span and then of those projected

    OnlyDrift(double[][] gram, double allowed) {
      this.vectors = new GramVectors(gram, 0, 0, gemm);
      this.allowed = allowed;
    }

    @Override
    public CompressedVectors with(Gemm other) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Projection project(int[] spanning, int[] projected) {
      starts++;
      Projection projection = vectors.project(spanning, projected);
      if (projection == null) {
        return null;
      }
      this.spanning = spanning;
      int rank = spanning.length;
      factor = new double[rank + projected.length][rank + 1];
      for (int j = 0; j < rank; j++) {
        for (int i = 0; i <= j; i++) {
          factor[j][i] = projection.tableau.get(i, j);
        }
      }
      for (int x = 0; x < projected.length; x++) {
        for (int i = 0; i < rank; i++) {
          factor[rank + x][i] = projection.tableau.get(i, projection.first + x);
        }
        factor[rank + x][rank] = Math.sqrt(Math.max(0, projection.squares[x]));
      }
      return projection;
    }

    /** The distances to some of the vectors that span. */
    double[] truth(List<Integer> left) {
      List<double[]> columns =
          IntStream.range(0, spanning.length)
              .filter(i -> left.contains(spanning[i]))
              .mapToObj(i -> factor[i])
              .toList();
      ExactDistances exact = new ExactDistances(spanning.length + 1, columns);
      return IntStream.range(0, PROJECTED)
          .mapToDouble(x -> exact.distance(factor[spanning.length + x]))
          .toArray();
    }

    @Override
    public double errorBound(
        double distance, double coefficientNorm, int rank, double inverseTrace, boolean dependent) {
      norms.add(coefficientNorm);
      this.inverseTrace = inverseTrace;
      this.rank = rank;
      return dependent ? 1 : 0;
    }

    @Override
    public double allowedDrift() {
      return allowed;
    }

    @Override
    public Precision precision() {
      return vectors.precision();
    }

    @Override
    public double storageRoundoff() {
      return vectors.storageRoundoff();
    }

    @Override
    public double rankTolerance() {
      return vectors.rankTolerance();
    }

    @Override
    public boolean areMultiples(int vector, int other) {
      return vectors.areMultiples(vector, other);
    }

    @Override
    public int[] independent(int[] spanning) {
      return vectors.independent(spanning);
    }
  }

  /** Unit vectors, of which each fourth is within a relative distance of the one before it. */
  private static double[][] gram(long seed, int count, double nearest) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] vectors = new double[count][2 * count];
    for (int i = 0; i < count; i++) {
      double[] vector = vectors[i];
      double[] before = vectors[Math.max(0, i - 1)];
      boolean near = i % 4 == 3;
      Arrays.setAll(
          vector,
          s -> (near ? before[s] : 0.05) + (near ? nearest * 0.1 : 0.2) * random.nextDouble(-1, 1));
      double norm = Math.sqrt(product(vector, vector));
      Arrays.setAll(vector, s -> vector[s] / norm);
    }
    double[][] gram = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        gram[i][j] = i == j ? 1 : product(vectors[i], vectors[j]);
      }
    }
    return gram;
  }

  private static double product(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  /** Nothing is in the span of nothing, whether it started so or became so. */
  @Test
  void anEmptySpanIsFar() {
    int count = 20;
    OnlyDrift vectors = new OnlyDrift(gram(1, count, 1), Double.MAX_VALUE);
    SweptSpan emptied = span(vectors, count);
    distances(emptied);
    emptied.removeSpanning(IntStream.range(0, count - PROJECTED).toArray());
    SweptSpan empty =
        new SweptSpan(
            vectors, gemm, new int[0], IntStream.range(count - PROJECTED, count).toArray());
    for (SweptSpan span : List.of(emptied, empty)) {
      for (int x = 0; x < PROJECTED; x++) {
        assertEquals(1, distances(span).distance(x));
      }
    }
  }

  /**
   * Of a Gram matrix whose inverse is known: two vectors with cosine 0.6, and others beside them.
   */
  @Test
  void whatBoundsAreMadeOfIsTrue() {
    int beside = 6; // enough that the removal of one is a sweep
    int count = 2 + beside + PROJECTED;
    double[][] gram = new double[count][count];
    for (int i = 0; i < count; i++) {
      gram[i][i] = 1;
    }
    gram[0][1] = gram[1][0] = 0.6;
    gram[0][2 + beside] = gram[2 + beside][0] = 0.3;
    double error = 16 * count * 0x1p-53; // few operations on numbers below 16
    OnlyDrift vectors = new OnlyDrift(gram, Double.MAX_VALUE);
    SweptSpan span = span(vectors, count);
    distances(span);
    assertEquals(2 / 0.64 + beside, vectors.inverseTrace, error);
    assertEquals((0.3 + 0.18) / 0.64, vectors.norms.get(0), error);
    vectors.norms.clear();
    span.removeSpanning(1);
    span.sharpen();
    distances(span);
    assertEquals(1, vectors.starts);
    assertEquals(1 + beside, vectors.inverseTrace, error);
    assertEquals(0.3, vectors.norms.get(0), error);
  }

  /** The last vectors are projected on all others. */
  private SweptSpan span(CompressedVectors vectors, int count) {
    int[] spanning = IntStream.range(0, count - PROJECTED).toArray();
    int[] projected = IntStream.range(count - PROJECTED, count).toArray();
    return new SweptSpan(vectors, gemm, spanning, projected);
  }

  private static Distances distances(SweptSpan span) {
    return span.distances(IntStream.range(0, PROJECTED).toArray());
  }

  private static double largestBound(Distances distances) {
    return IntStream.range(0, PROJECTED).mapToDouble(distances::errorBound).max().orElseThrow();
  }

  private static List<Integer> order(String name, int count, SplittableRandom random) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count - PROJECTED; i++) {
      order.add(random.nextInt(order.size() + 1), i);
    }
    if (name.equals("PARTNERS")) {
      order.sort((a, b) -> Boolean.compare(b % 4 == 2, a % 4 == 2)); // first
    }
    return order;
  }

  @ParameterizedTest
  @CsvSource({
    "RANDOM, 1, 1e-9",
    "RANDOM, 1e-2, 1e-4",
    "RANDOM, 1e-4, 1e-3",
    "RANDOM, 1e-5, 1",
    "PARTNERS, 1, 1e-9",
    "PARTNERS, 1e-2, 1e-4",
    "PARTNERS, 1e-4, 1e-3",
    "PARTNERS, 1e-5, 1"
  })
  void driftIsBounded(String name, double nearest, double largest) {
    for (int seed = 0; seed < 5; seed++) {
      int count = 80 + seed;
      OnlyDrift vectors = new OnlyDrift(gram(seed, count, nearest), Double.MAX_VALUE);
      SweptSpan span = span(vectors, count);
      List<Integer> order = order(name, count, new SplittableRandom(seed));
      assertEquals(0, largestBound(distances(span)));
      for (int swept = 1; order.size() - swept > 4; swept++) {
        span.removeSpanning(order.get(swept - 1));
        Distances found = distances(span);
        if (vectors.starts > 1) {
          break; // for want of a pivot that is good enough
        }
        if (swept % 6 == 1) {
          double[] truth = vectors.truth(order.subList(swept, order.size()));
          for (int x = 0; x < PROJECTED; x++) {
            double error = Math.abs(found.distance(x) - truth[x]);
            assertTrue(
                error <= found.errorBound(x) + 0x1p-50,
                found.distance(x) + " ± " + found.errorBound(x) + ", expected " + truth[x]);
            if (swept < count / 3) {
              assertTrue(found.errorBound(x) <= largest, "bound " + found.errorBound(x));
            }
          }
        }
      }
    }
  }

  /** After every sweep, of every column that a later one may use, against decimal arithmetic. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-1, 1e-2, 1e-3})
  void columnErrorsAreBounded(double nearest) throws ReflectiveOperationException {
    int count = 46;
    OnlyDrift vectors = new OnlyDrift(gram(1, count, nearest), Double.MAX_VALUE);
    SweptSpan span = span(vectors, count);
    distances(span);
    DecimalTableau truth = new DecimalTableau(vectors.factor, count - PROJECTED);
    List<Integer> order = order("RANDOM", count, new SplittableRandom(1));
    List<Integer> left = new ArrayList<>(order);
    double largest = 0;
    for (int vector : order.subList(0, order.size() - 4)) {
      span.removeSpanning(vector);
      distances(span);
      if (vectors.starts > 1) {
        break; // for want of a pivot that is good enough
      }
      left.remove((Integer) vector);
      truth.sweepOut(vector);
      for (int j : left) {
        largest = Math.max(largest, truth.shareOfBound(span, j, left));
      }
      for (int x = count - PROJECTED; x < count; x++) {
        largest = Math.max(largest, truth.shareOfBound(span, x, left));
      }
    }
    assertTrue(left.size() < 30, left.size() + " are left");
    assertTrue(largest <= 1, "error " + largest + " of its bound");
    assertTrue(largest > 1e-4, "error " + largest + " of its bound: rounding is not seen");
  }

  /** [W C] of the vectors that a triangular factor gives, by decimal arithmetic. */
  private static final class DecimalTableau {
    private static final MathContext DIGITS = new MathContext(60);

    private final double[][] factor; // its columns
    private final BigDecimal[][] values;

    DecimalTableau(double[][] factor, int rank) {
      this.factor = factor;
      values = new BigDecimal[rank][factor.length];
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < factor.length; j++) {
          values[i][j] = product(factor[i], factor[j]);
        }
      }
      for (int k = 0; k < rank; k++) { // Gauss-Jordan, in place
        BigDecimal pivot = values[k][k];
        values[k][k] = BigDecimal.ONE;
        for (int j = 0; j < factor.length; j++) {
          values[k][j] = values[k][j].divide(pivot, DIGITS);
        }
        for (int i = 0; i < rank; i++) {
          BigDecimal multiplier = values[i][k];
          if (i != k) {
            values[i][k] = BigDecimal.ZERO;
            subtract(i, multiplier, k);
          }
        }
      }
    }

    private static BigDecimal product(double[] a, double[] b) {
      BigDecimal sum = BigDecimal.ZERO;
      for (int i = 0; i < a.length; i++) {
        sum = sum.add(new BigDecimal(a[i]).multiply(new BigDecimal(b[i]), DIGITS), DIGITS);
      }
      return sum;
    }

    private void subtract(int row, BigDecimal multiplier, int other) {
      for (int j = 0; j < factor.length; j++) {
        values[row][j] =
            values[row][j].subtract(multiplier.multiply(values[other][j], DIGITS), DIGITS);
      }
    }

    void sweepOut(int k) {
      BigDecimal pivot = values[k][k];
      for (int i = 0; i < values.length; i++) {
        if (i != k) {
          subtract(i, values[i][k].divide(pivot, DIGITS), k);
        }
      }
    }

    /** Returns ‖A_S E‖₂ of a vector's column as a part of its bound. */
    double shareOfBound(SweptSpan span, int vector, List<Integer> left)
        throws ReflectiveOperationException {
      Object state = field(span, "state");
      Tableau tableau = (Tableau) field(state, "tableau");
      int pending = (int) field(state, "pending");
      int column =
          vector < values.length
              ? tableau.spanningColumn(vector)
              : tableau.first + Tableau.find(tableau.columns, vector);
      double[] product = new double[factor[0].length];
      for (int i : left) {
        int row = tableau.row(i);
        BigDecimal error =
            new BigDecimal(tableau.values.get(row, column)).subtract(values[i][vector]);
        for (int t = 0; t < pending; t++) {
          BigDecimal update = new BigDecimal(tableau.pendingColumns.get(t, row));
          BigDecimal multiplier = new BigDecimal(tableau.pendingRows.get(t, column));
          error = error.subtract(update.multiply(multiplier), DIGITS);
        }
        for (int l = 0; l < product.length; l++) {
          product[l] += error.doubleValue() * factor[i][l];
        }
      }
      double bound = ((Drift) field(state, "drift")).error(column);
      return Math.sqrt(SweptSpanTest.product(product, product)) / bound;
    }
  }

  /** Distances after a trial are those of a twin that never made it, and bounds too. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 30, 31, 32, 33, 40})
  void aTrialLeavesNoTrace(int before) {
    int count = 300;
    double[][] gram = gram(3, count, 0.1);
    OnlyDrift vectors = new OnlyDrift(gram, Double.MAX_VALUE);
    OnlyDrift twins = new OnlyDrift(gram, Double.MAX_VALUE);
    SweptSpan span = span(vectors, count);
    SweptSpan twin = span(twins, count);
    distances(span);
    distances(twin);
    List<Integer> order = order("RANDOM", count, new SplittableRandom(3));
    for (int vector : order.subList(0, before)) {
      span.removeSpanning(vector);
      twin.removeSpanning(vector);
    }
    SpanState outer = span.mark();
    twin.mark(); // which may apply what is pending
    span.removeSpanning(order.get(before));
    SpanState inner = span.mark();
    order.subList(before + 1, before + 20).forEach(span::removeSpanning);
    span.removeProjected(count - 1);
    span.rollback(inner);
    order.subList(before + 20, before + 60).forEach(span::removeSpanning);
    span.rollback(inner);
    order.subList(before + 60, before + 62).forEach(span::removeSpanning);
    span.rollback(outer);
    assertTwins(vectors, span, twins, twin);
    for (int vector : order.subList(before, before + 40)) {
      span.removeSpanning(vector);
      twin.removeSpanning(vector);
      assertTwins(vectors, span, twins, twin);
    }
    assertEquals(1, vectors.starts);
  }

  /** Whether the memory ran short in between or not. */
  @Test
  void aMarkBeforeTheFirstSweepMayBeComputedAgain() throws ReflectiveOperationException {
    int count = 60;
    OnlyDrift vectors = new OnlyDrift(gram(1, count, 0.1), Double.MAX_VALUE);
    SweptSpan span = span(vectors, count);
    Distances expected = distances(span);
    SpanState mark = span.mark();
    for (boolean dropped : new boolean[] {false, true}) {
      span.removeSpanning(1);
      span.removeSpanning(2);
      distances(span);
      if (dropped) {
        ((Reference<?>) field(mark, "fresh")).clear();
      }
      span.rollback(mark);
      Distances found = distances(span);
      assertEquals(dropped ? 2 : 1, vectors.starts);
      for (int x = 0; x < PROJECTED; x++) {
        assertEquals(expected.distance(x), found.distance(x));
        assertEquals(expected.errorBound(x), found.errorBound(x));
        assertEquals(expected.coefficientNorm(x), found.coefficientNorm(x));
      }
    }
  }

  /** Otherwise each trial from there would start afresh. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMarkHasATableau(boolean unsound) throws ReflectiveOperationException {
    int count = 160; // a fourth of them depends on others
    OnlyDrift vectors = new OnlyDrift(gram(1, count, unsound ? 1 : 0), Double.MAX_VALUE);
    SweptSpan span = span(vectors, count);
    distances(span);
    int starts = vectors.starts;
    int[] rows = ((Tableau) field(field(span, "state"), "tableau")).rows.clone();
    // Of each four vectors the last two are equal, and one of them waits: keep the other.
    int[] removed = IntStream.of(rows).filter(row -> row % 4 < 2).limit(70).toArray();
    if (unsound) {
      // More than half of the room for pending updates, which a mark applies.
      for (int i = 0; (int) field(field(span, "state"), "pending") <= 16; i++) {
        span.removeSpanning(removed[i]);
      }
      Arrays.fill((double[]) field(field(field(span, "state"), "drift"), "carried"), 1e9);
    } else {
      // Most of those that wait, and more than half of the rows.
      IntStream.range(0, count - PROJECTED)
          .filter(vector -> Tableau.find(rows, vector) < 0)
          .skip(8)
          .forEach(span::removeSpanning);
      IntStream.of(removed).forEach(span::removeSpanning);
    }
    assertEquals(starts, vectors.starts);
    SpanState mark = span.mark();
    assertEquals(starts + 1, vectors.starts, "a start with vectors known to be independent");
    for (int vector : IntStream.of(rows).filter(row -> row % 4 < 2).skip(70).toArray()) {
      span.removeSpanning(vector);
      distances(span);
      span.rollback(mark);
    }
    assertEquals(starts + 1, vectors.starts);
  }

  private static void assertTwins(
      OnlyDrift vectors, SweptSpan span, OnlyDrift twins, SweptSpan twin) {
    vectors.norms.clear();
    twins.norms.clear();
    Distances found = distances(span);
    Distances expected = distances(twin);
    for (int x = 0; x < PROJECTED; x++) {
      assertEquals(expected.distance(x), found.distance(x));
      // But for what rounding leaves of removed rows, which are dropped or not.
      double bound = expected.errorBound(x);
      assertEquals(bound, found.errorBound(x), 1e-6 * bound);
      assertEquals(1, vectors.norms.get(x) / twins.norms.get(x), 1e-6);
    }
    assertEquals(1, vectors.inverseTrace / twins.inverseTrace, 1e-6);
  }

  /** Bounds use numbers that may be too large, but not too small, nor ever larger. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-2})
  void whatBoundsAreMadeOfIsUpToDate(double nearest) {
    int count = 150;
    double[][] gram = gram(2, count, nearest);
    boolean renewed = false;
    OnlyDrift vectors = new OnlyDrift(gram, Double.MAX_VALUE);
    SweptSpan span = span(vectors, count);
    List<Integer> order = order("RANDOM", count, new SplittableRandom(2));
    distances(span);
    for (int swept = 1; order.size() - swept > 40; swept++) {
      span.removeSpanning(order.get(swept - 1));
      vectors.norms.clear();
      distances(span);
      OnlyDrift others = new OnlyDrift(gram, Double.MAX_VALUE);
      distances(
          new SweptSpan(
              others,
              gemm,
              order.subList(swept, order.size()).stream().mapToInt(v -> v).sorted().toArray(),
              IntStream.range(count - PROJECTED, count).toArray()));
      for (int x = 0; x < PROJECTED; x++) {
        double least = others.norms.get(x) * (1 - 1e-6);
        double ratio = vectors.norms.get(x) / least;
        renewed |= swept > 20 && ratio < 1.001;
        assertTrue(ratio >= 1, swept + " removed: " + ratio);
        // Sums of absolute values grow fast where near duplicates cancel, until they are renewed.
        assertTrue(ratio <= (nearest == 1 ? 40 : 4000), swept + " removed: " + ratio);
      }
      assertTrue(vectors.inverseTrace >= others.inverseTrace * (1 - 1e-6), "sweep " + swept);
      if (vectors.starts == 1) {
        assertEquals(order.size(), vectors.rank, "as many as were factorised");
      }
    }
    assertTrue(renewed, "sums are never renewed");
    assertTrue(nearest < 1 || vectors.starts == 1, vectors.starts + " starts");
  }

  @Test
  void tooMuchDriftIsAFreshStart() {
    int count = 100;
    double[][] gram = gram(1, count, 1e-2);
    for (double allowed : new double[] {1e-10, 3e-11, 1e-11}) {
      OnlyDrift vectors = new OnlyDrift(gram, allowed);
      SweptSpan span = span(vectors, count);
      List<Integer> order = order("RANDOM", count, new SplittableRandom(1));
      int before = 0;
      for (int vector : order.subList(0, order.size() - 4)) {
        span.removeSpanning(vector);
        Distances found = distances(span);
        assertTrue(largestBound(found) <= allowed);
        if (vectors.starts == before) {
          assertTrue(largestBound(found) > 0, "a sweep without an error");
        }
        before = vectors.starts;
      }
      assertTrue(vectors.starts > 2 && vectors.starts < count / 2, vectors.starts + " starts");
    }
  }

  /** Bounds of 1 say that something waits. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWaitsTakesPartAsSoonAsItIsIndependent(boolean asked) {
    for (int seed = 0; seed < 10; seed++) {
      int count = 50 + seed;
      OnlyDrift vectors = new OnlyDrift(gram(seed, count, 0), Double.MAX_VALUE);
      SweptSpan span = span(vectors, count);
      assertEquals(1, largestBound(distances(span)));
      SplittableRandom random = new SplittableRandom(seed);
      BitSet left = new BitSet();
      left.set(0, count - PROJECTED);
      for (int i = 3; i < count - PROJECTED; i += 4) {
        if (asked) {
          assertEquals(1, largestBound(distances(span)));
        }
        int partner = i - random.nextInt(2);
        span.removeSpanning(partner);
        left.clear(partner);
        if (i % 8 == 7) { // then the other must not come back
          span.removeSpanning(2 * i - 1 - partner);
          left.clear(2 * i - 1 - partner);
        }
      }
      SweptSpan fresh =
          new SweptSpan(
              vectors,
              gemm,
              left.stream().toArray(),
              IntStream.range(count - PROJECTED, count).toArray());
      Distances expected = distances(fresh);
      Distances found = distances(span);
      assertTrue(largestBound(found) < 1e-10, "nothing waits any more");
      for (int x = 0; x < PROJECTED; x++) {
        assertEquals(expected.distance(x), found.distance(x), 1e-7);
      }
    }
  }

  // Errors put into a tableau by hand, in the directions in which they do most.

  private static Object field(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  /** A tableau before its first sweep. */
  private final class Tampered {
    final OnlyDrift vectors;
    final SweptSpan span;
    final int rank;
    final int first;
    final Matrix tableau;
    final double[] errors;
    final double[] joined;

    Tampered(double[][] gram) throws ReflectiveOperationException {
      int count = gram.length;
      vectors = new OnlyDrift(gram, Double.MAX_VALUE);
      span = span(vectors, count);
      distances(span);
      SpanState state = (SpanState) field(span, "state");
      ((FreshStart) field(span, "freshStart")).prepareSweeps(state);
      rank = count - PROJECTED;
      errors = (double[]) field(field(state, "drift"), "local");
      joined = (double[]) field(field(state, "drift"), "joined");
      tableau = (Matrix) field(field(state, "tableau"), "values");
      first = (int) field(field(state, "tableau"), "first");
    }

    /** The unit vector in which the span shrinks when these vectors are removed one by one. */
    double[] direction(int... removed) {
      List<double[]> directions = new ArrayList<>();
      for (int vector : removed) {
        double[] dual = new double[rank];
        for (int j = 0; j < rank; j++) {
          for (int i = 0; i < rank; i++) {
            dual[i] += vectors.factor[j][i] * tableau.get(j, vector);
          }
        }
        for (double[] before : directions) {
          double along = product(dual, before);
          Arrays.setAll(dual, i -> dual[i] - along * before[i]);
        }
        double norm = Math.sqrt(product(dual, dual));
        directions.add(Arrays.stream(dual).map(v -> v / norm).toArray());
      }
      return directions.get(removed.length - 1);
    }

    /** Adds an error to a column, and says so. */
    void tamper(int column, double[] direction, double size) {
      double[] change = new double[rank];
      for (int i = rank - 1; i >= 0; i--) {
        double value = size * direction[i];
        for (int j = i + 1; j < rank; j++) {
          value -= vectors.factor[j][i] * change[j];
        }
        change[i] = value / vectors.factor[i][i];
        tableau.set(i, column, tableau.get(i, column) + change[i]);
      }
      errors[column] += Math.abs(size);
      joined[column] = errors[column] * errors[column];
    }

    /** The largest error after some removals, as a part of its bound. */
    double share(int... removed) {
      List<Integer> left = new ArrayList<>();
      for (int i = 0; i < rank; i++) {
        left.add(i);
      }
      for (int vector : removed) {
        span.removeSpanning(vector);
        left.remove((Integer) vector);
      }
      double[] truth = vectors.truth(left);
      Distances found = distances(span);
      assertEquals(1, vectors.starts);
      double largest = 0;
      for (int x = 0; x < PROJECTED; x++) {
        double error = Math.abs(found.distance(x) - truth[x]);
        largest = Math.max(largest, error / found.errorBound(x));
      }
      return largest;
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.1, 0.01})
  void errorsOfTheTableauAreCarriedOn(double nearest) throws ReflectiveOperationException {
    double size = 1e-8;
    double[] largest = new double[6];
    for (int seed = 0; seed < 40; seed++) {
      double[][] gram = gramOfMixtures(seed, 30, nearest);
      int[] k = {2, 3, 11}; // the first two are near
      for (int kind = 0; kind < largest.length; kind++) {
        Tampered tampered = new Tampered(gram);
        double sign = seed % 2 == 0 ? size : -size;
        int projected = tampered.first + seed % PROJECTED;
        double share =
            switch (kind) {
              case 0 -> { // a projection, along what is removed
                tampered.tamper(projected, tampered.direction(k[0]), sign);
                yield tampered.share(k[0]);
              }
              case 1 -> { // a projection, along what is removed later
                tampered.tamper(projected, tampered.direction(k[0], k[1]), sign);
                yield tampered.share(k[0], k[1]);
              }
              case 2 -> { // the pivot
                tampered.tamper(k[0], tampered.direction(k[0]), sign);
                yield tampered.share(k[0]);
              }
              case 3 -> { // the column, which hands it on to a projection
                tampered.tamper(k[0], tampered.direction(k[0], k[1]), sign);
                yield tampered.share(k[0], k[1]);
              }
              case 4 -> { // or to another column, and that to a projection
                tampered.tamper(k[0], tampered.direction(k[0], k[1], k[2]), sign);
                yield tampered.share(k[0], k[1], k[2]);
              }
              default -> { // a later pivot
                tampered.tamper(k[1], tampered.direction(k[0], k[1]), sign);
                yield tampered.share(k[0], k[1]);
              }
            };
        assertTrue(share <= 1.0001, "kind " + kind + ": " + share + " of the bound");
        largest[kind] = Math.max(largest[kind], share);
      }
    }
    // The bounds are nearly attained where nothing is nearly dependent, so they can't be halved.
    // The error of a pivot counts twice in its sweep, which covers what is of second order.
    double[] least = {0.9, 0.9, 0.4, 0.4, 0.4, 0.4};
    for (int kind = 0; kind < least.length && nearest == 1; kind++) {
      assertTrue(largest[kind] > least[kind], "kind " + kind + ": " + largest[kind]);
    }
  }

  /** The projected vectors are nearly in the span: removals are nearly all their distance. */
  private static double[][] gramOfMixtures(long seed, int count, double nearest) {
    double[][] gram = gram(seed, count, nearest);
    SplittableRandom random = new SplittableRandom(seed);
    int rank = count - PROJECTED;
    for (int x = rank; x < count; x++) {
      double[] c = random.doubles(rank, -1, 1).toArray();
      double[] products = new double[rank];
      Arrays.setAll(products, i -> product(c, gram[i]));
      double norm = Math.sqrt(product(products, c));
      for (int i = 0; i < rank; i++) {
        gram[i][x] = 0.9999 * products[i] / norm;
        gram[x][i] = gram[i][x];
      }
    }
    return gram;
  }
}
