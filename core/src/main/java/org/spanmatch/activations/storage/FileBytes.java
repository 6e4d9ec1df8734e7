package org.spanmatch.activations.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The bytes of a file. */
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
  public Opened open() throws IOException {
    return new Opened(FileChannel.open(path, StandardOpenOption.READ), 0);
  }

  @Override
  public Optional<Place> place() {
    return Optional.of(new Place(path, 0));
  }
}
