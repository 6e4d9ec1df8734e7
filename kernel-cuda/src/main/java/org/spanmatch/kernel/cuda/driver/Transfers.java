package org.spanmatch.kernel.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Copies small data between the host and a device, in order with the commands of a stream. */
public final class Transfers {
  private final HostMemory buffer;
  private final DeviceStream stream;

  /** Creates transfers through page-locked memory, on a stream. */
  Transfers(HostMemory buffer, DeviceStream stream) {
    this.buffer = buffer;
    this.stream = stream;
  }

  /** Returns a buffer for data to upload, in the device's byte order, which is the host's. */
  public static ByteBuffer nativeBytes(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  /** Copies bytes to the device, to {@code offset} bytes after the start of the target. */
  public void upload(ByteBuffer source, DeviceMemory target, long offset) {
    ByteBuffer rest = source.duplicate();
    long done = offset;
    while (rest.hasRemaining()) {
      int length = Math.min(rest.remaining(), buffer.bytes());
      stream.synchronise(); // the last copy has left the buffer
      buffer.buffer().put(rest.duplicate().limit(rest.position() + length));
      stream.copy(buffer, target.pointer().withByteOffset(done), length);
      rest.position(rest.position() + length);
      done += length;
    }
  }

  /** Copies numbers to the device. */
  public void upload(double[] source, DeviceMemory target) {
    ByteBuffer bytes = nativeBytes(Double.BYTES * source.length);
    bytes.asDoubleBuffer().put(source);
    upload(bytes, target, 0);
  }

  /** Copies numbers to the device. */
  public void upload(int[] source, DeviceMemory target) {
    ByteBuffer bytes = nativeBytes(Integer.BYTES * source.length);
    bytes.asIntBuffer().put(source);
    upload(bytes, target, 0);
  }

  /** Copies numbers from the device, after all earlier commands have ended. */
  public double[] download(DeviceMemory source, long from, int count) {
    double[] target = new double[count];
    download(source.element(from), Double.BYTES * count).asDoubleBuffer().get(target);
    return target;
  }

  /** Copies integers from the device, after all earlier commands have ended. */
  public int[] downloadInts(DeviceMemory source, int count) {
    int[] target = new int[count];
    download(source.pointer(), Integer.BYTES * count).asIntBuffer().get(target);
    return target;
  }

  private ByteBuffer download(DeviceAddress source, int bytes) {
    ByteBuffer target = nativeBytes(bytes);
    while (target.hasRemaining()) {
      int length = Math.min(target.remaining(), buffer.bytes());
      stream.copy(source.withByteOffset(target.position()), buffer, length);
      stream.synchronise();
      target.put(buffer.buffer().limit(length));
    }
    return target.flip();
  }
}
