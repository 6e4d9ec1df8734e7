package org.spanmatch.activations.npy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.ActivationFormat;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.FileStamp;

/** A single array as {@code numpy.save} writes it. */
public final class NpyFormat implements ActivationFormat {
  private static final String SUFFIX = ".npy";

  /** Creates the format. */
  public NpyFormat() {}

  @Override
  public List<String> suffixes() {
    return List.of(SUFFIX);
  }

  @Override
  public boolean recognises(Path file, byte[] start) {
    return NpyHeader.isMagic(Arrays.copyOf(start, NpyHeader.MAGIC.length));
  }

  @Override
  public Content open(Path file) throws IOException {
    String entry = file.getFileName().toString();
    String name = layerName(entry);
    try {
      NpyArray array = NpyArray.open(FileStamp.of(file), name, ArrayBytes.of(file));
      return new Content(List.of(array), List.of(), true);
    } catch (ActivationsException e) {
      return new Content(
          List.of(), List.of(new UnusableEntry(file, entry, name, e.getMessage())), true);
    }
  }
}
