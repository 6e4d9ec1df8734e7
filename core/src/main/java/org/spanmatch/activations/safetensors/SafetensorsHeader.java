package org.spanmatch.activations.safetensors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.spanmatch.activations.ActivationsException;

/**
 * What a safetensors file says that it holds: the length of a JSON object in 8 bytes, the object,
 * and then the data, of which every byte belongs to one tensor.
 *
 * @param tensors the tensors, as the header lists them
 * @param dataStart position of the data in the file
 */
record SafetensorsHeader(List<Tensor> tensors, long dataStart) {
  /** The format's own limit. */
  static final int MOST_BYTES = 100_000_000;

  private static final int LONGEST_DTYPE = 100;
  private static final int MOST_TENSORS = 100_000;
  private static final int MOST_AXES = 64; // numpy's limit

  /**
   * A tensor.
   *
   * @param name its name
   * @param dtype the format's name of its type
   * @param shape the sizes of its axes, none negative
   * @param begin position of its first byte in the data
   * @param end position behind its last byte
   */
  record Tensor(String name, String dtype, List<Long> shape, long begin, long end) {
    long size() {
      return end - begin;
    }
  }

  /** Whether a file that starts like this is one of safetensors, intact or not. */
  static boolean isStart(byte[] start) {
    if (start.length < Long.BYTES + 2 || start[Long.BYTES] != '{') {
      return false;
    }
    long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return length >= 2 && length <= MOST_BYTES && "\"} \t\r\n".indexOf(start[Long.BYTES + 1]) >= 0;
  }

  /**
   * Reads the header.
   *
   * @param size number of bytes of the file
   * @throws ActivationsException with the reason alone if it is damaged, or does not fit the file
   */
  static SafetensorsHeader read(Path file, long size) throws IOException {
    byte[] json;
    try (InputStream in = Files.newInputStream(file)) {
      json = in.readNBytes(length(in.readNBytes(Long.BYTES), size));
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException e) {
      throw new ActivationsException("its safetensors header is not UTF-8", e);
    }
    List<Tensor> tensors = tensors(text);
    long dataStart = Long.BYTES + (long) json.length;
    requireWhole(tensors, size - dataStart);
    return new SafetensorsHeader(tensors, dataStart);
  }

  private static int length(byte[] start, long size) {
    if (start.length < Long.BYTES) {
      throw new ActivationsException(
          start.length == 0 ? "it is empty, not a safetensors file" : "it is no safetensors file");
    }
    long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > MOST_BYTES) {
      throw new ActivationsException(
          "it is no safetensors file: its header claims to be "
              + Long.toUnsignedString(length)
              + " bytes long, expected at most "
              + MOST_BYTES);
    }
    if (length > size - Long.BYTES) {
      throw new ActivationsException(
          "its safetensors header is truncated: it claims to be "
              + length
              + " bytes long, but only "
              + (size - Long.BYTES)
              + " follow");
    }
    return (int) length;
  }

  private static List<Tensor> tensors(String text) {
    JsonReader json = new JsonReader(text);
    List<Tensor> tensors = new ArrayList<>();
    json.object(
        name -> {
          if (name.equals("__metadata__")) {
            json.skip();
          } else if (tensors.size() == MOST_TENSORS) {
            throw new ActivationsException("it holds more than " + MOST_TENSORS + " tensors");
          } else {
            tensors.add(tensor(name, json));
          }
        });
    json.end();
    if (tensors.isEmpty()) {
      throw new ActivationsException("it holds no tensors");
    }
    return List.copyOf(tensors);
  }

  private static Tensor tensor(String name, JsonReader json) {
    String[] dtype = new String[1];
    List<Long> shape = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    boolean[] hasShape = new boolean[1];
    json.object(
        key -> {
          switch (key) {
            case "dtype" -> dtype[0] = json.string(LONGEST_DTYPE);
            case "shape" -> {
              hasShape[0] = true;
              json.array(() -> add(json.integer(), shape, MOST_AXES, "axes", name));
            }
            case "data_offsets" ->
                json.array(() -> add(json.integer(), offsets, 2, "data_offsets", name));
            default -> json.skip();
          }
        });
    if (dtype[0] == null || !hasShape[0] || offsets.size() != 2) {
      throw new ActivationsException(
          "its safetensors header lacks a dtype, a shape or two data_offsets of the tensor '"
              + name
              + "'");
    }
    if (offsets.get(0) > offsets.get(1)) {
      throw new ActivationsException(
          "its safetensors header is damaged: the tensor '"
              + name
              + "' has the data_offsets "
              + offsets);
    }
    return new Tensor(name, dtype[0], List.copyOf(shape), offsets.get(0), offsets.get(1));
  }

  private static void add(long number, List<Long> numbers, int most, String what, String name) {
    if (numbers.size() == most) {
      throw new ActivationsException(
          "its safetensors header has more than "
              + most
              + " "
              + what
              + " of the tensor '"
              + name
              + "'");
    }
    numbers.add(number);
  }

  /** Checks that every byte of the data belongs to one tensor, as the format demands. */
  private static void requireWhole(List<Tensor> tensors, long dataBytes) {
    List<Tensor> sorted =
        tensors.stream()
            .sorted(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end))
            .toList();
    long end = 0;
    for (Tensor tensor : sorted) {
      if (tensor.begin() != end) {
        throw new ActivationsException(
            "its safetensors header is damaged: the tensor '"
                + tensor.name()
                + "' begins at byte "
                + tensor.begin()
                + " of the data, "
                + (tensor.begin() < end ? "within another one" : "behind bytes of none")
                + ", expected "
                + end);
      }
      end = tensor.end();
    }
    if (end != dataBytes) {
      throw new ActivationsException(
          (end > dataBytes ? "the data is truncated" : "it is longer than it should be")
              + ": its tensors take "
              + end
              + " bytes, found "
              + dataBytes);
    }
  }
}
