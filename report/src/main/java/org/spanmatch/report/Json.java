package org.spanmatch.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Writes records as JSON, and reads them. */
public final class Json {
  private static final ObjectMapper READER = new ObjectMapper();
  private static final ObjectWriter WRITER =
      new ObjectMapper()
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .writer(new DefaultPrettyPrinter());

  private Json() {}

  /** Writes a value in UTF-8, without closing the stream. */
  public static void write(Object value, OutputStream out) throws IOException {
    WRITER.writeValue(out, value);
    out.write('\n');
  }

  /**
   * Reads a value that {@link #write} has written.
   *
   * @throws IOException if the file can't be read or has other content; the message names it
   */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    try {
      return READER.readValue(file.toFile(), type);
    } catch (JacksonException e) {
      throw new IOException(
          file + ": expected what 'spanmatch bench' writes, found: " + e.getOriginalMessage(), e);
    } catch (FileNotFoundException e) {
      throw new IOException(file + ": there is no such file", e);
    }
  }
}
