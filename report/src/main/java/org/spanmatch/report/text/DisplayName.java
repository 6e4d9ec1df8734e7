package org.spanmatch.report.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/** Makes names fit for display: they come from files, with any characters and of any length. */
public final class DisplayName {
  private static final int REPLACEMENT = 0xfffd;
  private static final int LISTED = 12;

  private DisplayName() {}

  /** Returns a text with unprintable characters, such as control characters, replaced. */
  public static String printable(String text) {
    int[] shown = text.codePoints().map(c -> isShowable(c) ? c : REPLACEMENT).toArray();
    return new String(shown, 0, shown.length);
  }

  /**
   * Returns a printable name of limited length: the middle of a longer one is left out.
   *
   * @param length largest number of characters, at least 3
   */
  public static String of(String name, int length) {
    int[] all = printable(name).codePoints().toArray();
    if (all.length <= length) {
      return new String(all, 0, all.length);
    }
    int head = length / 2;
    int tail = length - head - 1;
    return new String(all, 0, head) + "…" + new String(all, all.length - tail, tail);
  }

  /**
   * Returns several names, shortened so that they still differ: if one is too long, parts of the
   * common beginning and end are left out, and if that is not enough, the names are numbered from
   * 1.
   *
   * @param length largest number of characters of each, at least 12
   */
  public static List<String> all(List<String> names, int length) {
    List<String> shown = names.stream().map(DisplayName::printable).toList();
    int different = new HashSet<>(names).size();
    if (different > 1 && longest(shown) > length) {
      shown = withShorterEnds(shown, length);
    }
    shown = shown.stream().map(name -> of(name, length)).toList();
    if (new HashSet<>(shown).size() == different) {
      return shown;
    }
    List<String> numbered = new ArrayList<>();
    for (String name : names) {
      String number = (numbered.size() + 1) + ": ";
      numbered.add(number + of(name, length - number.length()));
    }
    return numbered;
  }

  /** Returns printable names for a message, at most 12 of them, or "none". */
  public static String list(Collection<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    String shown =
        names.stream().limit(LISTED).map(DisplayName::printable).collect(Collectors.joining(", "));
    return names.size() > LISTED ? shown + " and " + (names.size() - LISTED) + " more" : shown;
  }

  private static int longest(List<String> names) {
    return names.stream().mapToInt(String::length).max().orElse(0);
  }

  /** Shortens the common ends, keeping as much next to the differences as fits. */
  private static List<String> withShorterEnds(List<String> names, int length) {
    String first = names.get(0);
    int prefix = first.length();
    int suffix = first.length();
    for (String name : names) {
      prefix = Math.min(prefix, commonPrefix(first, name));
    }
    for (String name : names) {
      // The two ends must not overlap in the shortest name.
      suffix = Math.min(Math.min(suffix, commonSuffix(first, name)), name.length() - prefix);
    }
    int room = Math.max(0, length - 2 - (longest(names) - prefix - suffix));
    int keptPrefix = Math.min(prefix, Math.max(room / 2, room - suffix));
    int keptSuffix = Math.min(suffix, room - keptPrefix);
    int from = prefix - keptPrefix;
    int cut = suffix - keptSuffix;
    return names.stream()
        .map(
            name ->
                (from > 0 ? "…" : "")
                    + name.substring(from, name.length() - cut)
                    + (cut > 0 ? "…" : ""))
        .toList();
  }

  private static int commonPrefix(String a, String b) {
    int length = 0;
    while (length < Math.min(a.length(), b.length())
        && a.charAt(length) == b.charAt(length)
        && !Character.isSurrogate(a.charAt(length))) {
      length++;
    }
    return length;
  }

  private static int commonSuffix(String a, String b) {
    return commonPrefix(
        new StringBuilder(a).reverse().toString(), new StringBuilder(b).reverse().toString());
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
