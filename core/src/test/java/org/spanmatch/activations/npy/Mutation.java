package org.spanmatch.activations.npy;

import java.util.Arrays;
import java.util.Random;

/** Damage to a file: one to three random changes of its bytes. */
public final class Mutation {
  private static final int[] EDGES = {0, 1, 0x7f, 0x80, 0xfe, 0xff};

  private Mutation() {}

  /** Returns a damaged copy, which may by chance equal the original. */
  public static byte[] of(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      bytes = bytes.length == 0 ? new byte[1] : changed(bytes, random);
    }
    return bytes;
  }

  private static byte[] changed(byte[] bytes, Random random) {
    int at = position(bytes.length, random);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return switch (random.nextInt(8)) {
      case 0, 1 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 2 -> {
        bytes[at] = (byte) random.nextInt();
        yield bytes;
      }
      case 3 -> {
        // Up to eight bytes of one kind: sizes, offsets and counts that are tiny, huge or negative.
        int end = at + Math.min(length, 8);
        Arrays.fill(bytes, at, end, (byte) EDGES[random.nextInt(EDGES.length)]);
        yield bytes;
      }
      case 4 -> Arrays.copyOf(bytes, at);
      case 5 -> joined(bytes, at, bytes, at + length);
      case 6 -> joined(bytes, at + length, bytes, at);
      default -> {
        System.arraycopy(bytes, position(bytes.length - length + 1, random), bytes, at, length);
        yield bytes;
      }
    };
  }

  /**
   * Returns a random position. Headers and directories are at the ends, which get half of the
   * changes.
   */
  private static int position(int length, Random random) {
    int near = Math.min(length, 256);
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(near);
      case 1 -> length - 1 - random.nextInt(near);
      default -> random.nextInt(length);
    };
  }

  /** Returns the first bytes of one array followed by the rest of another from a position on. */
  private static byte[] joined(byte[] head, int end, byte[] tail, int from) {
    byte[] all = Arrays.copyOf(head, end + tail.length - from);
    System.arraycopy(tail, from, all, end, tail.length - from);
    return all;
  }
}
