package org.spanmatch.cli.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramPair;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;

/** Shows and stores Gram matrices. */
final class GramOutput {
  /** The file that Gram matrices are written to. */
  static final Option OUT =
      CommonOptions.valued(
          "out", "FILE", "the Gram file to write, usually NAME" + GramFile.SUFFIX + "; required");

  private static final double STEP = 1000;
  private static final int MASKED = 4; // the column, if any layer is masked

  private GramOutput() {}

  /** The value of {@link #OUT}. */
  static Path path(Arguments arguments) {
    return arguments
        .path(OUT)
        .orElseThrow(() -> new UsageException("--out is missing: name the Gram file to write"));
  }

  /** Prints a row for each pair of layers. */
  static void printPairs(List<Gram> grams, PrintStream out) {
    TextTable table = new TextTable(List.of("layer", "neurons", "dead", "samples", "precision"));
    for (Gram gram : grams) {
      for (GramPair pair : gram.pairs()) {
        GramLayer x = gram.layers().get(pair.first());
        GramLayer y = gram.layers().get(pair.second());
        if (x.network() != y.network()) {
          table.add(
              List.of(
                  LayerPair.name(x.name(), y.name()),
                  x.neurons() + "/" + y.neurons(),
                  dead(gram, x) + "/" + dead(gram, y),
                  Long.toString(gram.samples()),
                  gram.precision().toString()));
        }
      }
    }
    table.print(out);
  }

  /** Prints a row for each layer, with all that is known of it. */
  static void printLayers(List<Gram> grams, PrintStream out) {
    boolean areMasked =
        grams.stream()
            .flatMap(gram -> gram.layers().stream())
            .anyMatch(layer -> layer.masked() > 0);
    List<String> heads =
        new ArrayList<>(
            List.of(
                "layer",
                "network",
                "neurons",
                "samples",
                "dead",
                "precision",
                "added up with",
                "source"));
    if (areMasked) {
      heads.add(MASKED, "masked");
    }
    TextTable table = new TextTable(heads);
    for (Gram gram : grams) {
      List<GramLayer> layers = gram.layers();
      for (int i = 0; i < layers.size(); i++) {
        GramLayer layer = layers.get(i);
        List<String> cells =
            new ArrayList<>(
                List.of(
                    layer.name(),
                    network(layer),
                    Integer.toString(layer.neurons()),
                    Long.toString(gram.samples()),
                    Integer.toString(dead(gram, layer)),
                    gram.precision().toString(),
                    partners(gram, i),
                    String.join(" + ", layer.sources())));
        if (areMasked) {
          cells.add(MASKED, Long.toString(layer.masked()));
        }
        table.add(cells);
      }
    }
    table.print(out);
  }

  private static String network(GramLayer layer) {
    return Integer.toString(layer.network() + 1);
  }

  private static int dead(Gram gram, GramLayer layer) {
    return layer.moments().dead(gram.deadThreshold()).size();
  }

  /** The other layers that it was added up with, such as "conv1 (2)", by name and network. */
  private static String partners(Gram gram, int layer) {
    List<String> partners = new ArrayList<>();
    for (int i = 0; i < gram.layers().size(); i++) {
      if (i != layer && gram.has(i, layer)) {
        GramLayer other = gram.layers().get(i);
        partners.add(other.name() + " (" + network(other) + ")");
      }
    }
    return DisplayName.list(partners);
  }

  /** Writes a file, whole or not at all, and says so. */
  static void write(List<Gram> grams, Path file, PrintStream out) throws IOException {
    OutputFile.write(file, target -> GramFile.write(grams, target));
    out.println(
        "wrote "
            + DisplayName.printable(file.toString())
            + (Files.isRegularFile(file) ? " (" + size(Files.size(file)) + ")" : ""));
  }

  private static String size(long bytes) {
    double size = bytes;
    for (String unit : List.of("bytes", "kB", "MB")) {
      if (size < STEP) {
        return String.format(Locale.ROOT, unit.equals("bytes") ? "%.0f %s" : "%.1f %s", size, unit);
      }
      size /= STEP;
    }
    return String.format(Locale.ROOT, "%.1f GB", size);
  }
}
