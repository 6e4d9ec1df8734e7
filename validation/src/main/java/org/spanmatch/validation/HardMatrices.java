package org.spanmatch.validation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The hard matrices of numerical analysis: least-squares problems and collections of vectors that
 * are almost dependent, where a decision on the rank by rounding shows.
 *
 * <p>The designs of Longley, Filip, Wampler, Norris and Pontius are those of NIST's Statistical
 * Reference Datasets (<a href="https://www.itl.nist.gov/div898/strd/lls/lls.shtml">linear
 * regression</a>). The others are in Higham, Accuracy and Stability of Numerical Algorithms,
 * chapters 8, 20 and 28.
 */
public final class HardMatrices {
  private static final int LEAST = 5;
  private static final int MOST = 15;

  private final Map<String, Problem> problems = new LinkedHashMap<>();

  private HardMatrices() {}

  /**
   * Returns the problems by name. Some have the matrix as one group and right-hand sides as the
   * other, and some have a part of its columns in each.
   *
   * @param seed chooses the random numbers of those that have any
   */
  public static Map<String, Problem> all(long seed) {
    HardMatrices hard = new HardMatrices();
    hard.regressions();
    hard.fixed();
    hard.random(seed);
    return hard.problems;
  }

  private void add(String name, List<double[]> x, List<double[]> y) {
    problems.put(name, new Problem(x.get(0).length, List.copyOf(x), List.copyOf(y)));
  }

  private void addHalves(String name, List<double[]> columns) {
    int half = columns.size() / 2;
    add(name, columns.subList(0, half), columns.subList(half, columns.size()));
  }

  private void addLast(String name, List<double[]> columns) {
    int last = columns.size() - 1;
    add(name, columns.subList(0, last), columns.subList(last, last + 1));
  }

  /** Adds every other column against the rest. */
  private void addAlternating(String name, List<double[]> columns) {
    List<List<double[]>> groups = List.of(new ArrayList<>(), new ArrayList<>());
    for (int j = 0; j < columns.size(); j++) {
      groups.get(j % 2).add(columns.get(j));
    }
    add(name, groups.get(0), groups.get(1));
  }

  // Designs of NIST.

  private void regressions() {
    List<double[]> longley = nist("longley");
    List<double[]> design = new ArrayList<>(longley);
    design.set(0, ones(longley.get(0).length));
    add("Longley", design, longley.subList(0, 1));
    List<double[]> filip = nist("filip");
    List<double[]> powers = powers(filip.get(1), 10);
    add("Filip", powers, filip.subList(0, 1));
    addAlternating("Filip, even and odd powers", powers);
    List<double[]> wampler = nist("wampler");
    add("Wampler", powers(wampler.get(0), 5), wampler.subList(1, wampler.size()));
    List<double[]> norris = nist("norris");
    add("Norris", powers(norris.get(1), 1), norris.subList(0, 1));
    List<double[]> pontius = nist("pontius");
    add("Pontius", powers(pontius.get(1), 2), pontius.subList(0, 1));
  }

