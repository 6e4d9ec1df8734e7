package org.spanmatch.cli.output;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

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
    if (absolute(System.getProperty(PROPERTY)).isEmpty()) {
      System.setProperty(
          PROPERTY, absolute(System.getenv("HOME")).map(Path::toString).orElse(NOWHERE));
    }
  }

  /**
   * What a shell takes ~ to be, which Java doesn't where the variable HOME names another folder.
   */
  public static Path path() {
    return absolute(System.getenv("HOME"))
        .or(() -> absolute(System.getProperty(PROPERTY)))
        .orElse(Path.of(NOWHERE));
  }

  /** An absolute path, unless it has letters that this locale lacks, with which Java finds none. */
  static Optional<Path> absolute(String path) {
    try {
      return Optional.ofNullable(path).map(Path::of).filter(Path::isAbsolute);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Whether there is one. */
  public static boolean exists() {
    return !System.getProperty(PROPERTY).equals(NOWHERE);
  }
}
