package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.JsonFile;
import org.spanmatch.TestData;
import org.spanmatch.data.ActivationFile;
import org.spanmatch.data.LayerPair;
import org.spanmatch.data.LayerPairs;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** Problems that the authors' program has solved. */
class MinimalProblemsTest {
  private static final Path FOLDER = TestData.resource("/org/spanmatch/match/minimal");
  private static final JsonNode EXPECTED = JsonFile.read(FOLDER.resolve("expected.json"));

  private static LayerPairs problems() {
    return LayerPairs.of(
        ActivationFile.open(FOLDER.resolve("x.npz")),
        ActivationFile.open(FOLDER.resolve("y.npz")),
        name -> true,
        List.of());
  }

  @Test
  void allAreThere() {
    LayerPairs problems = problems();
    assertEquals(18, problems.pairs().size());
    assertEquals(EXPECTED.size(), problems.pairs().size());
    assertEquals(List.of(), problems.onlyInX());
    assertEquals(List.of(), problems.onlyInY());
  }

  @TestFactory
  Stream<DynamicTest> maximumMatches() {
    return problems().pairs().stream()
        .map(problem -> dynamicTest(problem.name(), () -> assertMaximumMatches(problem)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void minimalMatches(String backend) {
    int compared = 0;
    for (LayerPair problem : problems().pairs()) {
      for (int threads : new int[] {1, 3}) {
        try (ProjectionKernel kernel = Kernels.open(backend, new KernelOptions(threads));
            ProjectionTable table =
                kernel.compress(problem.x(), problem.y(), CompressionOptions.defaults())) {
          for (JsonNode expected : EXPECTED.get(problem.name())) {
            compared += assertMinimalMatches(table, expected, problem.name(), threads);
          }
        }
      }
    }
    assertTrue(compared > 500, "only " + compared);
  }

  /** What the authors' program finds when it tries X by index, then Y by index. */
  private static int assertMinimalMatches(
      ProjectionTable table, JsonNode expected, String name, int threads) {
    double epsilon = expected.get("epsilon").asDouble();
    TrialOrder order = TrialOrder.byIndex(table);
    SimpleMatches all = SimpleSearch.inOrder(order).on(threads).run(table, epsilon);
    assertTrue(all.complete());
    assertEquals(List.of(), all.borderlineX());
    assertEquals(List.of(), all.borderlineY());
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
    assertEquals(
        different,
        all.matches().stream().map(m -> List.of(m.x(), m.y())).collect(Collectors.toSet()));
    return expected.get("minimal").size();
  }

  private static void assertMaximumMatches(LayerPair problem) {
    JsonNode expected = EXPECTED.get(problem.name());
    double[] epsilons = new double[expected.size()];
    for (int i = 0; i < epsilons.length; i++) {
      epsilons[i] = expected.get(i).get("epsilon").asDouble();
    }
    try (ProjectionKernel kernel = Kernels.open("reference", new KernelOptions(1));
        ProjectionTable table =
            kernel.compress(problem.x(), problem.y(), CompressionOptions.defaults())) {
      List<Match> found = MaximumMatch.find(table, epsilons);
      for (int i = 0; i < epsilons.length; i++) {
        JsonNode maximum = expected.get(i).get("maximum");
        String message = "epsilon " + epsilons[i];
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
