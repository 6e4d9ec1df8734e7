package org.spanmatch.kernel.cuda.driver;

import java.util.function.Consumer;

/** A piece of device memory, freed with its {@link Allocations} at the latest. */
public final class DeviceMemory implements AutoCloseable {
  private final Consumer<? super DeviceMemory> closing;
  private final MemoryPool.Piece piece;
  private final DeviceAddress address;
  private final long bytes;
  private boolean open = true;

  /**
   * Memory that has been allocated.
   *
   * @param closing called once, to free it
   * @param bytes how much of the piece is used
   */
  DeviceMemory(Consumer<? super DeviceMemory> closing, MemoryPool.Piece piece, long bytes) {
    this.closing = closing;
    this.piece = piece;
    this.address = new DeviceAddress(piece.pointer(), 0);
    this.bytes = bytes;
  }

  /** The size in bytes. */
  public long bytes() {
    return bytes;
  }

  /** The address of the memory. */
  public DeviceAddress pointer() {
    return address;
  }

  /** Returns the address of an element, counted in doubles. */
  public DeviceAddress element(long index) {
    return address.withByteOffset(Double.BYTES * index);
  }

  /** What was allocated. */
  MemoryPool.Piece piece() {
    return piece;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      closing.accept(this);
    }
  }
}
