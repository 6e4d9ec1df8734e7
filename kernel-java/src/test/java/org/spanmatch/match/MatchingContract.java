package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.JsonFile;
import org.spanmatch.data.ActivationFile;
import org.spanmatch.data.ArrayActivations;
import org.spanmatch.data.LayerPair;
import org.spanmatch.data.LayerPairs;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** What the matching algorithms find with any kernel, for a test class of each one to inherit. */
public abstract class MatchingContract {
  private ProjectionKernel kernel;

  /** The kernel to test. */
  protected abstract ProjectionKernel open();

  /** How many small problems to try; a slow kernel takes fewer. */
  protected int problems() {
    return 1000;
  }

  @BeforeEach
  final void openKernel() {
    kernel = open();
  }

  @AfterEach
  final void closeKernel() {
    if (kernel != null) { // not skipped
      kernel.close();
    }
  }

  /** The kernel that is open during a test. */
  final ProjectionKernel kernel() {
    return kernel;
  }

  static boolean isBorderline(Match match) {
    return !match.borderlineX().isEmpty() || !match.borderlineY().isEmpty();
  }

  /** Some fixed ε, one between each two neighbouring levels, one below and one above all. */
  static double[] betweenLevels(ProjectionTable table, MatchSpectrum spectrum) {
    Set<Double> levels = new TreeSet<>();
    for (Group group : Group.values()) {
      for (int neuron : table.remaining(group)) {
        levels.add(spectrum.level(group, neuron).orElseThrow());
      }
    }
    List<Double> epsilons = new ArrayList<>(List.of(0.05, 0.2, 0.5, 1.0));
    double before = 0;
    for (double level : levels) {
      epsilons.add((before + level) / 2);
      before = level;
    }
    epsilons.add((before + 1) / 2);
    return epsilons.stream().mapToDouble(Double::doubleValue).filter(e -> e > 0).toArray();
  }

  @Test
  void spectrumIsTheMaximumMatchAtEveryEpsilon() {
    int compared = 0;
    int borderline = 0;
    for (int seed = 0; seed < problems(); seed++) {
      PlantedProblem problem =
          seed % 10 == 0 ? PlantedProblem.larger(seed) : PlantedProblem.of(seed);
      try (ProjectionTable table = problem.compress(kernel)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        double[] epsilons = betweenLevels(table, spectrum);
        List<Match> matches = MaximumMatch.find(table, epsilons);
        for (int i = 0; i < epsilons.length; i++) {
          Match expected = matches.get(i);
          Match found = spectrum.maximumMatch(epsilons[i]);
          if (isBorderline(expected) || isBorderline(found)) {
            borderline++;
          } else {
            assertEquals(expected, found, "seed " + seed);
            compared++;
          }
        }
      }
    }
    assertTrue(compared > 5 * problems(), "compared only " + compared);
    // The Gram matrix can't resolve exact matches, nor the smallest gaps between levels.
    assertTrue(borderline < compared / 2, borderline + " borderline, compared " + compared);
  }

  @Test
  void theTableIsLeftAsItWas() {
    try (ProjectionTable table = PlantedProblem.larger(1).compress(kernel)) {
      int[] x = table.remaining(Group.X);
      int[] y = table.remaining(Group.Y);
      MatchSpectrum.of(table, Progress.NONE);
      assertArrayEquals(x, table.remaining(Group.X));
      assertArrayEquals(y, table.remaining(Group.Y));
    }
  }

  @Test
  void theInverseQuestionAgreesWithTheMatches() {
    for (int seed = 0; seed < problems() / 20; seed++) {
      try (ProjectionTable table = PlantedProblem.larger(seed).compress(kernel)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        for (int size = 1; size <= 15; size++) {
          double epsilon = spectrum.epsilonForEach(size).orElseThrow();
          Match match = spectrum.maximumMatch(Math.max(epsilon, Double.MIN_VALUE));
          assertTrue(match.x().size() >= size && match.y().size() >= size);
          if (epsilon > 0) {
            Match less = spectrum.maximumMatch(Math.max(Math.nextDown(epsilon), 1e-300));
            assertTrue(less.x().size() < size || less.y().size() < size);
          }
          double either = spectrum.epsilonFor(size).orElseThrow();
          Match some = spectrum.maximumMatch(Math.max(either, Double.MIN_VALUE));
          assertTrue(some.x().size() + some.y().size() >= size);
        }
        int all = table.neurons(Group.X) + table.neurons(Group.Y);
        assertEquals(OptionalDouble.empty(), spectrum.epsilonFor(all + 1));
      }
    }
  }

