package org.spanmatch.kernel.backend;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;

/**
 * Copies of some samples of a layer, as they are stored, and hashes of them. For one thread at a
 * time.
 *
 * <p>Made for speed: hashing takes eight bytes at a time, whatever values they hold, and samples
 * that are copied together wait together for the memory that they come from.
 */
final class StoredSamples {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int STEP = 4 * Long.BYTES;
  private static final int BYTES = 8192; // stays in the first-level cache

  private final ElementType type;
  private final int sampleBytes; // with zeros up to whole steps
  private final byte[] bytes;
  private final ByteBuffer copies; // the bytes

  /** Makes room for samples of a layer that has neurons. */
  StoredSamples(ElementType type, int neurons) {
    this.type = type;
    int steps = (int) (((long) neurons * type.bytes() + STEP - 1) / STEP);
    sampleBytes = Math.multiplyExact(steps, STEP);
    bytes = new byte[Math.max(1, BYTES / sampleBytes) * sampleBytes];
    copies = ByteBuffer.wrap(bytes);
  }

  ElementType type() {
    return type;
  }

  /** Returns how many samples there is room for. */
  int capacity() {
    return bytes.length / sampleBytes;
  }

  /** Copies a sample to a place below {@link #capacity}. */
  void copy(Block block, int sample, int place) {
    ByteBuffer data = block.data();
    int size = type.bytes();
    int neurons = block.neurons();
    int from = block.index(sample);
    int to = place * sampleBytes;
    if (block.neuronStride() == 1) {
      data.get(from * size, bytes, to, neurons * size);
      return;
    }
    copies.order(data.order());
    for (int neuron = 0; neuron < neurons; neuron++) {
      switch (size) {
        case Byte.BYTES -> copies.put(to, data.get(from));
        case Short.BYTES -> copies.putShort(to, data.getShort(Short.BYTES * from));
        case Integer.BYTES -> copies.putInt(to, data.getInt(Integer.BYTES * from));
        default -> copies.putLong(to, data.getLong(Long.BYTES * from));
      }
      from += block.neuronStride();
      to += size;
    }
  }

  /**
   * Returns a hash of the bytes of a copied sample; 0 only if no neuron is active.
   *
   * @param signs the result of {@link #signs}
   */
  long hash(int place, long signs) {
    // Four chains of multiplications side by side, since one would wait for itself.
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long set = 0;
    int end = (place + 1) * sampleBytes;
    for (int i = place * sampleBytes; i < end; i += STEP) {
      long first = (long) WORDS.get(bytes, i);
      long second = (long) WORDS.get(bytes, i + Long.BYTES);
      long third = (long) WORDS.get(bytes, i + 2 * Long.BYTES);
      long fourth = (long) WORDS.get(bytes, i + 3 * Long.BYTES);
      set |= first | second | third | fourth;
      a = mixed(a, first);
      b = mixed(b, second);
      c = mixed(c, third);
      d = mixed(d, fourth);
    }
    long hash = mixed(mixed(mixed(a, b), c), d);
    return (set & ~signs) == 0 ? 0 : hash == 0 ? 1 : hash;
  }

  /** Returns a word of negative zeros; 0 if the type has none. */
  long signs(ByteOrder order) {
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(order);
    int signByte = order == ByteOrder.BIG_ENDIAN ? 0 : type.bytes() - 1;
    for (int i = signByte; i < Long.BYTES; i += type.bytes()) {
      word.put(i, (byte) 0x80);
    }
    return type.get(word, 0) == 0 ? word.order(ByteOrder.LITTLE_ENDIAN).getLong(0) : 0;
  }

  /**
   * The round of xxHash64, with its constants. With one multiplication instead of two, samples met
   * that differed in two bits of neighbouring words and had one hash.
   */
  private static long mixed(long hash, long word) {
    long sum = hash + word * 0xC2B2AE3D27D4EB4FL;
    return Long.rotateLeft(sum, 31) * 0x9E3779B185EBCA87L;
  }
}
