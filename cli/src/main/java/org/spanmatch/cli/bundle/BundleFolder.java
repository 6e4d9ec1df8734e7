package org.spanmatch.cli.bundle;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of a bundle, which is filled under a temporary name beside it, so that there is either
 * a whole one or the earlier one.
 */
final class BundleFolder implements AutoCloseable {
  /** The file by which a bundle is recognised. */
  static final String MARK = "bundle.properties";

  private static final long LEAST_SPACE = 200_000_000;

  private final Path target;
  private final Path temporary;
  // An interrupted run leaves nothing behind.
  private final Thread hook = new Thread(this::interrupted);

  /**
   * Starts a new bundle.
   *
   * @throws BundleException if there is something else in its place, or no room for it
   */
  BundleFolder(Path target) throws IOException {
    this.target = target.toAbsolutePath().normalize();
    check();
    Path parent = Files.createDirectories(this.target.getParent());
    if (parent.toFile().getUsableSpace() < LEAST_SPACE) { // a FileStore fails in a chroot
      throw new BundleException(
          parent + ": less than " + LEAST_SPACE / 1_000_000 + " MB are free; name another folder");
    }
    temporary = parent.resolve("." + UUID.randomUUID() + ".part");
    Runtime.getRuntime().addShutdownHook(hook);
    Files.createDirectory(temporary);
  }

  private void check() throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS) || isBundle(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new BundleException(target + " is a file, not a folder");
    }
    try (Stream<Path> entries = Files.list(target)) {
      if (entries.findAny().isPresent()) {
        throw new BundleException(
            target + " is not empty, and no earlier bundle; name another folder with --out");
      }
    }
  }

  /** Whether a folder is a bundle. */
  static boolean isBundle(Path folder) {
    return Files.isRegularFile(folder.resolve(MARK));
  }

  /** Where to put files meanwhile. */
  Path path() {
    return temporary;
  }

  /** Puts it in its place, and deletes what was there; an interruption waits for that. */
  synchronized void finish() throws IOException {
    Path old = temporary.resolveSibling(temporary.getFileName() + ".old");
    boolean replaces = Files.exists(target);
    if (replaces) {
      Files.move(target, old);
    }
    try {
      Files.move(temporary, target);
    } catch (IOException e) {
      if (replaces) {
        Files.move(old, target);
      }
      throw e;
    }
    if (replaces) {
      delete(old);
    }
  }

  /** What other programs still write there would come back. */
  private void interrupted() {
    Tool.stopAll();
    deleteQuietly();
  }

  @Override
  public void close() {
    deleteQuietly();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }

  private synchronized void deleteQuietly() {
    try {
      if (Files.exists(temporary)) {
        // Under another name the copying of an interrupted run adds no more to it.
        delete(Files.move(temporary, temporary.resolveSibling(temporary.getFileName() + ".old")));
      }
    } catch (IOException e) {
      System.err.println("spanmatch: " + temporary + ": can't be deleted: " + e);
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException problem)
              throws IOException {
            if (problem != null) {
              throw problem;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** How many bytes all files below a folder have. */
  static long bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long sum = 0;
      for (Path file : files.filter(f -> Files.isRegularFile(f)).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }
}
