package org.spanmatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.spanmatch.cli.report.Figure;
import org.spanmatch.cli.report.Json;

/**
 * The folder that {@code --out} names.
 *
 * @param path where it is
 */
record ResultFolder(Path path) {
  /** The file of the whole result. */
  static final String RESULT = "result.json";

  /**
   * Makes the folder, and checks that files and figures can be written there.
   *
   * @param files the names of the files
   * @throws OutputException if not
   */
  void check(List<String> files) {
    OutputFile.checkFolder(path);
    files.forEach(file -> OutputFile.check(path.resolve(file)));
    try {
      Figure.requireFonts();
    } catch (IOException e) {
      throw new OutputException(
          path
              + ": the figure can't be drawn: "
              + e.getMessage()
              + "; install fonts, for example Debian/Ubuntu 'apt install fontconfig"
              + " fonts-dejavu-core', or leave the figure out by using --json",
          e);
    }
  }

  /** Writes one of the files. A folder that is gone since the check does not cost a result. */
  void write(String file, OutputFile.Content content) {
    if (Files.notExists(path)) {
      OutputFile.checkFolder(path);
    }
    OutputFile.write(path.resolve(file), content);
  }

  /** Writes the whole result. */
  void writeResult(Object result) {
    write(RESULT, out -> Json.write(result, out));
  }
}
