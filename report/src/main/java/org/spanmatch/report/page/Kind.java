package org.spanmatch.report.page;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands whose results the page shows. */
enum Kind {
  MATCH("matches"),
  SPECTRUM("levels"),
  SIMPLE("simple"),
  MEASURES("measures");

  private final String field;

  /**
   * A kind.
   *
   * @param field a field that layers of such results have, and those of kinds below don't
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
