package org.spanmatch.activations.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The bytes among which the values of one array lie, such as a file, a part of it, or an entry of
 * an archive.
 */
public interface ArrayBytes {
  /**
   * {@return all bytes of a file}
   *
   * @param file the file
   */
  static ArrayBytes of(Path file) {
    return new FileBytes(file);
  }

  /**
   * {@return a part of a file}
   *
   * @param file the file
   * @param position of the first byte
   * @param size number of bytes; if the file is shorter, reading fails
   */
  static ArrayBytes of(Path file, long position, long size) {
    return new FilePart(file, position, size);
  }

  /**
   * {@return the number of bytes}
   *
   * @throws IOException if it can't be found
   */
  long size() throws IOException;

  /**
   * Opens a stream over all bytes; damage is reported at the end of the stream at the latest.
   *
   * @return the stream
   * @throws IOException if it can't be opened
   */
  InputStream stream() throws IOException;

  /**
   * Opens a channel for reading at any position; closing it frees its resources.
   *
   * @return the channel, and where in it the bytes begin
   * @throws IOException if it can't be opened
   */
  Opened open() throws IOException;

  /**
   * {@return where the bytes lie as they are, if they do; what is compressed has no place}
   *
   * @throws IOException if the file can't be read
   */
  Optional<Place> place() throws IOException;

  /** {@return the checksum (CRC-32) of all bytes, if there is one} */
  default OptionalLong checksum() {
    return OptionalLong.empty();
  }

  /**
   * An open file.
   *
   * @param channel the channel
   * @param start position of the first byte
   */
  record Opened(FileChannel channel, long start) {}

  /**
   * A part of a file, from a position on.
   *
   * @param file the file
   * @param position of the first byte
   */
  record Place(Path file, long position) {}
}
