package org.spanmatch.kernel.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.NativePointerObject;
import jcuda.Pointer;

/**
 * The arguments of one launch, added in the order of the function's parameters, each by the method
 * for its type in C.
 *
 * <p>They are outside the Java heap, in memory that the thread's next launch reuses: a launch
 * leaves no garbage, and the collector can't move anything meanwhile.
 */
public final class KernelArguments {
  private static final int MOST = 16;

  private static final ThreadLocal<KernelArguments> OF_THREAD =
      ThreadLocal.withInitial(KernelArguments::new);

  private final ByteBuffer values =
      ByteBuffer.allocateDirect(Long.BYTES * MOST).order(ByteOrder.nativeOrder());
  private final Pointer[] tables = new Pointer[MOST + 1]; // by the number of arguments
  private int count;

  private KernelArguments() {}

  /** Returns the calling thread's arguments, initially none, for one immediate launch. */
  public static KernelArguments arguments() {
    KernelArguments arguments = OF_THREAD.get();
    arguments.count = 0;
    return arguments;
  }

  /** Adds a pointer to device memory. */
  public KernelArguments address(DeviceAddress value) {
    values.putLong(next(), value.value());
    return this;
  }

  /** Adds a pointer to the start of device memory. */
  public KernelArguments address(DeviceMemory value) {
    return address(value.pointer());
  }

  /** Adds an {@code int}. */
  public KernelArguments int32(int value) {
    values.putInt(next(), value);
    return this;
  }

  /** Adds an {@code int} that is 1 for true and 0 for false. */
  public KernelArguments flag(boolean value) {
    return int32(value ? 1 : 0);
  }

  /** Adds a {@code long long}. */
  public KernelArguments int64(long value) {
    values.putLong(next(), value);
    return this;
  }

  /** Adds a {@code double}. */
  public KernelArguments float64(double value) {
    values.putDouble(next(), value);
    return this;
  }

  private int next() {
    return Long.BYTES * count++;
  }

  /** The arguments in the driver's format. */
  Pointer table() {
    if (tables[count] == null) {
      NativePointerObject[] places = new NativePointerObject[count];
      for (int i = 0; i < places.length; i++) {
        places[i] = Pointer.to(values).withByteOffset((long) Long.BYTES * i);
      }
      tables[count] = Pointer.to(places);
    }
    return tables[count];
  }
}
