package org.spanmatch.cli.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.OutputStream;

/** Writes records as JSON. */
public final class Json {
  private static final ObjectWriter WRITER =
      new ObjectMapper()
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .writer(new DefaultPrettyPrinter());

  private Json() {}

  /** Writes a value, in UTF-8, and leaves the stream open. */
  public static void write(Object value, OutputStream out) throws IOException {
    WRITER.writeValue(out, value);
    out.write('\n');
  }
}
