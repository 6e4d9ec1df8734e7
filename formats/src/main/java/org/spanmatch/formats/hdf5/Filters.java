package org.spanmatch.formats.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.FilterPipelineMessage.FilterInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What was done to each chunk of a dataset before it was written, in that order. */
final class Filters {
  private static final int DEFLATE = 1;
  private static final int SHUFFLE = 2;
  private static final int FLETCHER32 = 3;
  private static final int LZF = 32000;
  private static final List<Integer> KNOWN = List.of(DEFLATE, SHUFFLE, FLETCHER32, LZF);

  // https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(4, "szip"),
          Map.entry(5, "nbit"),
          Map.entry(6, "scaleoffset"),
          Map.entry(307, "bzip2"),
          Map.entry(32001, "blosc"),
          Map.entry(32004, "lz4"),
          Map.entry(32008, "bitshuffle"),
          Map.entry(32013, "zfp"),
          Map.entry(32015, "zstd"),
          Map.entry(32017, "sz"),
          Map.entry(32026, "blosc2"));
  private static final int CHECKSUM_BYTES = 4;

  private final List<FilterInfo> all;

  private Filters(List<FilterInfo> all) {
    this.all = all;
  }

  static Filters of(ObjectHeader dataset) {
    return new Filters(
        dataset.hasMessageOfType(FilterPipelineMessage.class)
            ? dataset.getMessageOfType(FilterPipelineMessage.class).getFilters()
            : List.of());
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** The first filter that can't be undone, by name. */
  Optional<String> unknown() {
    return all.stream()
        .filter(filter -> !KNOWN.contains(filter.getId()))
        .map(filter -> NAMES.getOrDefault(filter.getId(), "number " + filter.getId()))
        .findFirst();
  }

  /**
   * Undoes the filters.
   *
   * @param stored the bytes of a chunk in the file
   * @param skipped a bit for each filter: 1 if it was not applied to this chunk
   * @param bytes the size of a chunk
   * @return that many bytes; possibly the array {@code stored}
   * @throws IOException if the chunk is damaged
   */
  byte[] undo(byte[] stored, int skipped, int bytes) throws IOException {
    // Whatever comes before it is undone, no part is larger than the chunk and its checksums.
    int most = bytes + CHECKSUM_BYTES * all.size();
    byte[] data = stored;
    for (int i = all.size() - 1; i >= 0; i--) {
      if ((skipped >>> i & 1) == 0) {
        data =
            switch (all.get(i).getId()) {
              case DEFLATE -> inflated(data, most);
              case SHUFFLE -> unshuffled(data, all.get(i).getData());
              case FLETCHER32 -> verified(data);
              default -> Lzf.expand(data, most);
            };
      }
    }
    if (data.length != bytes) {
      throw new IOException("it unpacks to " + data.length + " bytes, expected " + bytes);
    }
    return data;
  }

  private static byte[] inflated(byte[] data, int most) throws IOException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(data);
      byte[] target = new byte[(int) Math.min(most, 1100L * data.length)];
      int length = 0;
      while (!inflater.finished()) {
        int count = inflater.inflate(target, length, target.length - length);
        length += count;
        if (count == 0 && !inflater.finished()) {
          throw new IOException(
              length == target.length
                  ? "it unpacks to too much"
                  : "its compressed data ends early");
        }
      }
      return length == target.length ? target : Arrays.copyOf(target, length);
    } catch (DataFormatException e) {
      throw new IOException("its compressed data is damaged (" + e.getMessage() + ")", e);
    } finally {
      inflater.end();
    }
  }

  /** All first bytes of the values come first, then all second ones, and so on. */
  private static byte[] unshuffled(byte[] data, int[] parameters) throws IOException {
    int width = parameters.length == 0 ? 0 : parameters[0];
    if (width <= 0) {
      throw new IOException("it is shuffled by " + width + " bytes");
    }
    int count = data.length / width;
    if (width == 1 || count <= 1) {
      return data;
    }
    byte[] target = new byte[data.length];
    for (int part = 0; part < width; part++) {
      int from = part * count;
      for (int i = 0, to = part; i < count; i++, to += width) {
        target[to] = data[from + i];
      }
    }
    System.arraycopy(data, count * width, target, count * width, data.length - count * width);
    return target;
  }

  /** The data without its checksum. */
  private static byte[] verified(byte[] data) throws IOException {
    int length = data.length - CHECKSUM_BYTES;
    if (length < 0) {
      throw new IOException("its checksum is missing");
    }
    int stored = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt(length);
    int sum = fletcher32(data, length);
    // HDF5 1.6.2 and earlier swapped the bytes of each half on little-endian machines.
    int swapped = (sum & 0xff00ff) << 8 | (sum >>> 8 & 0xff00ff);
    if (stored != sum && stored != swapped) {
      throw new IOException("its checksum is wrong");
    }
    return Arrays.copyOf(data, length);
  }

  /** Fletcher's checksum of 16-bit words, as H5checksum.c computes it. */
  static int fletcher32(byte[] data, int length) {
    long low = 0;
    long high = 0;
    for (int i = 0; i < length; i += 2) {
      low += (data[i] & 0xff) << 8 | (i + 1 < length ? data[i + 1] & 0xff : 0);
      high += low;
      if (i % 720 == 718 || i + 3 >= length) {
        low = (low & 0xffff) + (low >>> 16);
        high = (high & 0xffff) + (high >>> 16);
      }
    }
    low = (low & 0xffff) + (low >>> 16);
    high = (high & 0xffff) + (high >>> 16);
    return (int) (high << 16 | low);
  }
}
