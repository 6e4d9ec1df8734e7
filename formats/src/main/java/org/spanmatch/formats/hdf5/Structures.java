package org.spanmatch.formats.hdf5;

import io.jhdf.Superblock;
import io.jhdf.Superblock.SuperblockV0V1;
import io.jhdf.Superblock.SuperblockV2V3;
import io.jhdf.SymbolTableEntry;
import io.jhdf.exceptions.HdfException;
import io.jhdf.exceptions.UnsupportedHdfException;
import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.spanmatch.activations.ActivationsException;

/**
 * An open file, from which jhdf reads structures.
 *
 * <p>jhdf allocates what a file claims and follows addresses wherever they lead. So every read is
 * checked against the size of the file before memory is allocated, the numbers by which jhdf sizes
 * lists are checked when it reads them, and there is a limit to the reads of one file, which ends
 * circles. {@link #read} turns whatever goes wrong into one sentence.
 */
final class Structures implements HdfBackingStorage, AutoCloseable {
  private static final int MOST_READS = 5_000_000;
  private static final long READS_BEYOND_SIZE = 10_000;
  private static final long BYTES_BEYOND_SIZE = 1 << 20;
  private static final int BYTES_PER_READ = 8; // no structure is smaller
  private static final int MOST_LEVELS = 64;

  // Not a channel: one whose read a stack overflow ended waits for that read for ever when it is
  // closed
  // (JDK 25).
  private final RandomAccessFile file;
  private final long size;
  private final Superblock superblock;
  private long reads;
  private long bytes;

  /** Parses a structure with jhdf. */
  interface Parser<T> {
    T parse();
  }

  private Structures(RandomAccessFile file) throws IOException {
    this.file = file;
    this.size = file.length();
    long offset = signature();
    FileChannel channel = file.getChannel(); // closed with the file
    this.superblock = read(() -> Superblock.readSuperblock(channel, offset));
    if (superblock.getBaseAddressByte() != offset) {
      throw new ActivationsException("its HDF5 header is damaged (it claims another place)");
    }
    if (superblock.getEndOfFileAddress() > size) {
      throw new ActivationsException(
          "the data is truncated: it should have "
              + superblock.getEndOfFileAddress()
              + " bytes, found "
              + size);
    }
    if (superblock.getSizeOfOffsets() != Long.BYTES
        || superblock.getSizeOfLengths() != Long.BYTES) {
      throw new ActivationsException(
          "its HDF5 addresses have "
              + superblock.getSizeOfOffsets()
              + " bytes and its lengths "
              + superblock.getSizeOfLengths()
              + ", expected 8");
    }
  }

  /**
   * Opens a file.
   *
   * @throws ActivationsException with the reason alone if it is no HDF5 file or is truncated
   */
  static Structures open(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
    try {
      return new Structures(file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private long signature() throws IOException {
    byte[] start = bytesAt(0, (int) Math.min(size, Signature.LAST_BYTE)).array();
    return Signature.in(start)
        .orElseThrow(
            () -> new ActivationsException("it is no HDF5 file, or its beginning is damaged"));
  }

  /** The address of the object header of the root group. */
  long root() throws IOException {
    if (superblock instanceof SuperblockV0V1 old) {
      long entry = old.getRootGroupSymbolTableAddress() - old.getBaseAddressByte();
      return read(() -> new SymbolTableEntry(this, entry).getObjectHeaderAddress());
    }
    return ((SuperblockV2V3) superblock).getRootGroupObjectHeaderAddress();
  }

  /**
   * Has jhdf parse a structure.
   *
   * @throws ActivationsException with the reason alone if that fails, for any reason but a failure
   *     to read
   */
  static <T> T read(Parser<T> parser) throws IOException {
    try {
      return parser.parse();
    } catch (ActivationsException e) {
      throw e;
    } catch (OutOfMemoryError e) {
      throw new ActivationsException("what describes its data does not fit in the Java heap", e);
    } catch (RuntimeException | StackOverflowError e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof UncheckedIOException failure) {
          throw failure.getCause();
        }
      }
      throw new ActivationsException(reason(e), e);
    }
  }

  private static String reason(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage());
    if (root instanceof UnsupportedHdfException) {
      // jhdf has no other sign of these.
      if (message.startsWith("Unsupported data layout message version")) {
        return "it is in a newer version of HDF5 than can be read; write it without h5py's"
            + " libver='latest', or with libver=('earliest', 'v114')";
      }
      return message.startsWith("Virtual storage")
          ? "it is a virtual dataset, whose values lie in other files"
          : message.contains("External Data Files")
              ? "its values lie in other files (external storage)"
              : "it needs a part of HDF5 that is not supported (" + sentence(message) + ")";
    }
    return root instanceof HdfException
        ? "what describes it in the file is damaged (" + sentence(message) + ")"
        : "what describes it in the file is damaged";
  }

