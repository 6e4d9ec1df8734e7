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
 * @param networks which networks these are; may be empty
 * @param curves one per layer, in order; at least one
 */
public record SizesFigure(String title, String networks, List<Curve> curves) implements Figure {
  private static final String X_LABEL = "neurons in a simple match, at most";
  private static final String NONE = ": none";
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
      if (sizes.isEmpty()) {
        lines.addNone(number);
        return;
      }
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
      share.add(1.0);
      lines.add(number, x, share);
    }

    private List<LayerMap.Step> steps() {
      List<LayerMap.Step> steps = new ArrayList<>();
      long found = 0;
      for (Map.Entry<Integer, Long> count : counts().entrySet()) {
        found += count.getValue();
        steps.add(new LayerMap.Step(count.getKey(), (double) found / sizes.size()));
      }
      return steps;
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
    Drawing.writeSvg(picture(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(picture(), target);
  }

  private List<String> labels() {
    return Drawing.labels(curves.stream().map(Curve::layer).toList());
  }

  private Marks marks() {
    return new Marks(curves.stream().map(Curve::warnings).toList());
  }

  private Drawing.Picture picture() throws IOException {
    FigureFont.require();
    int end = Math.max(2, curves.stream().mapToInt(Curve::largest).max().orElseThrow());
    return curves.size() <= LayerLines.MOST_LINES
        ? new Sheet(title, networks, List.of(chart(end))).picture()
        : map(end).picture();
  }

  private XYChart chart(int end) {
    List<String> names = new ArrayList<>(labels());
    IntStream.range(0, curves.size())
        .filter(i -> curves.get(i).sizes().isEmpty())
        .forEach(i -> names.set(i, names.get(i) + NONE));
    LayerLines lines = new LayerLines(X_LABEL, Y_LABEL, names, marks());
    lines.setEnd(end, "0");
    for (int i = 0; i < curves.size(); i++) {
      curves.get(i).addTo(lines, i, end);
    }
    return lines.chart();
  }

  private LayerMap map(int end) {
    return new LayerMap(
        title,
        networks,
        X_LABEL,
        end,
        true,
        Y_LABEL,
        labels(),
        curves.stream().map(Curve::steps).toList(),
        "no simple matches",
        marks());
  }

  private String description() {
    List<String> labels = labels();
    return IntStream.range(0, labels.size())
        .mapToObj(i -> labels.get(i) + ": " + curves.get(i).stated() + ".")
        .collect(
            Collectors.joining(
                "\n",
                "Simple matches by number of neurons" + Drawing.ofNetworks(networks) + ".\n",
                marks().describe(labels)));
  }
}
