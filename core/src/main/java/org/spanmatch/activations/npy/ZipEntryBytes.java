package org.spanmatch.activations.npy;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The bytes of an entry of a {@code .npz} archive, stored or deflated.
 *
 * @param archive the archive
 * @param entry the entry's name, which is never used as a path
 * @param size number of bytes that the archive claims for the entry; kept here, since looking it up
 *     takes a pass over all entries
 */
record ZipEntryBytes(Path archive, String entry, long size) implements ArrayBytes {
  private static final int BUFFER_BYTES = 1 << 16;

  @Override
  public InputStream stream() throws IOException {
    ZipFile zip = new ZipFile(archive.toFile());
    try {
      return new VerifiedStream(zip, find(zip));
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  /**
   * Unpacks the entry into a temporary file, since an archive can only be read from front to back.
   * Writes at most the claimed size, however much the data would unpack to.
   */
  @Override
  public FileChannel channel() throws IOException {
    FileChannel channel = temporaryFile();
    try (InputStream in = stream()) {
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
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileChannel temporaryFile() throws IOException {
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

  /** Returns an exception that blames the temporary folder and not the archive. */
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

  private ZipEntry find(ZipFile zip) throws IOException {
    ZipEntry found = zip.getEntry(entry);
    if (found == null) {
      throw new ZipException("the entry " + entry + " is gone");
    }
    return found;
  }

  /**
   * Checks the CRC at the end of the entry, which {@link ZipFile} does not do, and closes the file.
   */
  private static final class VerifiedStream extends FilterInputStream {
    private final ZipFile zip;
    private final ZipEntry entry;
    private final CheckedInputStream checked;

    VerifiedStream(ZipFile zip, ZipEntry entry) throws IOException {
      super(new CheckedInputStream(zip.getInputStream(entry), new CRC32()));
      this.zip = zip;
      this.entry = entry;
      this.checked = (CheckedInputStream) in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count;
      try {
        count = super.read(target, offset, length);
      } catch (IndexOutOfBoundsException e) {
        // JDK 17 throws this for some wrong sizes in a damaged directory.
        throw new ZipException("the size of the entry is wrong");
      }
      if (count < 0) {
        verify();
      }
      return count;
    }

    private void verify() throws ZipException {
      if (checked.getChecksum().getValue() != entry.getCrc()) {
        throw new ZipException("the checksum of the entry is wrong");
      }
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }
}
