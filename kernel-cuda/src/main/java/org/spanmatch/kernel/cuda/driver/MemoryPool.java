package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.util.ArrayDeque;
import java.util.Deque;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/**
 * Device memory that is free, but still allocated, since layers and tables often need pieces of the
 * sizes that the last one needed, and the driver takes long to allocate and free, and waits for all
 * that runs. Nothing runs any more that uses these pieces. Safe for concurrent threads.
 */
final class MemoryPool {
  // How much of a piece may be left over, as a divisor of what is needed.
  private static final int WASTE = 4;

  private final long limit;
  private final Deque<Piece> pieces = new ArrayDeque<>(); // the latest first
  private long bytes;

  /**
   * A piece of memory.
   *
   * @param pointer where it begins
   * @param bytes its size
   */
  record Piece(CUdeviceptr pointer, long bytes) {
    static Piece allocate(long bytes) {
      CUdeviceptr pointer = new CUdeviceptr();
      check("cuMemAlloc of " + bytes + " bytes", JCudaDriver.cuMemAlloc(pointer, bytes));
      return new Piece(pointer, bytes);
    }

    void free() {
      check("cuMemFree", JCudaDriver.cuMemFree(pointer));
    }
  }

  /** Creates an empty pool that keeps at most {@code limit} bytes. */
  MemoryPool(long limit) {
    this.limit = limit;
  }

  /** The bytes of all pieces. */
  synchronized long bytes() {
    return bytes;
  }

  /** Takes out the smallest piece of at least some bytes, and not many more; null if none is. */
  synchronized Piece take(long wanted) {
    Piece best = null;
    for (Piece piece : pieces) {
      boolean fits = piece.bytes >= wanted && piece.bytes - wanted <= wanted / WASTE;
      if (fits && (best == null || piece.bytes < best.bytes)) {
        best = piece;
      }
    }
    if (best != null) {
      pieces.remove(best);
      bytes -= best.bytes;
    }
    return best;
  }

  /** Keeps a piece, and frees those that were kept longest where they become too many. */
  synchronized void keep(Piece piece) {
    pieces.push(piece);
    bytes += piece.bytes;
    while (bytes > limit) {
      Piece oldest = pieces.removeLast();
      bytes -= oldest.bytes;
      oldest.free();
    }
  }

  /** Frees all pieces, after failures too, and returns whether there were any. */
  synchronized boolean clear() {
    boolean any = !pieces.isEmpty();
    while (!pieces.isEmpty()) {
      Device.closeQuietly(pieces.remove()::free);
    }
    bytes = 0;
    return any;
  }
}
