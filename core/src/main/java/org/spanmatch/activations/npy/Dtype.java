package org.spanmatch.activations.npy;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.activations.ElementType;

/**
 * A number format as a {@code .npy} header spells it. numpy itself writes {@code <f4}, but reads
 * whatever {@code numpy.dtype} takes: {@code float32}, {@code f}, {@code =f4} and more.
 *
 * @param type the format of a value
 * @param order the byte order of a value
 */
record Dtype(ElementType type, ByteOrder order) {
  private static final String ORDERS = "<>=|";
  private static final Map<String, ElementType> NAMES = new HashMap<>();
  private static final Map<String, ElementType> CHARACTERS = new HashMap<>();

  // Where the size depends on the platform, it is that of 64-bit Linux and macOS.
  static {
    names(NAMES, ElementType.FLOAT16, "float16", "half");
    names(NAMES, ElementType.FLOAT32, "float32", "single");
    names(NAMES, ElementType.FLOAT64, "float64", "double", "float");
    names(NAMES, ElementType.INT8, "int8", "byte");
    names(NAMES, ElementType.INT16, "int16", "short");
    names(NAMES, ElementType.INT32, "int32", "intc");
    names(NAMES, ElementType.INT64, "int64", "int", "int_", "long", "longlong", "intp");
    names(NAMES, ElementType.UINT8, "uint8", "ubyte");
    names(NAMES, ElementType.UINT16, "uint16", "ushort");
    names(NAMES, ElementType.UINT32, "uint32", "uintc");
    names(NAMES, ElementType.UINT64, "uint64", "uint", "ulong", "ulonglong", "uintp");
    names(NAMES, ElementType.BOOL, "bool", "bool_");
    names(CHARACTERS, ElementType.FLOAT16, "e");
    names(CHARACTERS, ElementType.FLOAT32, "f");
    names(CHARACTERS, ElementType.FLOAT64, "d");
    names(CHARACTERS, ElementType.INT8, "b");
    names(CHARACTERS, ElementType.INT16, "h");
    names(CHARACTERS, ElementType.INT32, "i");
    names(CHARACTERS, ElementType.INT64, "l", "q", "p", "n");
    names(CHARACTERS, ElementType.UINT8, "B");
    names(CHARACTERS, ElementType.UINT16, "H");
    names(CHARACTERS, ElementType.UINT32, "I");
    names(CHARACTERS, ElementType.UINT64, "L", "Q", "P", "N");
    names(CHARACTERS, ElementType.BOOL, "?");
    for (ElementType type : ElementType.values()) {
      if (type != ElementType.BFLOAT16) { // which numpy does not know
        names(CHARACTERS, type, type.code());
      }
    }
  }

  private static void names(Map<String, ElementType> target, ElementType type, String... names) {
    for (String name : names) {
      target.put(name, type);
    }
  }

  /** Returns what a header's {@code descr} means, if it is a number format that can be read. */
  static Optional<Dtype> of(String descr) {
    ElementType named = NAMES.get(descr); // takes no byte order
    if (named != null) {
      return Optional.of(new Dtype(named, ByteOrder.nativeOrder()));
    }
    char order = descr.isEmpty() || ORDERS.indexOf(descr.charAt(0)) < 0 ? '=' : descr.charAt(0);
    boolean hasOrder = !descr.isEmpty() && descr.charAt(0) == order;
    ElementType type = CHARACTERS.get(hasOrder ? descr.substring(1) : descr);
    return Optional.ofNullable(type).map(found -> new Dtype(found, byteOrder(order)));
  }

  private static ByteOrder byteOrder(char order) {
    return switch (order) {
      case '>' -> ByteOrder.BIG_ENDIAN;
      case '<' -> ByteOrder.LITTLE_ENDIAN;
      default -> ByteOrder.nativeOrder();
    };
  }

  /** Returns the spelling that numpy writes, such as {@code <f4}. */
  @Override
  public String toString() {
    String mark = type.bytes() == 1 ? "|" : order == ByteOrder.BIG_ENDIAN ? ">" : "<";
    return mark + type.code();
  }
}
