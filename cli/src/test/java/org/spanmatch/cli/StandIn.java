package org.spanmatch.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.spanmatch.cli.RealCommand.Outcome;

/** The stand-in for a GPU, which kernel-cuda builds for its tests. */
final class StandIn {
  private static final Path FOLDER =
      RealCommand.root().resolve("kernel-cuda").resolve("target").resolve("stand-in");

  private StandIn() {}

  /** Skips the calling test, and says so, where it was not built for want of a compiler. */
  static void assumeBuilt() {
    if (!Files.exists(FOLDER.resolve("libcuda.so.1"))) {
      String message = "SKIPPED: the stand-in for a GPU has not been built in " + FOLDER;
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  /** The options for Java that make the cuda backend find it. */
  static List<String> options() {
    List<String> options = new ArrayList<>(options(FOLDER));
    if (Runtime.version().feature() >= 24) {
      options.add("--enable-native-access=ALL-UNNAMED"); // as the launcher does
    }
    return options;
  }

  /** The option for Java that names a folder of libraries. */
  static List<String> options(Path folder) {
    return List.of("-Dspanmatch.cuda.libraryPath=" + folder.toAbsolutePath());
  }

  /** What starts the command with the stand-in; settings lack their SPANMATCH_STANDIN_. */
  static ProcessBuilder builder(Map<String, Object> settings, Object... arguments) {
    ProcessBuilder builder = RealCommand.builder(options(), arguments);
    settings.forEach(
        (name, value) -> builder.environment().put("SPANMATCH_STANDIN_" + name, value.toString()));
    return builder;
  }

  /** Runs the command with the stand-in, whatever it chooses. */
  static Outcome run(Map<String, Object> settings, Object... arguments) {
    return RealCommand.finish(builder(settings, arguments));
  }

  /** Runs it on the stand-in: it fails where it would use another backend. */
  static Outcome runOnIt(Map<String, Object> settings, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--backend", "cuda"));
    ProcessBuilder builder = builder(settings, all.toArray());
    builder.command().add(1, "-Dspanmatch.test.requireBackend=cuda");
    return RealCommand.finish(builder);
  }
}
