package org.spanmatch.kernel.cuda.loading;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary folder that only this user can enter and only this process knows, to load libraries
 * from. In a shared folder, another user could place a file under the fixed name.
 */
final class PrivateFolder implements AutoCloseable {
  private final Path path;

  PrivateFolder() throws IOException {
    String prefix = "spanmatch-cuda-";
    path =
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            ? Files.createTempDirectory(
                prefix,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
            : Files.createTempDirectory(prefix);
  }

  Path path() {
    return path;
  }

  /** Copies a resource into the folder, under its simple name. */
  Path unpack(String resource) throws IOException {
    Path file = path.resolve(resource.substring(resource.lastIndexOf('/') + 1));
    try (InputStream in = PrivateFolder.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the resource " + resource + " is missing in the jar");
      }
      Files.copy(in, file);
    }
    return file;
  }

  /**
   * Deletes the folder, at once if loaded files can be deleted. Windows keeps them until the
   * process ends; files left after that stay in the temporary folder.
   */
  @Override
  public void close() {
    files().forEach(file -> file.toFile().delete());
    if (!path.toFile().delete()) {
      // The path registered last is deleted first.
      path.toFile().deleteOnExit();
      files().forEach(file -> file.toFile().deleteOnExit());
    }
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(path)) {
      return files.toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
