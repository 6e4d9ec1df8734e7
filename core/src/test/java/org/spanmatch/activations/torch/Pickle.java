package org.spanmatch.activations.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Assembles the bytes of a pickle, right or wrong. */
final class Pickle {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Begins a pickle of protocol 2. */
  static Pickle begin() {
    return new Pickle().bytes(0x80, 2);
  }

  /** Appends bytes. */
  Pickle bytes(int... more) {
    for (int each : more) {
      bytes.write(each);
    }
    return this;
  }

  /** Appends operations whose codes are ASCII characters, or whatever the characters are. */
  Pickle ops(String more) {
    bytes.writeBytes(more.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** Appends operations many times. */
  Pickle ops(String more, int times) {
    return ops(more.repeat(times));
  }

  /** Appends a text. */
  Pickle text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    bytes.write('X');
    bytes.writeBytes(int32(encoded.length));
    bytes.writeBytes(encoded);
    return this;
  }

  /** Appends an integer of 32 bits. */
  Pickle number(int number) {
    bytes.write('J');
    bytes.writeBytes(int32(number));
    return this;
  }

  /** Appends an integer of 64 bits. */
  Pickle number(long number) {
    bytes.write(0x8a);
    bytes.write(Long.BYTES);
    bytes.writeBytes(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
    return this;
  }

  /** Appends the name of a class or function. */
  Pickle name(String module, String name) {
    return ops("c" + module + "\n" + name + "\n");
  }

  /** Appends a tuple of integers. */
  Pickle tuple(long... numbers) {
    ops("(");
    for (long number : numbers) {
      number(number);
    }
    return ops("t");
  }

  /** Appends a storage of float32. */
  Pickle storage(String key, long count) {
    return storage("torch", "FloatStorage", key, count);
  }

  /** Appends a storage. */
  Pickle storage(String module, String type, String key, long count) {
    return ops("(")
        .text("storage")
        .name(module, type)
        .text(key)
        .text("cpu")
        .number(count)
        .ops("tQ");
  }

  /** Appends a tensor of float32. */
  Pickle tensor(String key, long offset, long[] sizes, long... strides) {
    return name("torch._utils", "_rebuild_tensor_v2")
        .ops("(")
        .storage(key, 6)
        .number(offset)
        .tuple(sizes)
        .tuple(strides)
        .bytes(0x89)
        .name("collections", "OrderedDict")
        .ops(")RtR");
  }

  /** Appends a tensor of 2 × 3 values. */
  Pickle tensor() {
    return tensor("0", 0, new long[] {2, 3}, 3, 1);
  }

  /** Ends the pickle. */
  byte[] end() {
    return ops(".").bytes.toByteArray();
  }

  /** Returns what is there, without an end. */
  byte[] unfinished() {
    return bytes.toByteArray();
  }

  private static byte[] int32(int number) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
  }
}
