package org.spanmatch.cli.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Files under temporary names, of which none is left when the process ends, even if it is
 * interrupted. (File.deleteOnExit can't do that: a file may still be created while its list is
 * worked off.)
 */
public final class TemporaryFiles {
  private static final Set<Path> FILES = new HashSet<>();
  private static volatile Runnable last = () -> {};
  private static boolean ended;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFiles::end));
  }

  private TemporaryFiles() {}

  /** Creates an empty file, with the permissions that files in this folder get. */
  static synchronized Path create(Path folder) throws IOException {
    if (ended) {
      throw new IOException("interrupted");
    }
    Path file = Files.createFile(folder.resolve("." + UUID.randomUUID() + ".part"));
    FILES.add(file);
    return file;
  }

  /** Deletes a file, or forgets it if it has been renamed. */
  static synchronized void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    FILES.remove(file);
  }

  /** Lets an interruption wait for some work that may still write files. */
  public static void stayUntil(Runnable written) {
    last = written;
  }

  private static void end() {
    last.run();
    deleteAll();
  }

  private static synchronized void deleteAll() {
    ended = true;
    for (Path file : FILES) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        System.err.println("spanmatch: " + file + ": can't be deleted: " + e);
      }
    }
  }
}
