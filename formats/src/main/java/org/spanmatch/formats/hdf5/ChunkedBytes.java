package org.spanmatch.formats.hdf5;

import io.jhdf.ObjectHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.spanmatch.activations.ActivationsException;

/** The values of a chunked dataset, in C order. Reads the index of the chunks when it is needed. */
final class ChunkedBytes extends StreamedBytes {
  private final Path file;
  private final long header;
  private final Grid grid;
  private final Filters filters;
  private final long size;
  private Chunks chunks;

  /**
   * Creates the bytes of a dataset.
   *
   * @param header where the dataset's header lies
   */
  ChunkedBytes(Path file, long header, Grid grid, Filters filters, long size) {
    this.file = file;
    this.header = header;
    this.grid = grid;
    this.filters = filters;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public InputStream stream() throws IOException {
    return new ChunkedStream(file, grid, chunks(), filters);
  }

  private synchronized Chunks chunks() throws IOException {
    if (chunks == null) {
      try (Structures structures = Structures.open(file)) {
        ObjectHeader dataset =
            Structures.read(() -> ObjectHeader.readObjectHeader(structures, header));
        chunks = Chunks.read(structures, dataset, grid, !filters.isEmpty());
      } catch (ActivationsException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    return chunks;
  }
}
