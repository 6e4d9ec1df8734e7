package org.spanmatch.activations.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The bytes of a part of a file. */
record FilePart(Path path, long position, long size) implements ArrayBytes {
  @Override
  public InputStream stream() throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new LimitedStream(Channels.newInputStream(channel.position(position)), size);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public Opened open() throws IOException {
    return new Opened(FileChannel.open(path, StandardOpenOption.READ), position);
  }

  @Override
  public Optional<Place> place() {
    return Optional.of(new Place(path, position));
  }
}
