package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The bytes of a {@code .npy} file. */
record FileBytes(Path path) implements ArrayBytes {
  @Override
  public long size() throws IOException {
    return Files.size(path);
  }

  @Override
  public InputStream stream() throws IOException {
    return Files.newInputStream(path);
  }

  @Override
  public FileChannel channel() throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  @Override
  public Optional<Place> place() {
    return Optional.of(new Place(path, 0));
  }
}
