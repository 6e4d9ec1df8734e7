package org.spanmatch.kernel.cuda.projection;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.Transfers;

/**
 * The cosines of all pairs of living neurons' activation vectors, on a device. Vectors are named by
 * their row. Tables share the matrix, and the last one that is closed frees it.
 */
public final class UnitGram {
  private static final int CHUNK = 1 << 20; // elements that are copied at a time

  private final Allocations owner;
  private final DeviceMemory values;
  private final int size;
  private final double error;
  private final double storageRoundoff;
  private final AtomicInteger users = new AtomicInteger(1);

  private UnitGram(
      Allocations owner, DeviceMemory values, int size, double error, double storageRoundoff) {
    this.owner = owner;
    this.values = values;
    this.size = size;
    this.error = error;
    this.storageRoundoff = storageRoundoff;
  }

  /**
   * Scales inner products to cosines, for one user.
   *
   * @param owner of the values and of nothing else
   * @param values room for as many rows and columns as there are vectors
   * @param products a square matrix of inner products on the same device; those on and above the
   *     diagonal are read
   * @param leading distance between its rows, in elements
   * @param vectors rows of that matrix
   * @param error bound on the error of the products relative to the norms
   * @param storageRoundoff u_data, the relative rounding of the stored activations
   */
  public static UnitGram of(
      Device device,
      Allocations owner,
      DeviceMemory values,
      DeviceMemory products,
      int leading,
      int[] vectors,
      double error,
      double storageRoundoff) {
    try (DeviceMemory rows = owner.of(vectors)) {
      new MatrixCode(device).cosines(products, leading, rows, vectors.length, values);
    }
    return new UnitGram(
        owner, values, vectors.length, GramErrors.ofUnitNorm(error), storageRoundoff);
  }

  /**
   * Brings cosines from the host to a device, for one user.
   *
   * @param owner owns them and nothing else; closed where its memory does not suffice
   */
  public static UnitGram upload(
      Device device, Allocations owner, org.spanmatch.kernel.backend.UnitGram gram) {
    try {
      double[][] rows = gram.rows();
      DeviceMemory values = owner.doubles((long) rows.length * rows.length);
      int together = Math.max(1, CHUNK / Math.max(1, rows.length));
      ByteBuffer bytes =
          Transfers.nativeBytes(
              Double.BYTES * rows.length * Math.min(together, Math.max(1, rows.length)));
      for (int row = 0; row < rows.length; row += together) {
        bytes.clear();
        int last = Math.min(rows.length, row + together);
        for (int i = row; i < last; i++) {
          bytes.asDoubleBuffer().put(rows[i]);
          bytes.position(bytes.position() + Double.BYTES * rows.length);
        }
        device.transfers().upload(bytes.flip(), values, (long) Double.BYTES * row * rows.length);
      }
      return new UnitGram(owner, values, rows.length, gram.error(), gram.pair().storageRoundoff());
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
  }

  /** The elements, row after row. */
  public DeviceMemory values() {
    return values;
  }

  /** Number of vectors. */
  public int size() {
    return size;
  }

  /** Bound on the absolute error of the elements. */
  public double error() {
    return error;
  }

  /** The relative rounding of the stored activations. */
  public double storageRoundoff() {
    return storageRoundoff;
  }

  /** Counts another user. */
  UnitGram share() {
    users.incrementAndGet();
    return this;
  }

  /** Counts one user less, and frees the elements after the last. */
  void release() {
    if (users.decrementAndGet() == 0) {
      owner.close();
    }
  }
}
