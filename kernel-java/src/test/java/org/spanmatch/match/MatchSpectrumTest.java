package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Peeled;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.validation.contract.MatchingContract;
import org.spanmatch.validation.contract.PlantedProblem;

/** Tests matches and match levels with the reference kernel. */
class MatchSpectrumTest extends MatchingContract {
  @Override
  protected ProjectionKernel open() {
    return Kernels.open("reference", new KernelOptions(1));
  }

  @Test
  void authorsProblemsHaveTheAuthorsMatches(@TempDir Path folder) throws IOException {
    AuthorsProblems.assertSolvedBy(kernel(), folder);
  }

  /** ε = 0 is searched for, since its rule is wider than that of a tiny ε. */
  @Test
  void matchesAreLookedUpButForZero() {
    try (ProjectionTable table = PlantedProblem.of(7).compress(kernel())) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      double[] epsilons = {0.5, 0, 1, 0.2};
      List<Match> expected = MaximumMatch.find(table, epsilons);
      assertTrue(expected.stream().noneMatch(MatchingContract::isBorderline));
      assertEquals(expected, MaximumMatch.find(table, spectrum, epsilons));
      assertThrows(
          IllegalArgumentException.class, () -> MaximumMatch.find(table, spectrum, 0.5, 1.1));
    }
  }

  /** Returns the spectrum of a table of three neurons that peels in given steps. */
  private static MatchSpectrum spectrum(Peeled... steps) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "neurons" -> arguments[0] == Group.X ? 2 : 1;
              case "peel" -> List.of(steps);
              default -> null;
            };
    return MatchSpectrum.of(
        (ProjectionTable)
            Proxy.newProxyInstance(
                ProjectionTable.class.getClassLoader(),
                new Class<?>[] {ProjectionTable.class},
                handler),
        Progress.NONE);
  }

  /** Neurons that follow one another match at once. */
  @Test
  void jumpsAreWhereSeveralNeuronsMatchAtOnce() {
    MatchSpectrum spectrum =
        spectrum(
            new Peeled(Group.X, 0, 0.5, 0, 0.5),
            new Peeled(Group.X, 1, 0.625, 0, 0.625),
            new Peeled(Group.Y, 0, 0.25, 0, 0.25));
    MatchSpectrum.Jump jump = new MatchSpectrum.Jump(0.5, 1.0 / 3, 1);
    assertEquals(Optional.of(jump), spectrum.nearestJump(0.1));
    assertEquals(Optional.of(jump), spectrum.nearestJump(1));
    MatchSpectrum gentle =
        spectrum(
            new Peeled(Group.X, 0, 0.5, 0, 0.5),
            new Peeled(Group.X, 1, 0.375, 0, 0.375),
            new Peeled(Group.Y, 0, 0.25, 0, 0.25));
    assertEquals(Optional.empty(), gentle.nearestJump(0.5));
  }

  @Test
  void aJumpIsTheNearestOne() {
    int found = 0;
    for (int seed = 0; seed < 50; seed++) {
      try (ProjectionTable table = PlantedProblem.of(seed).compress(kernel())) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        for (double epsilon : new double[] {0.01, 0.3, 0.9}) {
          Optional<MatchSpectrum.Jump> nearest = spectrum.nearestJump(epsilon);
          for (Group group : Group.values()) {
            for (double level : spectrum.levels(group)) {
              if (level > 1e-3 && level <= 1) {
                double to = spectrum.maximumMatch(level).similarity();
                double from = spectrum.maximumMatch(Math.nextDown(level)).similarity();
                int neurons = table.neurons(Group.X) + table.neurons(Group.Y);
                if (Math.round((to - from) * neurons) >= Math.max(2, neurons / 10.0)) {
                  assertTrue(
                      Math.abs(nearest.orElseThrow().epsilon() - epsilon)
                          <= Math.abs(level - epsilon));
                  found++;
                }
              }
            }
          }
        }
      }
    }
    assertTrue(found > 50, "only " + found);
  }

  /** A level is the smallest of distances each of which is in doubt, on both sides. */
  @Test
  void levelErrorsCoverBothSides() {
    MatchSpectrum spectrum =
        spectrum(
            new Peeled(Group.X, 0, 0.5, 0, 0.5),
            new Peeled(Group.X, 1, 0.5, 0.25, 0.75), // may be nearer, but not farther
            new Peeled(Group.Y, 0, 0.25, 0.125, 0.5)); // may be farther, as another one is
    assertEquals(0, spectrum.levelError(Group.X, 0));
    assertEquals(0.25, spectrum.levelError(Group.X, 1));
    assertEquals(0.25, spectrum.levelError(Group.Y, 0));
  }

  /** Equality is borderline even without an error, as for distances; being at most 1 never is. */
  @Test
  void borderlineAtTheEnds() {
    MatchSpectrum spectrum =
        spectrum(
            new Peeled(Group.X, 0, 1, 0.25, 1),
            new Peeled(Group.X, 1, 0.5, 0, 0.5),
            new Peeled(Group.Y, 0, 0.5, 0, 0.5));
    assertEquals(List.of(1), spectrum.maximumMatch(0.5).borderlineX());
    assertEquals(List.of(0), spectrum.maximumMatch(0.5).borderlineY());
    assertEquals(List.of(), spectrum.maximumMatch(1).borderlineX());
    assertEquals(List.of(0, 1), spectrum.maximumMatch(1).x());
  }

  @Test
  void aNeuronIsCalledByItsLayerAndPosition() {
    assertEquals("x:12", new Neuron(Group.X, 12).toString());
  }
}
