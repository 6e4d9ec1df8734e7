package org.spanmatch.report.page;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a result that the page shows was asked for: the command that wrote it. */
enum Kind {
  MATCH("matches"),
  SPECTRUM("levels"),
  SIMPLE("simple"),
  MEASURES("measures");

  private final String field;

  /**
   * A kind.
   *
   * @param field what layers of such results have, and those of kinds below have not
   */
  Kind(String field) {
    this.field = field;
  }

  /** The kind of result that a layer is from. */
  static Kind of(Entry layer) {
    return Stream.of(values())
        .filter(kind -> layer.find(kind.field).isPresent())
        .findFirst()
        .orElseThrow(
            () ->
                new PageException(
                    layer.file()
                        + ": expected a result of "
                        + Stream.of(values()).map(Kind::toString).collect(Collectors.joining(", "))
                        + " or bench"
                        + ", found one of another command, for which there is no page"));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
