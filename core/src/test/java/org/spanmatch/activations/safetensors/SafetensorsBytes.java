package org.spanmatch.activations.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.Stored;

/** Builds the bytes of valid and invalid files of safetensors. */
final class SafetensorsBytes {
  private SafetensorsBytes() {}

  static final Map<ElementType, String> TYPES =
      Map.ofEntries(
          Map.entry(ElementType.FLOAT16, "F16"),
          Map.entry(ElementType.BFLOAT16, "BF16"),
          Map.entry(ElementType.FLOAT32, "F32"),
          Map.entry(ElementType.FLOAT64, "F64"),
          Map.entry(ElementType.INT8, "I8"),
          Map.entry(ElementType.INT16, "I16"),
          Map.entry(ElementType.INT32, "I32"),
          Map.entry(ElementType.INT64, "I64"),
          Map.entry(ElementType.UINT8, "U8"),
          Map.entry(ElementType.UINT16, "U16"),
          Map.entry(ElementType.UINT32, "U32"),
          Map.entry(ElementType.UINT64, "U64"),
          Map.entry(ElementType.BOOL, "BOOL"));

  /** Returns a file of little-endian arrays in C order, in their order. */
  static byte[] of(Map<String, Stored> arrays) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    arrays.forEach(
        (name, array) -> {
          int begin = data.size();
          data.writeBytes(array.data());
          header.put(
              name,
              Map.of(
                  "dtype",
                  TYPES.get(array.type()),
                  "shape",
                  array.shape(),
                  "data_offsets",
                  List.of(begin, data.size())));
        });
    try {
      return of(new ObjectMapper().writeValueAsString(header), data.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a file with any header, padded with spaces as the library does. */
  static byte[] of(String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    int length = (json.length + 7) / 8 * 8;
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(length).put(json);
    while (file.position() < Long.BYTES + length) {
      file.put((byte) ' ');
    }
    return file.put(data).array();
  }
}
