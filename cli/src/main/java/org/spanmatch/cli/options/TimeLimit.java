package org.spanmatch.cli.options;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A time such as {@code 90s}, {@code 10m}, {@code 1.5h} or, in seconds, {@code 0}. */
final class TimeLimit {
  private static final Pattern PATTERN = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)([smh]?)");

  private TimeLimit() {}

  static Optional<Duration> parse(String text) {
    Matcher matcher = PATTERN.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double seconds =
        Double.parseDouble(matcher.group(1))
            * switch (matcher.group(2)) {
              case "h" -> 3600;
              case "m" -> 60;
              default -> 1;
            };
    return Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
  }
}
