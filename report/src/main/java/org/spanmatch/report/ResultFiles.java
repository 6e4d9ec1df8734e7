package org.spanmatch.report;

import java.io.IOException;
import java.io.OutputStream;

/** Receives the files of a result by name, such as a folder. */
public interface ResultFiles {
  /** The name of the file with the whole result. */
  String RESULT = "result.json";

  /** Writes the content of a file. */
  @FunctionalInterface
  interface Content {
    /** Writes the content, without closing the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes one of the files. */
  void write(String file, Content content);

  /** Writes the whole result as JSON. */
  default void writeResult(Object result) {
    write(RESULT, out -> Json.write(result, out));
  }
}
