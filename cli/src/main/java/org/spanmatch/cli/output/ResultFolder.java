package org.spanmatch.cli.output;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.spanmatch.report.ResultFiles;
import org.spanmatch.report.figures.Figure;

/**
 * The folder that {@code --out} names. Where no figures can be drawn, as on a machine without fonts
 * and without a temporary folder for the one that ships with the command, it gets everything else.
 *
 * @param path where it is
 */
public record ResultFolder(Path path) implements ResultFiles {
  private static final List<String> FIGURES = List.of(".svg", ".png");

  private static final class Fonts {
    static final Optional<String> PROBLEM = problem();

    private static Optional<String> problem() {
      try {
        Figure.requireFonts();
        return Optional.empty();
      } catch (IOException e) {
        return Optional.of(e.getMessage());
      }
    }
  }

  /**
   * Creates the folder, and checks that files can be written to it.
   *
   * @param files the names of the files
   * @throws OutputException if not
   */
  public void check(List<String> files) {
    OutputFile.checkFolder(path);
    files.forEach(file -> OutputFile.check(path.resolve(file)));
  }

  /** Prints a note if no figures can be drawn here, with the reason and the cure. */
  public void noteMissingFigures(PrintStream err) {
    Fonts.PROBLEM.ifPresent(
        problem ->
            err.println(
                "note: the figures are missing in "
                    + path
                    + ": "
                    + problem
                    + "; install fonts, for example Debian/Ubuntu 'apt install fontconfig"
                    + " fonts-dejavu-core'"));
  }

  /** Whether figures can be drawn here. */
  public boolean hasFigures() {
    return Fonts.PROBLEM.isEmpty();
  }

  /**
   * Says what the folder holds now.
   *
   * @param figures "figure" or "figures"
   */
  public String holds(String figures) {
    return (hasFigures() ? "results and " + figures : "results") + " in " + path;
  }

  /** A folder that is gone since the check does not cost a result. */
  @Override
  public void write(String file, Content content) {
    if (Files.notExists(path)) {
      OutputFile.checkFolder(path);
    }
    if (FIGURES.stream().anyMatch(file::endsWith) && !hasFigures()) {
      // That of an earlier run would pass for this one's.
      OutputFile.delete(path.resolve(file));
    } else {
      OutputFile.write(path.resolve(file), content);
    }
  }
}
