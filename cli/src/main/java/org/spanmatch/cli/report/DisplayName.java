package org.spanmatch.cli.report;

/** Layer names as they can be shown: they come from files and may hold anything. */
public final class DisplayName {
  private static final int REPLACEMENT = 0xfffd;

  private DisplayName() {}

  /**
   * A name without control characters, and no longer than asked for: the middle of a longer one is
   * left out.
   *
   * @param length the most characters, at least 3
   */
  public static String of(String name, int length) {
    int[] all = name.codePoints().map(c -> isShowable(c) ? c : REPLACEMENT).toArray();
    if (all.length <= length) {
      return new String(all, 0, all.length);
    }
    int head = length / 2;
    int tail = length - head - 1;
    return new String(all, 0, head) + "…" + new String(all, all.length - tail, tail);
  }

  private static boolean isShowable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
