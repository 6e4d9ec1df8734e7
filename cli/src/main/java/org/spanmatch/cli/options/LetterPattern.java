package org.spanmatch.cli.options;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a pattern that stands for one character, or the star, which stands for any number.
 *
 * @param isStar whether it is the star
 * @param isNegated whether it stands for what is in no range
 * @param ranges pairs of code points, first and last; the star has none
 */
record LetterPattern(boolean isStar, boolean isNegated, List<Range> ranges) {
  private static final Range ANY = new Range(0, Character.MAX_CODE_POINT);

  /** Code points from one to another, both included. */
  record Range(int first, int last) {}

  /**
   * Returns the parts of a pattern as shells read it: * and ?, [abc], [0-4], and [!a] for all but
   * these. A ']' right after '[' or '[!' is one of the characters; a '[' without an end stands for
   * itself.
   */
  static List<LetterPattern> parse(String text) {
    int[] letters = text.codePoints().toArray();
    List<LetterPattern> parts = new ArrayList<>();
    for (int at = 0; at < letters.length; at++) {
      int end = letters[at] == '[' ? end(letters, at) : -1;
      if (end >= 0) {
        boolean negated = letters[at + 1] == '!';
        parts.add(new LetterPattern(false, negated, ranges(letters, at + (negated ? 2 : 1), end)));
        at = end;
      } else if (letters[at] == '*') {
        parts.add(new LetterPattern(true, false, List.of()));
      } else {
        Range one = letters[at] == '?' ? ANY : new Range(letters[at], letters[at]);
        parts.add(new LetterPattern(false, false, List.of(one)));
      }
    }
    return parts;
  }

  /** The position of the ']' that belongs to a '[', or -1 if there is none. */
  private static int end(int[] letters, int start) {
    int at = start + 1;
    if (at < letters.length && letters[at] == '!') {
      at++;
    }
    for (at++; at < letters.length; at++) {
      if (letters[at] == ']') {
        return at;
      }
    }
    return -1;
  }

  private static List<Range> ranges(int[] letters, int from, int end) {
    List<Range> ranges = new ArrayList<>();
    for (int at = from; at < end; at++) {
      boolean isRange = at + 2 < end && letters[at + 1] == '-';
      ranges.add(new Range(letters[at], letters[isRange ? at + 2 : at]));
      at += isRange ? 2 : 0;
    }
    return ranges;
  }

  /** Whether it stands for a character; the star for none by itself. */
  boolean matches(int letter) {
    return !isStar
        && isNegated
            != ranges.stream().anyMatch(one -> one.first() <= letter && letter <= one.last());
  }
}
