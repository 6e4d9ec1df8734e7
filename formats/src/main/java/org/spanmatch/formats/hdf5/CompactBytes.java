package org.spanmatch.formats.hdf5;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** The values of a dataset that lie in its header: at most 64 KiB. */
final class CompactBytes extends StreamedBytes {
  private final byte[] values;

  CompactBytes(byte[] values) {
    this.values = values;
  }

  @Override
  public long size() {
    return values.length;
  }

  @Override
  public InputStream stream() {
    return new ByteArrayInputStream(values);
  }
}
