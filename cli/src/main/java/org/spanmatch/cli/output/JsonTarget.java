package org.spanmatch.cli.output;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.report.Json;

/**
 * Where {@code --json} sends a result: nowhere, to a file, or to standard output.
 *
 * @param file the file, if it is one
 * @param isStandardOutput whether standard output belongs to the JSON alone
 */
public record JsonTarget(Optional<Path> file, boolean isStandardOutput) {
  /**
   * The target that the arguments name.
   *
   * @throws UsageException if that can't be the name of a file
   */
  public static JsonTarget of(Arguments arguments) {
    boolean dash = arguments.value(CommonOptions.JSON).filter("-"::equals).isPresent();
    return dash
        ? new JsonTarget(Optional.empty(), true)
        : new JsonTarget(arguments.path(CommonOptions.JSON), false);
  }

  /** Whether the result goes anywhere. */
  public boolean isGiven() {
    return isStandardOutput || file.isPresent();
  }

  /**
   * Checks that the result can be written.
   *
   * @throws OutputException if it goes to a file that can't be written
   */
  public void check() {
    file.ifPresent(OutputFile::check);
  }

  /** Writes a result. */
  public void write(Object result, PrintStream out) throws IOException {
    if (isStandardOutput) {
      Json.write(result, out);
    }
    file.ifPresent(path -> OutputFile.write(path, target -> Json.write(result, target)));
  }
}