  @Test
  void deadNeuronsHaveNoLevel() {
    double[] x = {0, 1, 0, 2, 0, 3};
    double[] y = {1, 2, 4};
    try (ProjectionTable table =
        kernel.compress(
            ArrayActivations.of("x", 3, 2, x),
            ArrayActivations.of("y", 3, 1, y),
            CompressionOptions.defaults())) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      assertEquals(OptionalDouble.empty(), spectrum.level(Group.X, 0));
      // The sine of the angle between (1, 2, 3) and (1, 2, 4).
      double sine = Math.sqrt(1 - 17.0 * 17 / (14 * 21));
      assertEquals(sine, spectrum.level(Group.X, 1).orElseThrow(), spectrum.levelError(Group.X, 1));
      assertEquals(sine, spectrum.level(Group.Y, 0).orElseThrow(), spectrum.levelError(Group.Y, 0));
      assertEquals(OptionalDouble.empty(), spectrum.epsilonFor(3));
      assertEquals(OptionalDouble.empty(), spectrum.epsilonForEach(2));
      assertThrows(IllegalArgumentException.class, () -> spectrum.maximumMatch(0));
      assertThrows(IllegalArgumentException.class, () -> spectrum.maximumMatch(1.1));
      assertThrows(IllegalArgumentException.class, () -> spectrum.maximumMatch(Double.NaN));
      assertThrows(IllegalArgumentException.class, () -> spectrum.epsilonFor(0));
    }
  }

  @Test
  void withoutAPartnerEveryLevelIsOne() {
    try (ProjectionTable table =
        kernel.compress(
            ArrayActivations.of("x", 3, 2, new double[] {1, 2, 3, 4, 5, 7}),
            ArrayActivations.of("y", 3, 0, new double[0]),
            CompressionOptions.defaults())) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      assertEquals(OptionalDouble.of(1), spectrum.level(Group.X, 0));
      assertEquals(OptionalDouble.of(1), spectrum.level(Group.X, 1));
    }
  }

  /** Problems that the authors' program has solved. */
  @Test
  void authorsProblemsHaveTheAuthorsMatches(@TempDir Path folder) throws IOException {
    // Other modules find these files in a jar, where they can't be opened.
    for (String name : List.of("x.npz", "y.npz", "expected.json")) {
      try (InputStream in = MatchingContract.class.getResourceAsStream("minimal/" + name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
    JsonNode expected = JsonFile.read(folder.resolve("expected.json"));
    LayerPairs problems =
        LayerPairs.of(
            ActivationFile.open(folder.resolve("x.npz")),
            ActivationFile.open(folder.resolve("y.npz")),
            name -> true,
            List.of());
    assertEquals(18, problems.pairs().size());
    assertEquals(expected.size(), problems.pairs().size());
    assertEquals(List.of(), problems.onlyInX());
    assertEquals(List.of(), problems.onlyInY());
    int compared = 0;
    for (LayerPair problem : problems.pairs()) {
      assertMaximumMatches(problem, expected.get(problem.name()));
      compared += assertMinimalMatches(problem, expected.get(problem.name()));
    }
    assertEquals(306, compared);
  }

  /** What the authors' program finds when it tries X by index, then Y by index. */
  private int assertMinimalMatches(LayerPair problem, JsonNode solved) {
    int compared = 0;
    try (ProjectionTable table =
        kernel.compress(problem.x(), problem.y(), CompressionOptions.defaults())) {
      for (JsonNode expected : solved) {
        assertMinimalMatches(table, expected, problem.name());
        compared += expected.get("minimal").size();
      }
    }
    return compared;
  }

  private static void assertMinimalMatches(ProjectionTable table, JsonNode expected, String name) {
    double epsilon = expected.get("epsilon").asDouble();
    TrialOrder order = TrialOrder.byIndex(table);
    Set<List<List<Integer>>> different = new HashSet<>();
    for (JsonNode minimal : expected.get("minimal")) {
      String text = minimal.get("v").asText();
      Group group = text.startsWith("x") ? Group.X : Group.Y;
      Neuron v = new Neuron(group, Integer.parseInt(text.substring(2)));
      MinimalMatch found = MinimalMatch.find(table, epsilon, v, order).orElseThrow();
      String message = name + ", epsilon " + epsilon + ", " + text;
      List<List<Integer>> members = List.of(list(minimal.get("x")), list(minimal.get("y")));
      assertEquals(members, List.of(found.x(), found.y()), message);
      assertEquals(List.of(), found.borderlineX(), message);
      assertEquals(List.of(), found.borderlineY(), message);
      assertTrue(found.epsilon() <= epsilon, message);
      different.add(members);
    }
    for (int threads : new int[] {1, 3}) {
      SimpleMatches all = SimpleSearch.inOrder(order).on(threads).run(table, epsilon);
      assertTrue(all.complete());
      assertEquals(List.of(), all.borderlineX());
      assertEquals(List.of(), all.borderlineY());
      assertEquals(
          different,
          all.matches().stream().map(m -> List.of(m.x(), m.y())).collect(Collectors.toSet()));
    }
  }

  private void assertMaximumMatches(LayerPair problem, JsonNode expected) {
    double[] epsilons = new double[expected.size()];
    for (int i = 0; i < epsilons.length; i++) {
      epsilons[i] = expected.get(i).get("epsilon").asDouble();
    }
    try (ProjectionTable table =
        kernel.compress(problem.x(), problem.y(), CompressionOptions.defaults())) {
      List<Match> found = MaximumMatch.find(table, epsilons);
      for (int i = 0; i < epsilons.length; i++) {
        JsonNode maximum = expected.get(i).get("maximum");
        String message = problem.name() + ", epsilon " + epsilons[i];
        assertEquals(list(maximum.get("x")), found.get(i).x(), message);
        assertEquals(list(maximum.get("y")), found.get(i).y(), message);
        assertEquals(List.of(), found.get(i).borderlineX(), message);
        assertEquals(List.of(), found.get(i).borderlineY(), message);
      }
    }
  }

  private static List<Integer> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
  }
}
