package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;

/** The bytes of one stored {@code .npy} array, header included. */
interface ArrayBytes {
  /** Number of bytes. */
  long size() throws IOException;

  /** Opens a stream over all bytes; damage is reported at the end of the stream at the latest. */
  InputStream stream() throws IOException;

  /** Opens a channel for reading at any position; closing it frees its resources. */
  FileChannel channel() throws IOException;
}
