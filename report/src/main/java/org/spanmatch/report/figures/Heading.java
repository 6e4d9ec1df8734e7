package org.spanmatch.report.figures;

/**
 * The lines above a figure: its title and the networks.
 *
 * @param title may be empty
 * @param networks may be empty
 * @param room the width that they may have
 */
record Heading(String title, String networks, int room) {
  /** Returns the height of the lines. */
  int height() {
    return (title.isBlank() ? 0 : Brush.LINE) + (networks.isBlank() ? 0 : Brush.LINE);
  }

  /** Returns the title, shortened to the room. */
  String shownTitle() {
    return Drawing.fit(title, Drawing.TITLE_FONT, room);
  }

  /** Returns the networks, shortened to the room. */
  String shownNetworks() {
    return Drawing.fit(networks, Drawing.AXIS_FONT, room);
  }

  /** Draws the lines around a middle. */
  void paint(Brush brush, int middle, int top) {
    double y = top + Brush.LINE / 2.0;
    if (!title.isBlank()) {
      brush.text(shownTitle(), Drawing.TITLE_FONT, middle, y, Anchor.MIDDLE);
      y += Brush.LINE;
    }
    brush.text(shownNetworks(), Drawing.AXIS_FONT, middle, y, Anchor.MIDDLE);
  }
}
