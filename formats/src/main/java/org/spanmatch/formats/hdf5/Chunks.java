package org.spanmatch.formats.hdf5;

import io.jhdf.Constants;
import io.jhdf.ObjectHeader;
import io.jhdf.dataset.NoParent;
import io.jhdf.dataset.chunked.Chunk;
import io.jhdf.dataset.chunked.ChunkOffset;
import io.jhdf.dataset.chunked.ChunkedDatasetV3;
import io.jhdf.dataset.chunked.ChunkedDatasetV4;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessage;
import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.IntStream;
import org.spanmatch.activations.ActivationsException;

/**
 * Where the chunks of a dataset lie, in the C order of the grid that they make. Takes 16 bytes for
 * each.
 */
final class Chunks {
  private final long[] positions; // of the first byte in the file
  private final int[] sizes; // in the file
  private final int[] skipped; // filters, a bit each

  private Chunks(int count) {
    positions = new long[count];
    sizes = new int[count];
    skipped = new int[count];
    Arrays.fill(positions, -1);
  }

  long position(int chunk) {
    return positions[chunk];
  }

  int size(int chunk) {
    return sizes[chunk];
  }

  int skipped(int chunk) {
    return skipped[chunk];
  }

  /** The sizes of a chunk along the axes. */
  static int[] shape(ObjectHeader dataset) {
    DataLayoutMessage layout = dataset.getMessageOfType(DataLayoutMessage.class);
    if (layout instanceof ChunkedDataLayoutMessage old) {
      return old.getChunkDimensions();
    }
    int[] withSize = // the last one is that of a value
        ((DataLayoutMessage.ChunkedDataLayoutMessageV4) layout).getChunkDimensions();
    return Arrays.copyOf(withSize, withSize.length - 1);
  }

  /**
   * Reads the index of a dataset's chunks.
   *
   * @param grid the dataset's axes in chunks
   * @param filtered whether chunks may have other sizes in the file than in memory
   * @throws ActivationsException with the reason alone if it is damaged
   * @throws IOException if chunks are missing, or the file can't be read
   */
  static Chunks read(Structures file, ObjectHeader dataset, Grid grid, boolean filtered)
      throws IOException {
    Collection<Chunk> found =
        Structures.read(
            () ->
                dataset.hasMessageOfType(ChunkedDataLayoutMessage.class)
                    ? new OldIndex(file, dataset).chunks()
                    : new NewIndex(file, dataset).chunks());
    Chunks chunks = new Chunks(grid.chunks());
    int missing = grid.chunks();
    for (Chunk chunk : found) {
      int index = grid.indexOf(chunk.getChunkOffset());
      if (index < 0 || chunk.getAddress() == Constants.UNDEFINED_ADDRESS) {
        continue; // outside of a dataset that has shrunk, or not written
      }
      long position = chunk.getAddress() + file.getUserBlockSize();
      int size = chunk.getSize();
      boolean whole = filtered ? size > 0 : size == grid.chunkBytes();
      if (!whole || position < 0 || position > file.size() - size) {
        throw new ActivationsException(
            "its chunk " + grid.name(index) + " claims " + size + " bytes at " + position);
      }
      missing -= chunks.positions[index] < 0 ? 1 : 0;
      chunks.positions[index] = position;
      chunks.sizes[index] = size;
      long[] mask = filtered ? chunk.getFilterMask().toLongArray() : new long[0];
      chunks.skipped[index] = mask.length == 0 ? 0 : (int) mask[0];
    }
    if (missing > 0) {
      throw new IOException(missing + " of " + grid.chunks() + " chunks were never written");
    }
    chunks.requireNoOverlap();
    return chunks;
  }

  /** With overlaps, a few bytes could stand for any number of values. */
  private void requireNoOverlap() {
    int[] order =
        IntStream.range(0, positions.length)
            .boxed()
            .sorted(Comparator.comparingLong(chunk -> positions[chunk]))
            .mapToInt(chunk -> chunk)
            .toArray();
    for (int i = 1; i < order.length; i++) {
      if (positions[order[i]] < positions[order[i - 1]] + sizes[order[i - 1]]) {
        throw new ActivationsException("its chunks overlap in the file");
      }
    }
  }

  // jhdf keeps the index from other classes, but not from subclasses.

  private static final class OldIndex extends ChunkedDatasetV3 {
    OldIndex(HdfBackingStorage file, ObjectHeader dataset) {
      super(file, dataset.getAddress(), "", NoParent.INSTANCE, dataset);
    }

    Collection<Chunk> chunks() {
      Map<ChunkOffset, Chunk> lookup = getChunkLookup();
      return lookup.values();
    }
  }

  private static final class NewIndex extends ChunkedDatasetV4 {
    NewIndex(HdfBackingStorage file, ObjectHeader dataset) {
      super(file, dataset.getAddress(), "", NoParent.INSTANCE, dataset);
    }

    Collection<Chunk> chunks() {
      Map<ChunkOffset, Chunk> lookup = getChunkLookup();
      return lookup.values();
    }
  }
}
