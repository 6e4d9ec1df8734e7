package org.spanmatch.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.tuning.LayerBenchmark;
import org.spanmatch.tuning.MatchingBenchmark;
import org.spanmatch.tuning.NpyFile;

/**
 * Measures the way from {@code .npy} files to the maximum matches at five ε, as in {@code spanmatch
 * match}.
 *
 * <p>The files, of the given dtype and layout, are written to a temporary folder once per trial and
 * read in every call: from memory, as far as the system caches them. All else, operations and bytes
 * included, is as in {@link LayerBenchmark}; reading counts as compressing.
 */
public class FileBenchmark extends MatchingBenchmark {
  private Path folder;

  @Override
  protected void prepare() {
    try {
      folder = Files.createTempDirectory("spanmatch-benchmarks");
      for (Group group : Group.values()) {
        NpyFile.write(file(group), data().layer(group));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(Group group) {
    return folder.resolve(group.label() + ".npy");
  }

  @Override
  protected ProjectionTable compress() {
    return kernel().compress(open(Group.X), open(Group.Y), compression());
  }

  private Layer open(Group group) {
    Layout stored = data().layer(group).layout();
    return ActivationFile.open(file(group)).arrays().get(0).layer(List.of(stored));
  }

  @Override
  protected void free() {
    if (folder == null) {
      return;
    }
    try {
      for (Group group : Group.values()) {
        Files.deleteIfExists(file(group));
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads and matches a layer. */
  @Benchmark
  public List<Match> match() {
    return matchLayer();
  }
}
