package org.spanmatch.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * An entry of a {@code .npz} archive, stored or deflated.
 *
 * @param archive the archive
 * @param entry the entry's name, which is never used as a path
 * @param size how many bytes the archive says the entry holds; kept, since looking it up takes a
 *     pass over the names of all entries
 */
record ZipEntryBytes(Path archive, String entry, long size) implements ArrayBytes {
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
   * Unpacks the entry into a temporary file, since an archive can only be read front to back; no
   * more than it should hold, however much its data would give.
   */
  @Override
  public FileChannel channel() throws IOException {
    Path unpacked = Files.createTempFile("spanmatch-", ".npy");
    FileChannel channel =
        FileChannel.open(
            unpacked,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try (InputStream in = stream()) {
      boolean whole = channel.transferFrom(Channels.newChannel(in), 0, size) == size;
      if (!whole || in.read() >= 0) {
        throw new ZipException("the entry does not have the size it should have");
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private ZipEntry find(ZipFile zip) throws IOException {
    ZipEntry found = zip.getEntry(entry);
    if (found == null) {
      throw new ZipException("the entry " + entry + " is gone");
    }
    return found;
  }

  /**
   * Checks the CRC at the end of the entry, which {@link ZipFile} does not, and closes the file.
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
        // That is how JDK 17 meets some sizes that a damaged directory states.
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
