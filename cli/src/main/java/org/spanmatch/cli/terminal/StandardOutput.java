package org.spanmatch.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.spanmatch.cli.output.OutputFile;

/** Standard output, which remembers why it can't be written; a PrintStream does not. */
public final class StandardOutput extends FilterOutputStream {
  private IOException failure; // null while all is well

  public StandardOutput() {
    super(new FileOutputStream(FileDescriptor.out));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /** Why it could not be written, if so. */
  public Optional<String> problem() {
    return Optional.ofNullable(failure).map(OutputFile::reason);
  }

  /** Whether its reader has gone, as after {@code | head -1}. */
  public boolean hasNoReader() {
    return problem().filter("Broken pipe"::equals).isPresent();
  }
}
