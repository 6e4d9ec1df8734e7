package org.spanmatch.cli.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.spanmatch.report.ResultFiles;
import org.spanmatch.report.figures.Figure;

/**
 * The folder that {@code --out} names.
 *
 * @param path where it is
 */
public record ResultFolder(Path path) implements ResultFiles {
  /**
   * Creates the folder, and checks that files and figures can be written to it.
   *
   * @param files the names of the files
   * @throws OutputException if not
   */
  public void check(List<String> files) {
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

  /** A folder that is gone since the check does not cost a result. */
  @Override
  public void write(String file, Content content) {
    if (Files.notExists(path)) {
      OutputFile.checkFolder(path);
    }
    OutputFile.write(path.resolve(file), content);
  }
}
