package org.spanmatch.cli.output;

import java.nio.file.Path;

/**
 * The home folder, also where the system knows none, as for a user without a name in a container.
 *
 * <p>Java then takes the home folder to be "?", and keeps what it knows of fonts in a folder of
 * that name below the working folder.
 */
public final class HomeFolder {
  private static final String PROPERTY = "user.home";

  // No folder can be made below it, by anyone.
  private static final String NOWHERE = "/dev/null";

  private HomeFolder() {}

  /** Names a home folder to Java, to be called before anything is drawn. */
  public static void settle() {
    if (!Path.of(System.getProperty(PROPERTY, "")).isAbsolute()) {
      String named = System.getenv("HOME");
      System.setProperty(PROPERTY, named != null && Path.of(named).isAbsolute() ? named : NOWHERE);
    }
  }

  /** Whether there is one. */
  public static boolean exists() {
    return !System.getProperty(PROPERTY).equals(NOWHERE);
  }
}
