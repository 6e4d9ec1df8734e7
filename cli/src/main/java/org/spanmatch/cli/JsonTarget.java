package org.spanmatch.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.spanmatch.cli.report.Json;

/** Where {@code --json} sends a result: nowhere, to a file, or to standard output. */
final class JsonTarget {
  private final Optional<Path> file;
  private final boolean standardOutput;

  private JsonTarget(Optional<Path> file, boolean standardOutput) {
    this.file = file;
    this.standardOutput = standardOutput;
  }

  /**
   * The target that the arguments name.
   *
   * @throws OutputException if it is a file that can't be written
   */
  static JsonTarget of(Arguments arguments) {
    if (arguments.value(CommonOptions.JSON).filter("-"::equals).isPresent()) {
      return new JsonTarget(Optional.empty(), true);
    }
    Optional<Path> file = arguments.path(CommonOptions.JSON);
    file.ifPresent(OutputFile::check);
    return new JsonTarget(file, false);
  }

  /** Whether standard output belongs to the JSON alone. */
  boolean isStandardOutput() {
    return standardOutput;
  }

  void write(Object result, PrintStream out) throws IOException {
    if (standardOutput) {
      Json.write(result, out);
    }
    file.ifPresent(path -> OutputFile.write(path, target -> Json.write(result, target)));
  }
}
