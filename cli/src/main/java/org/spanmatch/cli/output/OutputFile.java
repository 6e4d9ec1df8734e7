package org.spanmatch.cli.output;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.spanmatch.report.ResultFiles;

/** Writes files so that there is either a whole one or none. */
public final class OutputFile {
  private static final int MAX_LINKS = 40;

  private OutputFile() {}

  /**
   * Creates a folder and checks that files can be written to it.
   *
   * @throws OutputException if not
   */
  public static void checkFolder(Path folder) {
    try {
      Files.createDirectories(folder);
      TemporaryFiles.delete(TemporaryFiles.create(folder));
    } catch (IOException e) {
      throw new OutputException(folder + ": the output folder can't be written: " + reason(e), e);
    }
  }

  /**
   * Checks that a file can be written.
   *
   * @throws OutputException if not
   */
  public static void check(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new FileSystemException(file.toString(), null, "it is a folder");
      }
      if (isSpecial(file)) {
        if (!Files.isWritable(file)) {
          throw new AccessDeniedException(file.toString());
        }
        return;
      }
      TemporaryFiles.delete(TemporaryFiles.create(folderOf(followLinks(file))));
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /**
   * Writes a file under a temporary name and then renames it, so that an interruption leaves no
   * half of it. A device or a pipe is written to directly.
   *
   * @throws OutputException if that fails
   */
  public static void write(Path file, ResultFiles.Content content) {
    try {
      if (isSpecial(file)) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
          content.writeTo(out);
        }
        return;
      }
      Path target = followLinks(file);
      Path temporary = TemporaryFiles.create(folderOf(target));
      try {
        // Without CREATE: a shutdown may have deleted it.
        try (OutputStream out =
            new BufferedOutputStream(Files.newOutputStream(temporary, StandardOpenOption.WRITE))) {
          content.writeTo(out);
        }
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        TemporaryFiles.delete(temporary);
      }
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /**
   * Deletes a file of an earlier run, if there is one.
   *
   * @throws OutputException if that fails
   */
  static void delete(Path file) {
    try {
      if (Files.isRegularFile(file)) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new OutputException(file + ": the file can't be deleted: " + reason(e), e);
    }
  }

  private static boolean isSpecial(Path file) {
    return Files.exists(file) && !Files.isRegularFile(file);
  }

  /** The file that a symbolic link leads to, which need not exist yet. */
  private static Path followLinks(Path file) throws IOException {
    Path target = file;
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MAX_LINKS) {
        throw new FileSystemException(file.toString(), null, "too many symbolic links");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  private static Path folderOf(Path file) {
    return file.toAbsolutePath().getParent();
  }

  private static OutputException unwritable(Path file, IOException e) {
    return new OutputException(file + ": the file can't be written: " + reason(e), e);
  }

  /** Why something could not be written, in a few words. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "its folder does not exist";
    }
    if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is a file, not a folder";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    // Such as "No space left on device", as the system has it.
    return e.getClass() == IOException.class && e.getMessage() != null
        ? e.getMessage()
        : e.toString();
  }
}
