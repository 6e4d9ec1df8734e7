package org.spanmatch.cli;

import java.util.Objects;

/** The program's version. */
final class Version {
  /** As the jar's manifest states it; "development" when running from class files. */
  static final String TEXT =
      Objects.requireNonNullElse(
          Version.class.getPackage().getImplementationVersion(), "development");

  private Version() {}
}
