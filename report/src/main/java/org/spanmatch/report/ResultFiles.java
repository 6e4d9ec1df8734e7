package org.spanmatch.report;

import java.io.IOException;
import java.io.OutputStream;

/** Takes the files of a result, each by its name, such as a folder does. */
public interface ResultFiles {
  /** The file of the whole result. */
  String RESULT = "result.json";

  /** Writes the content of a file. */
  @FunctionalInterface
  interface Content {
    /** Writes it, and leaves the stream open. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes one of the files. */
  void write(String file, Content content);

  /** Writes the whole result as JSON. */
  default void writeResult(Object result) {
    write(RESULT, out -> Json.write(result, out));
  }
}
