package org.spanmatch.kernel.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.NativePointerObject;
import jcuda.Pointer;

/**
 * The arguments of one launch, in memory outside the Java heap, used again for the next: a launch
 * leaves nothing to collect, and nothing that the collector could move meanwhile. For one thread.
 */
final class KernelArguments {
  private static final int MOST = 16;

  private final ByteBuffer values =
      ByteBuffer.allocateDirect(Long.BYTES * MOST).order(ByteOrder.nativeOrder());
  private final Pointer[] tables = new Pointer[MOST + 1]; // by the number of arguments

  /**
   * Writes arguments.
   *
   * @param arguments as {@link DeviceCode#launch} takes them
   * @return what the driver takes, valid until the next call
   */
  Pointer put(Object... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      put(Long.BYTES * i, arguments[i]);
    }
    if (tables[arguments.length] == null) {
      NativePointerObject[] places = new NativePointerObject[arguments.length];
      for (int i = 0; i < places.length; i++) {
        places[i] = Pointer.to(values).withByteOffset((long) Long.BYTES * i);
      }
      tables[arguments.length] = Pointer.to(places);
    }
    return tables[arguments.length];
  }

  private void put(int place, Object argument) {
    if (argument instanceof Integer value) {
      values.putInt(place, value);
    } else if (argument instanceof Long value) {
      values.putLong(place, value);
    } else if (argument instanceof Double value) {
      values.putDouble(place, value);
    } else if (argument instanceof DeviceMemory memory) {
      values.putLong(place, memory.pointer().value());
    } else {
      values.putLong(place, ((DeviceAddress) argument).value());
    }
  }
}
