package org.spanmatch.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.TestData;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.spark.Submit.Outcome;

/** The program from its jar, on real layers in many shards, as a user runs it. */
class SubmitIT {
  private static final int SHARDS = 40;
  private static final long LARGEST_JAR = 2_000_000;

  // Where no inner products are added up, or their speed is not the point.
  private static final List<String> ONE_COMPILER = List.of("-XX:TieredStopAtLevel=1");

  private static final List<String> LAYERS = List.of("classifier.1", "classifier.4");

  @TempDir Path folder;

  /** Cuts layers of real networks into shards with a row more in some than in others. */
  private void cut(String network) throws IOException {
    ActivationFile file = ActivationFile.open(TestData.shared("cifar-vgg/" + network + ".npz"));
    Path target = Files.createDirectories(folder.resolve(network));
    List<double[][]> layers = new ArrayList<>();
    for (String name : LAYERS) {
      layers.add(
          file.arrays().stream()
              .filter(array -> array.name().equals(name))
              .map(array -> rows(array.layer(List.of())))
              .findFirst()
              .orElseThrow());
    }
    for (int shard = 0; shard < SHARDS; shard++) {
      Path part = target.resolve(String.format(Locale.ROOT, "part-%d.npz", shard));
      NpzWriter npz = NpzWriter.stored(Files.newOutputStream(part));
      for (int i = 0; i < LAYERS.size(); i++) {
        double[][] all = layers.get(i);
        double[][] some =
            Arrays.copyOfRange(
                all,
                (int) ((long) all.length * shard / SHARDS),
                (int) ((long) all.length * (shard + 1) / SHARDS));
        float[] values = new float[some.length * all[0].length];
        for (int j = 0; j < values.length; j++) {
          values[j] = (float) some[j / all[0].length][j % all[0].length];
        }
        npz.add(LAYERS.get(i), values, some.length, all[0].length);
      }
      npz.finish();
    }
  }

