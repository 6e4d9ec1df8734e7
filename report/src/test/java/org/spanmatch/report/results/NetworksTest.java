package org.spanmatch.report.results;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once") // on one JDK: nothing here depends on which
final class NetworksTest {
  private static List<String> names(String... files) {
    return Networks.ofFiles(List.of(files)).networks().stream().map(Network::name).toList();
  }

  @Test
  void namesAreThoseOfTheFiles() {
    assertEquals(List.of("seed0.npz", "seed1.npz"), names("runs/seed0.npz", "runs/seed1.npz"));
    assertEquals(List.of("a", "b.npy"), names("/data/a/", "b.npy"));
    assertEquals(List.of("/", "b"), names("/", "b"));
  }

  @Test
  void foldersDistinguishFilesOfTheSameName() {
    assertEquals(
        List.of("s0/acts.npz", "s1/acts.npz", "s1/x.npz"),
        names("s0/acts.npz", "s1/acts.npz", "s1/x.npz"));
  }

  @Test
  void theSameFileIsNumbered() {
    assertEquals(List.of("a.npz", "a.npz (2)", "b.npz"), names("a.npz", "a.npz", "b.npz"));
    assertEquals(
        List.of("s/a.npz", "t/a.npz", "s/a.npz (2)"), names("s/a.npz", "t/a.npz", "s/a.npz"));
  }

  @Test
  void severalFilesOfANetworkAreNamedTogether() {
    assertEquals(List.of("a0.npz + a1.npz", "b.npz"), names("x/a0.npz + x/a1.npz", "x/b.npz"));
  }

  @Test
  void namesAreListed() {
    assertEquals("a and b", Networks.ofFiles(List.of("a", "b")).label());
    assertEquals("a, b and c", Networks.ofFiles(List.of("a", "b", "c")).label());
    assertEquals(
        "3 networks",
        Networks.ofFiles(List.of("resnet-seed0.npz", "resnet-seed1.npz", "resnet-seed2.npz"))
            .label());
    assertEquals("a and c", Networks.ofFiles(List.of("a", "b", "c")).two(0, 2).label());
  }
}
