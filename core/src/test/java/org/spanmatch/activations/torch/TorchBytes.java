package org.spanmatch.activations.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds the archives that torch.save writes, right or wrong. */
final class TorchBytes {
  private final Map<String, byte[]> entries = new LinkedHashMap<>();
  private String deflated = "";

  /** Begins an archive with a pickle and little-endian values. */
  static TorchBytes of(byte[] pickle) {
    return new TorchBytes().with("archive/data.pkl", pickle).withOrder("little");
  }

  /** Adds an entry, or replaces it in its place. */
  TorchBytes with(String name, byte[] content) {
    entries.put(name, content);
    return this;
  }

  /** Says the byte order of values, or something else. */
  TorchBytes withOrder(String order) {
    return with("archive/byteorder", order.getBytes(StandardCharsets.US_ASCII));
  }

  /** Adds the values of a storage. */
  TorchBytes withStorage(String key, byte[] values) {
    return with("archive/data/" + key, values);
  }

  /** Compresses an entry, which torch never does. */
  TorchBytes deflate(String name) {
    deflated = name;
    return this;
  }

  /** Returns the archive. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        if (!each.getKey().equals(deflated)) {
          CRC32 crc = new CRC32();
          crc.update(each.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(each.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