  private static double[][] rows(Layer layer) {
    double[][] rows = new double[(int) layer.samples()][layer.neurons()];
    int done = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        for (int i = 0; i < block.samples(); i++) {
          block.copyRows(i, 1, rows[done++], 0);
        }
      }
    }
    return rows;
  }

  private List<String> files(String command, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "--x", folder + "/x/*.npz", "--y", folder + "/y/*.npz"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  @Test
  void shardsGiveWhatOneMachineGives() throws Exception {
    cut("x");
    cut("y");
    Path onTwo = folder.resolve("two.gram.npz");
    Outcome cluster =
        Submit.run(
            List.of(),
            ONE_COMPILER,
            folder,
            "local-cluster[2,1,1024]",
            List.of(),
            files("match", "--out", onTwo.toString(), "--epsilon", "0.25,0.3"));
    assertEquals(0, cluster.exitCode(), cluster.err());
    assertTrue(cluster.out().contains("2 pairs of layers of 40 shards on Spark"), cluster.out());
    Path onOne = folder.resolve("one.gram.npz");
    Outcome local =
        Submit.run(
            List.of(),
            List.of(),
            folder,
            "local[1]",
            List.of(),
            files("gram", "--out", onOne.toString()));
    assertEquals(0, local.exitCode(), local.err());
    assertEquals(-1, Files.mismatch(onTwo, onOne), "the bytes on two executors and on one");
    List<Gram> grams = GramFile.read(onTwo);
    LayerPairs<LayerPair.OfActivations> pairs =
        LayerPairs.of(
            ActivationFile.open(TestData.shared("cifar-vgg/x.npz")),
            ActivationFile.open(TestData.shared("cifar-vgg/y.npz")),
            LAYERS::contains,
            List.of());
    assertEquals(LAYERS.size(), grams.size());
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(2))) {
      for (int i = 0; i < grams.size(); i++) {
        LayerPair.OfActivations pair = pairs.pairs().get(i);
        try (ProjectionTable expected =
                kernel.compress(pair.x(), pair.y(), GramOptions.defaults());
            ProjectionTable found = kernel.table(grams.get(i), 0, 1)) {
          assertAgree(expected, found, cluster.out());
        }
      }
    }
  }

  private static void assertAgree(ProjectionTable expected, ProjectionTable found, String table) {
    for (Group group : Group.values()) {
      Distances one = expected.distances(group);
      Distances other = found.distances(group);
      assertEquals(one.size(), other.size());
      for (int i = 0; i < one.size(); i++) {
        double bound = one.errorBound(i) + other.errorBound(i);
        assertEquals(one.distance(i), other.distance(i), bound, group + " " + i);
      }
    }
    List<Match> sets = MaximumMatch.find(expected, 0.15, 0.25, 0.3, 0.5);
    List<Match> others = MaximumMatch.find(found, 0.15, 0.25, 0.3, 0.5);
    for (int i = 0; i < sets.size(); i++) {
      for (Group group : Group.values()) {
        if (sets.get(i).borderline(group).isEmpty()) {
          assertEquals(sets.get(i).members(group), others.get(i).members(group));
        }
      }
    }
    MatchSpectrum levels = MatchSpectrum.of(expected);
    MatchSpectrum otherLevels = MatchSpectrum.of(found);
    for (Group group : Group.values()) {
      for (int neuron = 0; neuron < expected.neurons(group); neuron++) {
        assertEquals(
            levels.level(group, neuron).orElse(-1),
            otherLevels.level(group, neuron).orElse(-1),
            levels.levelError(group, neuron) + otherLevels.levelError(group, neuron),
            group + " " + neuron);
      }
    }
    double neurons = expected.neurons(Group.X) + expected.neurons(Group.Y);
    String share = String.format(Locale.ROOT, "%.4f", sets.get(2).size() / neurons);
    assertTrue(table.contains(share), "expected the similarity " + share + " in\n" + table);
  }

  @Test
  void aDamagedShardEndsTheRunWithItsName() throws Exception {
    cut("x");
    cut("y");
    Path damaged = folder.resolve("y/part-17.npz");
    byte[] bytes = Files.readAllBytes(damaged);
    Files.write(damaged, Arrays.copyOf(bytes, bytes.length - 30));
    Path out = folder.resolve("out.gram.npz");
    Outcome outcome =
        Submit.run(
            List.of(),
            ONE_COMPILER,
            folder,
            "local[2]",
            List.of(),
            files("gram", "--out", out.toString()));
    assertEquals(3, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains("part-17.npz"), outcome.err());
    assertFalse(Files.exists(out));
    try (Stream<Path> left = Files.list(folder)) {
      assertTrue(left.noneMatch(file -> file.toString().endsWith(".tmp")));
    }
  }

  @Test
  @Tag("once") // on one JDK: the system refuses to write, not Java
  void aFullDiskEndsTheRunWithASentence() throws Exception {
    Assumptions.assumeTrue(canMount(), "no file system can be mounted here");
    cut("x");
    cut("y");
    Path small = Files.createDirectories(folder.resolve("small"));
    Path out = folder.resolve("out.gram.npz");
    List<String> mounted =
        List.of(
            "unshare",
            "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o size=8m none " + small + " && exec \"$@\"",
            "sh");
    Outcome outcome =
        Submit.run(
            mounted,
            ONE_COMPILER,
            folder,
            "local[2]",
            List.of("spark.local.dir=" + small, "spark.task.maxFailures=1"),
            files("gram", "--out", out.toString()));
    assertEquals(1, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains("No space left on device"), outcome.err());
    assertFalse(Files.exists(out));
  }

  private static boolean canMount() throws IOException, InterruptedException {
    try {
      return new ProcessBuilder("unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt")
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theJarHoldsWhatSparkLacks() throws IOException {
    long size = Files.size(Submit.jar());
    assertTrue(size <= LARGEST_JAR, size + " bytes");
    try (JarFile jar = new JarFile(Submit.jar().toFile())) {
      List<String> others =
          jar.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.endsWith(".class"))
              .filter(name -> !name.startsWith("org/spanmatch/"))
              .toList();
      assertEquals(List.of(), others);
    }
  }
}
