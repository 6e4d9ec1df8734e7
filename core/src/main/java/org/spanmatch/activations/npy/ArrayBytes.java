package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** The bytes of one stored {@code .npy} array, header included. */
interface ArrayBytes {
  /** Number of bytes. */
  long size() throws IOException;

  /** Opens a stream over all bytes; damage is reported at the end of the stream at the latest. */
  InputStream stream() throws IOException;

  /** Opens a channel for reading at any position; closing it frees its resources. */
  FileChannel channel() throws IOException;

  /** Where the bytes lie as they are, if they do; what is compressed has no place. */
  Optional<Place> place() throws IOException;

  /** The checksum (CRC-32) of all bytes, if there is one. */
  default OptionalLong checksum() {
    return OptionalLong.empty();
  }

  /** A part of a file, from a position on. */
  record Place(Path file, long position) {
    Place plus(long bytes) {
      return new Place(file, position + bytes);
    }
  }
}
