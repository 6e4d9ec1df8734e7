package org.spanmatch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads expected results. */
public final class JsonFile {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonFile() {}

  /** Returns the root of a document. */
  public static JsonNode read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
