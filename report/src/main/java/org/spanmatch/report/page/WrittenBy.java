package org.spanmatch.report.page;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.spanmatch.report.text.DisplayName;

/** Which versions of spanmatch wrote results that this one can read. */
final class WrittenBy {
  /**
   * The version of the results that this program writes. A minor version may add fields, which this
   * one would leave out of the page without a word; a patch does not.
   */
  static final String READ = "1.0";

  private static final Pattern VERSION =
      Pattern.compile("(\\d++)(?:\\.(\\d++)(?:\\..*)?+)?+(?:-.*)?");
  private static final int MOST_DIGITS = 9; // of numbers that are told apart
  private static final String BUILD = "development"; // what runs from class files calls itself

  private WrittenBy() {}

  /** Checks a version and returns it. */
  static String check(Entry entry) {
    String version = entry.text();
    Matcher matcher = VERSION.matcher(version);
    if (matcher.matches()) {
      if (number(matcher) > number(parsed(READ))) {
        throw new PageException(
            entry.file()
                + ": spanmatch "
                + DisplayName.of(version, Entry.SHOWN)
                + " wrote this result, and this version reads those of "
                + READ
                + " and older ones; use the newer version for the page too");
      }
    } else if (!version.equals(BUILD)) {
      throw entry.expected("a version of spanmatch, such as " + READ + ".0");
    }
    return version;
  }

  private static Matcher parsed(String version) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      throw new IllegalStateException(version);
    }
    return matcher;
  }

  /** A number that is greater for newer versions. */
  private static long number(Matcher version) {
    String minor = version.group(2);
    return (number(version.group(1)) << Integer.SIZE) + (minor == null ? 0 : number(minor));
  }

  private static long number(String digits) {
    return digits.length() > MOST_DIGITS ? Integer.MAX_VALUE : Long.parseLong(digits);
  }
}
