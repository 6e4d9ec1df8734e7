package org.spanmatch.activations.torch;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.ZipEntryBytes;

/**
 * The values of a storage, of which tensors are views, where they lie in the archive. Nothing is
 * copied: before the first read that does not go from front to back, all bytes are read over once,
 * so that their checksum is verified.
 */
final class StorageBytes implements ArrayBytes {
  private static final int READ_BYTES = 1 << 16;

  private final ZipEntryBytes entry;
  private final boolean checked;
  private boolean verified;

  /**
   * Creates the bytes of an entry.
   *
   * @param checked whether the entry has a checksum
   */
  StorageBytes(ZipEntryBytes entry, boolean checked) {
    this.entry = entry;
    this.checked = checked;
    this.verified = !checked;
  }

  @Override
  public long size() {
    return entry.size();
  }

  @Override
  public InputStream stream() throws IOException {
    Optional<Place> place = checked ? Optional.empty() : entry.place();
    return place.isEmpty() ? entry.stream() : in(place.get()).stream();
  }

  @Override
  public Opened open() throws IOException {
    Optional<Place> place = entry.place();
    if (place.isEmpty()) {
      return entry.open();
    }
    verify();
    return in(place.get()).open();
  }

  @Override
  public Optional<Place> place() throws IOException {
    return entry.place();
  }

  @Override
  public OptionalLong checksum() {
    return checked ? entry.checksum() : OptionalLong.empty();
  }

  /** Returns the bytes for a view of some of them, which is not read to the end. */
  ArrayBytes part() {
    return new Part();
  }

  private ArrayBytes in(Place place) {
    return ArrayBytes.of(place.file(), place.position(), entry.size());
  }

  private synchronized void verify() throws IOException {
    if (!verified) {
      try (InputStream in = entry.stream()) {
        byte[] some = new byte[READ_BYTES];
        int count;
        do {
          count = in.read(some);
        } while (count >= 0);
      }
      verified = true;
    }
  }

  /** The bytes of the storage, whose checksum is verified before they are read. */
  private final class Part implements ArrayBytes {
    @Override
    public long size() {
      return entry.size();
    }

    @Override
    public InputStream stream() throws IOException {
      verify();
      Optional<Place> place = entry.place();
      return place.isEmpty() ? entry.stream() : in(place.get()).stream();
    }

    @Override
    public Opened open() throws IOException {
      return StorageBytes.this.open();
    }

    @Override
    public Optional<Place> place() throws IOException {
      verify();
      return entry.place();
    }
  }
}
