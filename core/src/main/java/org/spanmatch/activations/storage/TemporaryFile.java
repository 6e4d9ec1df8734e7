package org.spanmatch.activations.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipException;

/** Makes temporary files of bytes that can only be read from front to back. */
public final class TemporaryFile {
  private static final int BUFFER_BYTES = 1 << 16;

  private TemporaryFile() {}

  /**
   * Unpacks bytes into a file that vanishes when it is closed. Writes at most the claimed size,
   * however many bytes there are.
   *
   * @param bytes all bytes; closed
   * @param size number of bytes that there should be
   * @return the file
   * @throws IOException if the bytes can't be read, their number is another one, or the temporary
   *     folder can't take them
   */
  public static ArrayBytes.Opened of(InputStream bytes, long size) throws IOException {
    try (InputStream in = bytes) {
      FileChannel channel = create();
      try {
        long unpacked = 0;
        byte[] part = new byte[BUFFER_BYTES];
        for (int count = in.read(part); count >= 0 && unpacked <= size; count = in.read(part)) {
          unpacked += count;
          if (unpacked <= size) {
            write(channel, ByteBuffer.wrap(part, 0, count));
          }
        }
        if (unpacked != size) {
          throw new ZipException("the entry does not have the size it should have");
        }
        return new ArrayBytes.Opened(channel, 0);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }
  }

  private static FileChannel create() throws IOException {
    try {
      return FileChannel.open(
          Files.createTempFile("spanmatch-", ".npy"),
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw noRoom(e);
    }
  }

  private static void write(FileChannel channel, ByteBuffer part) throws IOException {
    try {
      while (part.hasRemaining()) {
        channel.write(part);
      }
    } catch (IOException e) {
      throw noRoom(e);
    }
  }

  /** Returns an exception that blames the temporary folder and not the file. */
  private static IOException noRoom(IOException cause) {
    return new IOException(
        "it has to be unpacked, and the temporary folder "
            + System.getProperty("java.io.tmpdir")
            + " can't take it ("
            + (cause instanceof FileSystemException system
                ? system.getReason()
                : cause.getMessage())
            + "); name another folder with -Djava.io.tmpdir=DIR",
        cause);
  }
}
