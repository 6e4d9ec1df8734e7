package org.spanmatch.report.figures;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/**
 * A figure of the distribution of sizes: for each layer, coloured by depth, the share of simple
 * matches that are at most as large as each size.
 *
 * @param title the text above the figure; may be empty
 * @param curves one per layer, in order; at least one
 */
public record SizesFigure(String title, List<Curve> curves) implements Figure {
  private static final String X_LABEL = "neurons in a simple match, at most";
  private static final String Y_LABEL = "share of the layer's simple matches";

  /**
   * The sizes of one layer's matches.
   *
   * @param layer the layer's name
   * @param sizes size of each match, ascending; may be empty
   * @param warnings the codes of the layer's warnings, separated by blanks; blank for none
   */
  public record Curve(String layer, List<Integer> sizes, String warnings) {
    /** Checks the numbers. */
    public Curve {
      sizes = List.copyOf(sizes);
      if (sizes.stream().anyMatch(size -> size < 1)) {
        throw new IllegalArgumentException("a size is below 1");
      }
    }

    /** The sizes of a layer without warnings. */
    public Curve(String layer, List<Integer> sizes) {
      this(layer, sizes, "");
    }

    private int largest() {
      return sizes.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private Map<Integer, Long> counts() {
      return sizes.stream()
          .collect(Collectors.groupingBy(size -> size, TreeMap::new, Collectors.counting()));
    }

    /** Adds the curve to a chart, with a step at each size up to the largest of all layers. */
    private void addTo(LayerLines lines, int number, int end) {
      List<Integer> x = new ArrayList<>(List.of(0));
      List<Double> share = new ArrayList<>(List.of(0.0));
      long smaller = 0;
      for (Map.Entry<Integer, Long> count : counts().entrySet()) {
        x.add(count.getKey());
        share.add((double) smaller / sizes.size());
        smaller += count.getValue();
        x.add(count.getKey());
        share.add((double) smaller / sizes.size());
      }
      x.add(end);
      share.add(share.get(share.size() - 1));
      lines.add(number, x, share);
    }

    private String stated() {
      return sizes.isEmpty()
          ? "none"
          : counts().entrySet().stream()
              .map(count -> count.getValue() + " of " + count.getKey())
              .collect(Collectors.joining(", "));
    }
  }

  /** Checks that there is something to draw. */
  public SizesFigure {
    curves = List.copyOf(curves);
    if (curves.isEmpty()) {
      throw new IllegalArgumentException("a figure needs at least one curve");
    }
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(chart(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(chart(), target);
  }

  private List<String> labels() {
    return Drawing.labels(curves.stream().map(Curve::layer).toList());
  }

  private Marks marks() {
    return new Marks(curves.stream().map(Curve::warnings).toList());
  }

  private XYChart chart() throws IOException {
    FigureFont.require();
    int end = Math.max(2, curves.stream().mapToInt(Curve::largest).max().orElseThrow());
    LayerLines lines =
        new LayerLines(title, marks().explain(X_LABEL), Y_LABEL, marks().mark(labels()));
    lines.setEnd(end, "0");
    for (int i = 0; i < curves.size(); i++) {
      curves.get(i).addTo(lines, i, end);
    }
    return lines.chart();
  }

  private String description() {
    List<String> labels = labels();
    return IntStream.range(0, labels.size())
        .mapToObj(i -> labels.get(i) + ": " + curves.get(i).stated() + ".")
        .collect(
            Collectors.joining(
                "\n", "Simple matches by number of neurons.\n", marks().describe(labels)));
  }
}
