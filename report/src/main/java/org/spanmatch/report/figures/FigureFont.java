package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * The fonts that figures are drawn with: those of the machine, which may have more scripts, or else
 * DejaVu Sans, which ships with this class.
 *
 * <p>Java on Linux looks for fonts through fontconfig alone, unless a file names them. That file
 * can't lie in a jar, nor can the font.
 */
final class FigureFont {
  private static final String FONT = "DejaVuSans.ttf";
  private static final String PROPERTY = "sun.awt.fontconfig";
  private static final List<String> FAMILIES =
      List.of("serif", "sansserif", "monospaced", "dialog", "dialoginput");
  private static final List<String> STYLES = List.of("plain", "bold", "italic", "bolditalic");

  // Found out once: after a failure Java gives other reasons.
  private static final Optional<IOException> PROBLEM = provide();

  private FigureFont() {}

  /**
   * Checks that there is a font.
   *
   * @throws IOException if there is none
   */
  static void require() throws IOException {
    if (PROBLEM.isPresent()) {
      throw new IOException(PROBLEM.get().getMessage(), PROBLEM.get());
    }
  }

  private static Optional<IOException> provide() {
    try {
      measure();
      return Optional.empty();
    } catch (IOException ofMachine) {
      try {
        System.setProperty(PROPERTY, extract().toString());
        measure();
        return Optional.empty();
      } catch (IOException e) {
        e.addSuppressed(ofMachine);
        return Optional.of(e);
      }
    }
  }

  private static void measure() throws IOException {
    try {
      Drawing.width("layer", Drawing.TITLE_FONT);
      Drawing.width("layer", Drawing.LABEL_FONT);
    } catch (RuntimeException | Error e) {
      // The JDK's exception here differs between versions, and may be an Error.
      throw new IOException("Java can't load a font to draw with: " + e.getMessage(), e);
    }
  }

  /** Writes the font, and the file that names it to Java, to a folder that is deleted at exit. */
  private static Path extract() throws IOException {
    try {
      Path folder = Files.createTempDirectory("spanmatch-font");
      Path font = folder.resolve(FONT);
      Path names = folder.resolve("fontconfig.properties");
      // Deleted in the opposite order.
      for (Path path : List.of(folder, font, names)) {
        path.toFile().deleteOnExit();
      }
      try (InputStream resource = FigureFont.class.getResourceAsStream(FONT)) {
        Files.copy(resource, font);
      }
      try (OutputStream out = Files.newOutputStream(names)) {
        names(font).store(out, null);
      }
      return names;
    } catch (IOException e) {
      throw new IOException(
          "the machine has no fonts, and the one that ships with spanmatch can't be written to"
              + " the temporary folder "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + e,
          e);
    }
  }

  /** Every style of every logical font: Java has no substitute for one that isn't named. */
  private static Properties names(Path font) {
    Properties names = new Properties();
    names.setProperty("version", "1");
    names.setProperty("sequence.allfonts", "latin-1");
    names.setProperty("filename.DejaVu_Sans", font.toString());
    for (String family : FAMILIES) {
      for (String style : STYLES) {
        names.setProperty(family + "." + style + ".latin-1", "DejaVu Sans");
      }
    }
    return names;
  }
}
