package org.spanmatch.formats.hdf5;

import java.io.IOException;
import java.util.Optional;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.TemporaryFile;

/** Bytes that don't lie in the file as they are, and are made from front to back. */
abstract class StreamedBytes implements ArrayBytes {
  /** Unpacks into a temporary file. */
  @Override
  public Opened open() throws IOException {
    return TemporaryFile.of(stream(), size());
  }

  @Override
  public Optional<Place> place() {
    return Optional.empty();
  }
}
