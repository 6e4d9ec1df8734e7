package org.spanmatch.formats.hdf5;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The values of a chunked dataset in C order.
 *
 * <p>Makes slabs of at most 16 MiB, one after the other: ranges of one axis, with everything below
 * it whole, and one step of each axis above it. Usually that is the first axis, and a slab is a row
 * of chunks. A chunk that lies in several slabs is read as often.
 */
final class ChunkedStream extends InputStream {
  private static final int SLAB_BYTES = 16 << 20;
  private static final int READ_BYTES = 8 << 20;

  private final FileChannel channel;
  private final Grid grid;
  private final Chunks chunks;
  private final Filters filters;
  private final int valueBytes;
  private final int axis; // the one that is cut into ranges
  private final int steps; // of that axis in a slab
  private final long[] from; // the slab's first value
  private final long[] to; // behind its last value, along each axis
  private byte[] slab = new byte[0];
  private int length;
  private int position;
  private boolean ended;

  ChunkedStream(Path file, Grid grid, Chunks chunks, Filters filters) throws IOException {
    this.grid = grid;
    this.chunks = chunks;
    this.filters = filters;
    this.valueBytes = grid.valueBytes();
    long room = SLAB_BYTES / valueBytes;
    int cut = 0;
    while (grid.below(cut) > room) {
      cut++;
    }
    axis = cut;
    long most = Math.min(grid.size(axis), room / grid.below(axis));
    int chunk = grid.chunkSize(axis);
    steps = (int) (most > chunk ? most - most % chunk : most);
    from = new long[grid.axes()];
    to = new long[grid.axes()];
    for (int i = 0; i < to.length; i++) {
      to[i] = i < axis ? 1 : i == axis ? 0 : grid.size(i);
    }
    channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (position == length && !next()) {
      return -1;
    }
    int some = Math.min(count, length - position);
    System.arraycopy(slab, position, target, offset, some);
    position += some;
    return some;
  }

  /** Makes the next slab; returns whether there is one. */
  private boolean next() throws IOException {
    if (ended || !advance()) {
      ended = true;
      return false;
    }
    length = Math.toIntExact((to[axis] - from[axis]) * grid.below(axis) * valueBytes);
    position = 0;
    if (slab.length < length) {
      slab = new byte[length];
    }
    long[] first = new long[from.length];
    long[] last = new long[from.length];
    for (int i = 0; i < first.length; i++) {
      first[i] = from[i] / grid.chunkSize(i);
      last[i] = (to[i] - 1) / grid.chunkSize(i);
    }
    long[] step = first.clone();
    do {
      add(step);
    } while (moved(step, first, last, step.length));
    return true;
  }

  private boolean advance() {
    from[axis] = to[axis];
    if (from[axis] == grid.size(axis)) {
      from[axis] = 0;
      long[] first = new long[from.length];
      long[] last = new long[from.length];
      for (int i = 0; i < axis; i++) {
        last[i] = grid.size(i) - 1;
      }
      if (!moved(from, first, last, axis)) {
        return false;
      }
      for (int i = 0; i < axis; i++) {
        to[i] = from[i] + 1;
      }
    }
    to[axis] = Math.min(grid.size(axis), from[axis] + steps);
    return true;
  }

  /** Moves to the next place in C order along the first axes; returns whether there is one. */
  private static boolean moved(long[] place, long[] first, long[] last, int axes) {
    for (int i = axes - 1; i >= 0; i--) {
      if (place[i] < last[i]) {
        place[i]++;
        return true;
      }
      place[i] = first[i];
    }
    return false;
  }

  /** Copies what a chunk has of the slab. */
  private void add(long[] step) throws IOException {
    int index = grid.index(step);
    Part part = part(step);
    if (!filters.isEmpty()) {
      part.copy(unfiltered(index), 0);
      return;
    }
    int skipped = part.firstByte();
    int span = part.endByte() - skipped;
    if (span <= READ_BYTES) {
      byte[] data = new byte[span];
      read(chunks.position(index) + skipped, ByteBuffer.wrap(data));
      part.copy(data, skipped);
    } else {
      part.read(chunks.position(index));
    }
  }

  private byte[] unfiltered(int index) throws IOException {
    byte[] stored = new byte[chunks.size(index)];
    read(chunks.position(index), ByteBuffer.wrap(stored));
    try {
      return filters.undo(stored, chunks.skipped(index), grid.chunkBytes());
    } catch (IOException e) {
      throw new IOException("the chunk " + grid.name(index) + " is damaged: " + e.getMessage(), e);
    }
  }

  private void read(long at, ByteBuffer target) throws IOException {
    long next = at;
    while (target.hasRemaining()) {
      int count = channel.read(target, next);
      if (count < 0) {
        throw new EOFException();
      }
      next += count;
    }
  }

  private Part part(long[] step) {
    int axes = step.length;
    Part part = new Part(new int[axes], new long[axes], new int[axes]);
    for (int i = 0; i < axes; i++) {
      long start = step[i] * grid.chunkSize(i);
      long first = Math.max(start, from[i]);
      part.inChunk[i] = (int) (first - start);
      part.inSlab[i] = first - from[i];
      part.counts[i] = (int) (Math.min(start + grid.chunkSize(i), to[i]) - first);
      part.lastRun[i] = part.counts[i] - 1L;
    }
    return part;
  }

  /** What a chunk and the slab have in common. */
  private final class Part {
    private final int[] inChunk; // the first place
    private final long[] inSlab; // the first place
    private final int[] counts;
    private final long[] none;
    private final long[] lastRun;

    Part(int[] inChunk, long[] inSlab, int[] counts) {
      this.inChunk = inChunk;
      this.inSlab = inSlab;
      this.counts = counts;
      none = new long[counts.length];
      lastRun = new long[counts.length];
    }

    /** The first byte in the chunk. */
    int firstByte() {
      return chunkValue(none) * valueBytes;
    }

    /** The byte in the chunk behind the last one. */
    int endByte() {
      return (chunkValue(lastRun) + 1) * valueBytes;
    }

    private int chunkValue(long[] place) {
      int value = 0;
      for (int i = 0; i < counts.length; i++) {
        value = value * grid.chunkSize(i) + inChunk[i] + (int) place[i];
      }
      return value;
    }

    private int slabValue(long[] place) {
      long value = 0;
      for (int i = axis; i < counts.length; i++) {
        value = value * (i == axis ? 1 : grid.size(i)) + inSlab[i] + place[i];
      }
      return (int) value;
    }

    /** Copies runs from data that begins at a byte of the chunk. */
    void copy(byte[] data, int begin) {
      long[] place = new long[counts.length];
      do {
        System.arraycopy(
            data,
            chunkValue(place) * valueBytes - begin,
            slab,
            slabValue(place) * valueBytes,
            run());
      } while (nextRun(place));
    }

    /** Reads runs from a chunk that begins at a position of the file. */
    void read(long chunk) throws IOException {
      long[] place = new long[counts.length];
      do {
        ByteBuffer run = ByteBuffer.wrap(slab, slabValue(place) * valueBytes, run());
        ChunkedStream.this.read(chunk + (long) chunkValue(place) * valueBytes, run);
      } while (nextRun(place));
    }

    private int run() {
      return counts[counts.length - 1] * valueBytes;
    }

    private boolean nextRun(long[] place) {
      return moved(place, none, lastRun, counts.length - 1);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
