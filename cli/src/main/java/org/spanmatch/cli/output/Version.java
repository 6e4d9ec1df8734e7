package org.spanmatch.cli.output;

import java.util.Objects;

/** The program's version. */
public final class Version {
  /** As the jar's manifest states it; "development" when running from class files. */
  public static final String TEXT =
      Objects.requireNonNullElse(
          Version.class.getPackage().getImplementationVersion(), "development");

  private Version() {}
}
