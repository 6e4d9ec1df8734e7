package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.spanmatch.JsonFile;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** Compares kernels with the authors' program, on problems that it has solved. */
final class AuthorsProblems {
  private AuthorsProblems() {}

  /**
   * Compares a kernel's matches with those of the authors' program.
   *
   * @param folder an empty folder, for copies of the problems
   */
  static void assertSolvedBy(ProjectionKernel kernel, Path folder) throws IOException {
    // Copied, since other modules have these files in a jar, where they can't be opened.
    for (String name : List.of("x.npz", "y.npz", "expected.json")) {
      try (InputStream in = AuthorsProblems.class.getResourceAsStream("minimal/" + name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
    JsonNode expected = JsonFile.read(folder.resolve("expected.json"));
    LayerPairs<LayerPair.OfActivations> problems =
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
    for (LayerPair.OfActivations problem : problems.pairs()) {
      assertMaximumMatches(kernel, problem, expected.get(problem.name()));
      compared += assertMinimalMatches(kernel, problem, expected.get(problem.name()));
    }
    assertEquals(306, compared);
  }

  /**
   * Compares minimal matches with the authors' program's, which tries X by index, then Y by index.
   */
  private static int assertMinimalMatches(
      ProjectionKernel kernel, LayerPair.OfActivations problem, JsonNode solved) {
    int compared = 0;
    try (ProjectionTable table =
        kernel.compress(problem.x(), problem.y(), GramOptions.defaults())) {
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

  private static void assertMaximumMatches(
      ProjectionKernel kernel, LayerPair.OfActivations problem, JsonNode expected) {
    double[] epsilons = new double[expected.size()];
    for (int i = 0; i < epsilons.length; i++) {
      epsilons[i] = expected.get(i).get("epsilon").asDouble();
    }
    try (ProjectionTable table =
        kernel.compress(problem.x(), problem.y(), GramOptions.defaults())) {
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
