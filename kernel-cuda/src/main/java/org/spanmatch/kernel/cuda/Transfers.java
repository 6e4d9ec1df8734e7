package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** Copies between the host and a device, of what is small, in order with what is computed. */
final class Transfers {
  private final HostMemory buffer;
  private final CUstream stream;

  /** Copies through page-locked memory, by a stream. */
  Transfers(HostMemory buffer, CUstream stream) {
    this.buffer = buffer;
    this.stream = stream;
  }

  /** A buffer for what is to be uploaded, in the device's byte order, which is the host's. */
  static ByteBuffer nativeBytes(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  /** Copies bytes to the device, to so many bytes behind the beginning. */
  void upload(ByteBuffer source, DeviceMemory target, long offset) {
    ByteBuffer rest = source.duplicate();
    long done = offset;
    while (rest.hasRemaining()) {
      int length = Math.min(rest.remaining(), buffer.bytes());
      waitForAll(); // the last copy has left the buffer
      buffer.buffer().put(rest.duplicate().limit(rest.position() + length));
      check(
          "cuMemcpyHtoDAsync",
          JCudaDriver.cuMemcpyHtoDAsync(
              target.pointer().withByteOffset(done), buffer.pointer(), length, stream));
      rest.position(rest.position() + length);
      done += length;
    }
  }

  /** Copies numbers to the device. */
  void upload(double[] source, DeviceMemory target) {
    ByteBuffer bytes = nativeBytes(Double.BYTES * source.length);
    bytes.asDoubleBuffer().put(source);
    upload(bytes, target, 0);
  }

  /** Copies numbers to the device. */
  void upload(int[] source, DeviceMemory target) {
    ByteBuffer bytes = nativeBytes(Integer.BYTES * source.length);
    bytes.asIntBuffer().put(source);
    upload(bytes, target, 0);
  }

  /** Copies numbers from the device, when all commands before have ended. */
  double[] download(DeviceMemory source, long from, int count) {
    double[] target = new double[count];
    download(source.element(from), Double.BYTES * count).asDoubleBuffer().get(target);
    return target;
  }

  /** Copies integers from the device, when all commands before have ended. */
  int[] downloadInts(DeviceMemory source, int count) {
    int[] target = new int[count];
    download(source.pointer(), Integer.BYTES * count).asIntBuffer().get(target);
    return target;
  }

  private ByteBuffer download(CUdeviceptr source, int bytes) {
    ByteBuffer target = nativeBytes(bytes);
    while (target.hasRemaining()) {
      int length = Math.min(target.remaining(), buffer.bytes());
      check(
          "cuMemcpyDtoHAsync",
          JCudaDriver.cuMemcpyDtoHAsync(
              buffer.pointer(), source.withByteOffset(target.position()), length, stream));
      waitForAll();
      target.put(buffer.buffer().limit(length));
    }
    return target.flip();
  }

  private void waitForAll() {
    check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(stream));
  }
}
