package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Font;
import java.awt.GraphicsEnvironment;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** The pictures of the documentation are those that the demo draws today. */
@Tag("once") // on one JDK: each places letters in its own way
class DocumentationPicturesTest {
  // Another processor may round a point of a curve to the next pixel; a changed figure moves more.
  private static final double MOST_DIFFERING = 0.002;

  private static final String SAMPLE = "size of maximum match / number of neurons";

  @TempDir private Path folder;

  @Test
  void theDemosFiguresAreInTheDocumentation() throws IOException {
    Path out = folder.resolve("demo");
    Outcome outcome = RealCommand.run("demo", "--out", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    requireTheirFont();
    for (String figure : List.of("similarity", "spectrum")) {
      Path shown = RealCommand.root().resolve("docs/demo-" + figure + ".png");
      assertSame(
          ImageIO.read(out.resolve(figure + ".png").toFile()), ImageIO.read(shown.toFile()), shown);
    }
  }

  private static void assertSame(BufferedImage drawn, BufferedImage shown, Path file) {
    String stale = file + " is not what the demo draws now: run docs/make-pictures.sh";
    assertEquals(drawn.getWidth(), shown.getWidth(), stale);
    assertEquals(drawn.getHeight(), shown.getHeight(), stale);
    int differing = 0;
    for (int y = 0; y < drawn.getHeight(); y++) {
      for (int x = 0; x < drawn.getWidth(); x++) {
        differing += drawn.getRGB(x, y) == shown.getRGB(x, y) ? 0 : 1;
      }
    }
    assertTrue(differing <= MOST_DIFFERING * drawn.getWidth() * drawn.getHeight(), stale);
  }

  /** Without DejaVu Sans as the usual font every letter differs. */
  private static void requireTheirFont() {
    boolean installed =
        List.of(GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames())
            .contains("DejaVu Sans");
    if (!installed || width(Font.SANS_SERIF) != width("DejaVu Sans")) {
      String message =
          "SKIPPED: the usual font is not DejaVu Sans, so the pictures of the documentation are not"
              + " compared";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }

  private static double width(String family) {
    Font font = new Font(family, Font.PLAIN, 100);
    return font.getStringBounds(SAMPLE, new FontRenderContext(null, true, true)).getWidth();
  }
}
