package org.spanmatch.activations.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.FormatContract;
import org.spanmatch.activations.format.Stored;

/** Files of safetensors keep what every format promises. */
class SafetensorsFormatTest extends FormatContract {
  @Override
  protected String suffix() {
    return ".safetensors";
  }

  @Override
  protected void write(Path file, Map<String, Stored> arrays) throws IOException {
    Files.write(file, SafetensorsBytes.of(arrays));
  }

  @Override
  protected Set<ElementType> types() {
    return SafetensorsBytes.TYPES.keySet();
  }

  @Override
  protected boolean hasRanges() {
    return true;
  }

  @Override
  protected Map<String, byte[]> claims() {
    return Map.of(
        "a header of 100 MB",
        start(100_000_000),
        "a header of exabytes",
        start(Long.MAX_VALUE),
        "a header of a negative length",
        start(-1),
        "petabytes",
        tensor("[281474976710656,4]", 0, 4503599627370496L),
        "more than a long counts",
        tensor("[4611686018427387904,4611686018427387904]", 0, 16),
        "more axes than any array has",
        tensor("[" + "1,".repeat(1000) + "4]", 0, 16),
        "a number of very many digits",
        tensor("[" + "9".repeat(100_000) + "]", 0, 16),
        "values within values",
        SafetensorsBytes.of("{\"a\":" + "[".repeat(1_000_000) + "}", new byte[16]));
  }

  private static byte[] start(long length) {
    return ByteBuffer.allocate(64)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put("{\"a\":".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
        .array();
  }

  private static byte[] tensor(String shape, long begin, long end) {
    return SafetensorsBytes.of(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":"
            + shape
            + ",\"data_offsets\":["
            + begin
            + ","
            + end
            + "]}}",
        new byte[16]);
  }
}