  /** A message as a part of a sentence. */
  private static String sentence(String message) {
    boolean isWord = message.length() > 1 && Character.isLowerCase(message.charAt(1));
    return isWord
        ? message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1)
        : message;
  }

  @Override
  public ByteBuffer readBufferFromAddress(long address, int length) {
    return mapNoOffset(address + superblock.getBaseAddressByte(), length);
  }

  @Override
  public ByteBuffer map(long address, long length) {
    return mapNoOffset(address + superblock.getBaseAddressByte(), length);
  }

  @Override
  public ByteBuffer mapNoOffset(long position, long length) {
    if (position < 0 || length < 0 || length > Integer.MAX_VALUE - 8 || position > size - length) {
      throw new HdfException("it points to " + length + " bytes at " + position);
    }
    reads++;
    bytes += length;
    if (reads > Math.min(MOST_READS, READS_BEYOND_SIZE + size / BYTES_PER_READ)
        || bytes > 64 * (BYTES_BEYOND_SIZE + size)) {
      throw new HdfException("its parts refer to each other in circles");
    }
    try {
      ByteBuffer data = bytesAt(position, (int) length).order(ByteOrder.LITTLE_ENDIAN);
      requirePlausible(data);
      return data;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ByteBuffer bytesAt(long position, int length) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(length);
    file.seek(position);
    file.readFully(data.array());
    return data;
  }

  /** Checks the numbers in headers by which jhdf allocates lists or computes powers. */
  private void requirePlausible(ByteBuffer data) {
    if (data.limit() < 20) {
      return;
    }
    byte[] signature = new byte[4];
    data.get(0, signature);
    switch (new String(signature, StandardCharsets.ISO_8859_1)) {
      case "BTHD" -> { // a B-tree, version 2
        requireAtMost(MOST_LEVELS, data.getShort(12) & 0xffff);
        requireAtMost(size, data.getInt(6) & 0xffff_ffffL);
        requireAtMost(size, longAt(data, 26));
      }
      case "FAHD" -> requireAtMost(size, longAt(data, 8)); // a fixed array
      case "EAHD" -> { // an extensible array
        for (int count = 0; count < 6; count++) {
          requireAtMost(size, longAt(data, 12 + count * Long.BYTES));
        }
      }
      default -> {}
    }
  }

  private static long longAt(ByteBuffer data, int position) {
    return data.limit() >= position + Long.BYTES ? data.getLong(position) : 0;
  }

  private static void requireAtMost(long most, long count) {
    if (count < 0 || count > most) {
      throw new HdfException("it claims to have " + Long.toUnsignedString(count) + " parts");
    }
  }

  @Override
  public long getUserBlockSize() {
    return superblock.getBaseAddressByte();
  }

  @Override
  public Superblock getSuperblock() {
    return superblock;
  }

  @Override
  public FileChannel getFileChannel() {
    throw new UnsupportedOperationException("all reads are checked here");
  }

  @Override
  public int getSizeOfOffsets() {
    return superblock.getSizeOfOffsets();
  }

  @Override
  public int getSizeOfLengths() {
    return superblock.getSizeOfLengths();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public boolean inMemory() {
    return false;
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // All that was to be read was read.
    }
  }
}
