package org.spanmatch.report.figures;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.spanmatch.compare.Warning;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.results.SimpleResult;
import org.spanmatch.report.text.DisplayName;

/**
 * A map of which neuron is in which simple match of a layer: one row per match, the smallest at the
 * bottom, and one column per neuron of the maximum match.
 *
 * @param layer the layer, with at least one match
 * @param networks which networks the neurons are of
 */
public record MembersFigure(SimpleResult.Layer layer, PerGroup<String> networks) implements Figure {
  private static final int MOST_NEURONS = 128;
  private static final int MOST_MATCHES = 100;
  private static final int MARGIN = 24;
  private static final int LEFT = 130;
  private static final int PLOT = 1200; // the width and, below it, the height that cells share
  private static final int PLOT_HEIGHT = 800;
  private static final int MOST_CELL = 30;
  private static final int NAMED_CELL = 30; // the least that has room for a line of text
  private static final int GAP = 2; // between cells
  private static final int BETWEEN = 24; // between the networks
  private static final int SAMPLE = 24; // a cell beside a note
  private static final Color ABSENT = new Color(0xF0F0F0);
  private static final List<Group> GROUPS = List.of(Group.X, Group.Y);

  /** Returns the figure of a layer; empty if it would be too large to read or there is no match. */
  public static Optional<MembersFigure> of(SimpleResult.Layer layer, PerGroup<String> networks) {
    int neurons = layer.maximum().x().size() + layer.maximum().y().size();
    int matches = layer.matches().size();
    return neurons > MOST_NEURONS || matches == 0 || matches > MOST_MATCHES
        ? Optional.empty()
        : Optional.of(new MembersFigure(layer, networks));
  }

  @Override
  public void writeSvg(OutputStream target) throws IOException {
    Drawing.writeSvg(picture(), description(), target);
  }

  @Override
  public void writePng(OutputStream target) throws IOException {
    Drawing.writePng(picture(), target);
  }

  private Heading heading() {
    return new Heading(
        "Members of the simple matches of " + shownLayer(),
        networks.x() + " and " + networks.y(),
        LEFT + PLOT - MARGIN);
  }

  private String shownLayer() {
    return marks().mark(List.of(DisplayName.printable(layer.name()))).get(0);
  }

  private Marks marks() {
    return new Marks(List.of(Warning.codes(layer.warnings())));
  }

  private PerGroup<List<Integer>> neurons() {
    return PerGroup.of(layer.maximum().x(), layer.maximum().y());
  }

  private int cellWidth() {
    int columns = neurons().x().size() + neurons().y().size();
    return Math.min(MOST_CELL, PLOT / columns);
  }

  private int cellHeight() {
    return Math.min(MOST_CELL, PLOT_HEIGHT / layer.matches().size());
  }

  private int left(Group group) {
    return group == Group.X ? LEFT : LEFT + neurons().x().size() * cellWidth() + BETWEEN;
  }

  private int top() {
    return MARGIN + heading().height() + Brush.TICK;
  }

  private int bottom() {
    return top() + layer.matches().size() * cellHeight();
  }

  private List<String> ids(Group group) {
    return neurons().get(group).stream().map(String::valueOf).toList();
  }

  private int widestId() {
    return Brush.widest(GROUPS.stream().flatMap(group -> ids(group).stream()).toList());
  }

  private Drawing.Picture picture() throws IOException {
    FigureFont.require();
    int width = LEFT + PLOT + BETWEEN + MARGIN;
    int lines = 1 + GROUPS.size() + (marks().any() ? 1 : 0);
    int height = bottom() + 2 * Brush.TICK + widestId() + lines * Brush.LINE + MARGIN;
    return new Drawing.Picture(
        heading().shownTitle(),
        width,
        height,
        graphics -> paint(new Brush(graphics), width, height));
  }

  private void paint(Brush brush, int width, int height) {
    brush.fill(Color.WHITE, 0, 0, width, height);
    heading().paint(brush, width / 2, MARGIN);
    for (Group group : GROUPS) {
      paintCells(brush, group);
      paintIds(brush, group);
    }
    paintRows(brush);
    paintNotes(brush, bottom() + 2 * Brush.TICK + widestId() + Brush.LINE / 2);
  }

