package org.spanmatch.activations.npy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;

/** The bytes of one stored {@code .npy} array, header included, wherever they lie. */
interface ArrayBytes {
  /** How many bytes there are. */
  long size() throws IOException;

  /** The bytes from the first to the last; damage is reported no later than at the end. */
  InputStream stream() throws IOException;

  /** The bytes at any position; closing the channel frees what it needed. */
  FileChannel channel() throws IOException;
}
