package org.spanmatch.report.figures;

/** Which place of a text stays where it is, whatever font a viewer has. */
enum Anchor {
  START("start", 0),
  MIDDLE("middle", 0.5),
  END("end", 1);

  private final String svg;
  private final double share;

  Anchor(String svg, double share) {
    this.svg = svg;
    this.share = share;
  }

  /** Returns its name in SVG. */
  String svg() {
    return svg;
  }

  /** Returns the share of the text that is before it. */
  double share() {
    return share;
  }
}
