package org.spanmatch.report.figures;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.font.LineMetrics;

/**
 * A font that reports which texts are laid out with it. XChart draws texts as outlines, from which
 * they can't be read any more.
 */
final class ChartFont extends Font {
  private static final long serialVersionUID = 1L;

  private final Anchor anchor;
  private final Anchor turned;

  /** The context of layouts whose texts are wanted. */
  abstract static class Listener extends FontRenderContext {
    Listener(FontRenderContext context) {
      super(
          context.getTransform(),
          context.getAntiAliasingHint(),
          context.getFractionalMetricsHint());
    }

    /** Called with each text that is laid out. */
    abstract void laidOut(String text, ChartFont font);
  }

  /**
   * A font for one kind of text.
   *
   * @param style plain or bold
   * @param size its size in half points
   * @param anchor by which charts place such texts
   * @param turned by which they place them when they are turned
   */
  ChartFont(int style, int size, Anchor anchor, Anchor turned) {
    super(SANS_SERIF, style, size);
    this.anchor = anchor;
    this.turned = turned;
  }

  Anchor anchor(boolean isTurned) {
    return isTurned ? turned : anchor;
  }

  /** Called once for each layout, by its constructor. */
  @Override
  public LineMetrics getLineMetrics(char[] text, int from, int to, FontRenderContext context) {
    if (context instanceof Listener listener) {
      listener.laidOut(new String(text, from, to - from), this);
    }
    return super.getLineMetrics(text, from, to, context);
  }
}