  /** Reads the columns of a table. */
  private static List<double[]> nist(String name) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                HardMatrices.class.getResourceAsStream("nist/" + name + ".csv"),
                StandardCharsets.UTF_8))) {
      List<double[]> rows =
          lines
              .lines()
              .skip(2) // where it comes from, and the names of the columns
              .map(
                  line -> Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
              .toList();
      return columns(rows.size(), rows.get(0).length, i -> rows.get(i));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<double[]> columns(int rows, int columns, IntFunction<double[]> row) {
    List<double[]> vectors = new ArrayList<>();
    for (int j = 0; j < columns; j++) {
      int column = j;
      vectors.add(IntStream.range(0, rows).mapToDouble(i -> row.apply(i)[column]).toArray());
    }
    return vectors;
  }

  private static double[] ones(int length) {
    double[] ones = new double[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Returns 1, x, … x^degree of every element. */
  private static List<double[]> powers(double[] x, int degree) {
    List<double[]> powers = new ArrayList<>(List.of(ones(x.length)));
    for (int k = 1; k <= degree; k++) {
      double[] before = powers.get(k - 1);
      double[] power = new double[x.length];
      Arrays.setAll(power, i -> before[i] * x[i]);
      powers.add(power);
    }
    return powers;
  }

  // Matrices with a formula.

  private interface Element {
    double at(int i, int j);
  }

  private static List<double[]> matrix(int rows, int columns, Element element) {
    return columns(
        rows,
        columns,
        i -> IntStream.range(0, columns).mapToDouble(j -> element.at(i, j)).toArray());
  }

  private void fixed() {
    for (int n : new int[] {6, 10, 14}) {
      List<double[]> hilbert = matrix(n + 4, n, (i, j) -> 1.0 / (i + j + 1));
      addHalves("Hilbert " + n, hilbert);
      addLast("Hilbert " + n + ", last column", hilbert);
    }
    for (int exponent : new int[] {3, 8, 13}) {
      double small = Double.parseDouble("1e-" + exponent);
      int n = 6;
      // The columns (1, small·e_j) are dependent but for the small elements.
      List<double[]> laeuchli = matrix(n + 1, n, (i, j) -> i == 0 ? 1 : i == j + 1 ? small : 0);
      add(
          "Läuchli 1e-" + exponent,
          laeuchli,
          matrix(n + 1, 3, (i, j) -> j == 2 || (j == 0) == (i == 0) ? j == 1 ? small : 1 : 0));
    }
    addLast("Kahan 30", kahan(30, 0.6));
    addHalves("Kahan 20, halves", kahan(20, 1.2));
    List<double[]> vandermonde = powers(matrix(24, 1, (i, j) -> i / 23.0).get(0), 11);
    addAlternating("Vandermonde", vandermonde);
    addHalves("Pascal", pascal(14, 12));
  }

  private static List<double[]> kahan(int n, double angle) {
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    return matrix(n, n, (i, j) -> j < i ? 0 : Math.pow(sin, i) * (i == j ? 1 : -cos));
  }

  private static List<double[]> pascal(int rows, int columns) {
    double[][] pascal = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        pascal[i][j] = i == 0 || j == 0 ? 1 : pascal[i - 1][j] + pascal[i][j - 1];
      }
    }
    return columns(rows, columns, i -> pascal[i]);
  }

  // Matrices with random elements.

  private void random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    // A few samples of huge weight, as in Powell and Reid's weighted least squares.
    List<double[]> heavy = Problem.gaussians(random, 40, 8);
    heavy.forEach(vector -> Arrays.setAll(vector, i -> i < 6 ? vector[i] * 1e12 : vector[i]));
    addHalves("Powell-Reid", heavy);
    for (int exponent = LEAST; exponent <= MOST; exponent++) {
      nearlyDependent(exponent, random);
    }
    // Vectors that sum to a constant: float64 softmax has them so but for rounding.
    List<double[]> logits = Problem.gaussians(random, 60, 5);
    double[] sums = new double[60];
    logits.forEach(vector -> Arrays.setAll(sums, i -> sums[i] + Math.exp(vector[i])));
    List<double[]> softmax = new ArrayList<>(List.of(ones(60)));
    for (double[] vector : logits) {
      softmax.add(IntStream.range(0, 60).mapToDouble(i -> Math.exp(vector[i]) / sums[i]).toArray());
    }
    add("softmax and a constant", Problem.gaussians(random, 60, 4), softmax);
    // The second is the first times one plus some roundoffs, so together they span the third.
    add(
        "a roundoff apart",
        List.of(new double[] {1, 0, -1, 0}),
        List.of(new double[] {1, 1, 1, 1}, new double[] {1 + 0x1p-52, 1, 1 - 0x1p-52, 1}));
  }

  /** Adds vectors two of which are at a small distance from the span of the others. */
  private void nearlyDependent(int exponent, SplittableRandom random) {
    double distance = Double.parseDouble("1e-" + exponent);
    List<double[]> y = Problem.gaussians(random, 50, 6);
    double[] inside = Problem.mixture(y, 0, random);
    List<double[]> x = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      double[] away = Problem.gaussianVector(random, 50);
      double size = i < 2 ? distance : 1;
      Arrays.setAll(away, s -> inside[s] + size * away[s]);
      (i < 2 ? y : x).add(away);
    }
    add("dependent within 1e-" + exponent, x, y);
  }
}