  private static Color color(Group group) {
    return Viridis.color(GROUPS.indexOf(group), GROUPS.size());
  }

  private void paintCells(Brush brush, Group group) {
    List<Integer> neurons = neurons().get(group);
    for (int row = 0; row < layer.matches().size(); row++) {
      List<Integer> members = members(layer.matches().get(row), group);
      int y = bottom() - (row + 1) * cellHeight();
      for (int column = 0; column < neurons.size(); column++) {
        Color color = members.contains(neurons.get(column)) ? color(group) : ABSENT;
        int x = left(group) + column * cellWidth();
        brush.fill(color, x, y, cellWidth() - GAP, cellHeight() - GAP);
      }
    }
  }

  private static List<Integer> members(SimpleResult.Simple match, Group group) {
    return group == Group.X ? match.x() : match.y();
  }

  /** Below the columns, the numbers of the neurons; of many, only some. */
  private void paintIds(Brush brush, Group group) {
    List<String> ids = ids(group);
    for (int column = 0; column < ids.size(); column += every(cellWidth())) {
      double x = left(group) + column * cellWidth() + (cellWidth() - GAP) / 2.0;
      brush.fill(Color.DARK_GRAY, (int) x - 1, bottom(), 2, Brush.TICK / 2);
      double y = bottom() + Brush.TICK;
      brush.text(ids.get(column), Drawing.LABEL_FONT, Color.BLACK, x, y, Anchor.END, -1);
    }
  }

  /** Beside the rows, the numbers of the matches; of many, only some. */
  private void paintRows(Brush brush) {
    int matches = layer.matches().size();
    for (int row = 0; row < matches; row += every(cellHeight())) {
      double y = bottom() - row * cellHeight() - (cellHeight() + GAP) / 2.0;
      String number = Integer.toString(row + 1);
      brush.text(number, Drawing.LABEL_FONT, LEFT - Brush.TICK, y, Anchor.END);
    }
    String label = "simple matches, by size";
    double half = Drawing.width(label, Drawing.AXIS_FONT) / 2.0;
    double middle = Math.max(top() + half, (top() + bottom()) / 2.0);
    double x = MARGIN + Brush.LINE / 2.0;
    brush.text(label, Drawing.AXIS_FONT, Color.BLACK, x, middle, Anchor.MIDDLE, -1);
  }

  private static int every(int cell) {
    return (NAMED_CELL + cell - 1) / cell;
  }

  private void paintNotes(Brush brush, int first) {
    int y = first;
    brush.text(
        "neurons of the maximum match, by position", Drawing.AXIS_FONT, LEFT, y, Anchor.START);
    for (Group group : GROUPS) {
      y += Brush.LINE;
      brush.fill(color(group), LEFT, y - SAMPLE / 2, SAMPLE, SAMPLE);
      String name = Drawing.fit(networks.get(group), Drawing.LABEL_FONT, PLOT - Brush.LINE);
      brush.text(name, Drawing.LABEL_FONT, LEFT + Brush.LINE, y, Anchor.START);
    }
    if (marks().any()) {
      y += Brush.LINE;
      double x = LEFT + SAMPLE / 2.0;
      brush.text(Marks.ASTERISK, Drawing.LABEL_FONT, x, y, Anchor.MIDDLE);
      brush.text(Marks.MEANING, Drawing.LABEL_FONT, LEFT + Brush.LINE, y, Anchor.START);
    }
  }

  private String description() {
    return IntStream.range(0, layer.matches().size())
        .mapToObj(
            i -> {
              SimpleResult.Simple match = layer.matches().get(i);
              return (i + 1) + ": x " + list(match.x()) + ", y " + list(match.y()) + ".";
            })
        .collect(
            Collectors.joining(
                "\n",
                "The neurons of each simple match.\n",
                marks().describe(List.of(DisplayName.printable(layer.name())))));
  }

  private static String list(List<Integer> neurons) {
    Stream<String> texts = neurons.stream().map(String::valueOf);
    return texts.collect(Collectors.joining(" "));
  }
}
